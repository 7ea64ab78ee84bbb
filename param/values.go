package param

import "time"

// Values are parameters by name, in their Go types, as Read returns them. The
// methods return the zero value for a parameter that is absent and has no
// default. They panic if the parameter is declared with another type: that is a
// mistake in the program, not in the document.
type Values map[string]any

// Has reports whether a parameter is given or has a default.
func (v Values) Has(name string) bool { return v[name] != nil }

// Integer returns an Integer.
func (v Values) Integer(name string) int64 { return get[int64](v, name) }

// Number returns a Number.
func (v Values) Number(name string) float64 { return get[float64](v, name) }

// Text returns a Text.
func (v Values) Text(name string) string { return get[string](v, name) }

// Boolean returns a Boolean.
func (v Values) Boolean(name string) bool { return get[bool](v, name) }

// Duration returns a Duration.
func (v Values) Duration(name string) time.Duration { return get[time.Duration](v, name) }

// Object returns the values of an Object; nil if it is absent.
func (v Values) Object(name string) Values { return get[Values](v, name) }

// List returns the items of a List; nil if it is absent.
func (v Values) List(name string) []any { return get[[]any](v, name) }

// StringMap returns a StringMap; nil if it is absent.
func (v Values) StringMap(name string) map[string]string { return get[map[string]string](v, name) }

// Fields returns a FieldList; nil if it is absent.
func (v Values) Fields(name string) []Field { return get[[]Field](v, name) }

// Variant returns a KindType.
func (v Values) Variant(name string) Variant { return get[Variant](v, name) }

func get[T any](v Values, name string) T {
	if v[name] == nil {
		var zero T
		return zero
	}
	return v[name].(T)
}

// addDefaults adds the defaults of absent parameters. It does nothing if v is
// nil, as it is for a value that is not an object.
func (v Values) addDefaults(parameters []Parameter) {
	if v == nil {
		return
	}
	for _, p := range parameters {
		if _, given := v[p.Name]; !given && p.Default != nil {
			v[p.Name] = p.Default
		}
	}
}
