package param

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Variant is the value of a KindType: a kind, and the parameters of that
// kind as decoded.
type Variant struct {
	Kind       string
	Parameters map[string]any
}

// Read reads an object by the declarations of its members. The result has the
// given values in their Go types, and the defaults of absent parameters. The
// error is an *InvalidError with the location of every wrong field.
func Read(parameters []Parameter, object map[string]any, location string) (Values, error) {
	var found Problems
	if object == nil {
		object = map[string]any{}
	}
	values := ReadGiven(parameters, object, location, &found)
	values.addDefaults(parameters)
	return values, found.Err()
}

// ReadGiven reads an object like Read but adds no defaults. It appends what is
// wrong to found and returns the values that are right.
func ReadGiven(parameters []Parameter, value any, location string, found *Problems) Values {
	object, ok := value.(map[string]any)
	if !ok {
		found.Add(location, "must be an object; got %s", Describe(value))
		return nil
	}
	names := make([]string, len(parameters))
	values := Values{}
	for i, p := range parameters {
		names[i] = p.Name
		raw, given := object[p.Name]
		if !given {
			if _, other := object[p.InPlace]; p.Required && !other {
				found.Add(Join(location, p.Name), "is needed: %s", p.neededFor())
			}
			continue
		}
		if parsed := p.read(raw, Join(location, p.Name), found); parsed != nil {
			values[p.Name] = parsed
		}
	}
	RejectUnknown(object, location, names, found)
	return values
}

// neededFor says what a parameter is for that must be given.
func (p Parameter) neededFor() string {
	if p.InPlace != "" {
		return p.Doc + "; or " + p.InPlace + " in its place"
	}
	return p.Doc
}

// read parses a value with its members or items. It returns nil if the value is
// wrong.
func (p Parameter) read(value any, location string, found *Problems) any {
	switch p.Type {
	case Object:
		values := ReadGiven(p.Members, value, location, found)
		values.addDefaults(p.Members)
		return values
	case List:
		return p.readList(value, location, found)
	case KindType:
		return ReadVariant(value, location, found)
	}
	parsed, err := p.Parse(value)
	if err != nil {
		found.Add(location, "%v", err)
		return nil
	}
	return parsed
}

func (p Parameter) readList(value any, location string, found *Problems) any {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	if float64(len(list)) < p.Min || float64(len(list)) > p.Max {
		found.Add(location, "must be %s; got %d", p.Rule(), len(list))
		return nil
	}
	items := make([]any, len(list))
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", location, i)
		if !ok {
			at = location
		}
		items[i] = p.Items.read(item, at, found)
	}
	return items
}

// ReadVariant reads a kind and its parameters. It checks neither against a list
// of kinds. It appends what is wrong to found.
func ReadVariant(value any, location string, found *Problems) Variant {
	object, ok := value.(map[string]any)
	if !ok {
		found.Add(location, `must be an object such as {"kind": "sleep", "duration": "100ms"}; got %s`, Describe(value))
		return Variant{}
	}
	kind, ok := object["kind"].(string)
	if !ok {
		found.Add(Join(location, "kind"), "is needed, a string: what a job does")
		return Variant{}
	}
	parameters := maps.Clone(object)
	delete(parameters, "kind")
	return Variant{Kind: kind, Parameters: parameters}
}

const (
	// maxUnknown limits the unknown keys that are reported: enough to see what
	// is wrong, while a document may have a million.
	maxUnknown = 50
	// maxKey limits the characters of a key in a location.
	maxKey = 63
	// maxKnown limits the characters of the names that an error lists, so that it
	// stays a line or two.
	maxKnown = 160
)

// RejectUnknown reports every key of the object that is not in names, with the
// name that was probably meant, or else all names if they are few. It stops at 50
// problems.
func RejectUnknown(object map[string]any, location string, names []string, found *Problems) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if slices.Contains(names, key) {
			continue
		}
		if len(*found) >= maxUnknown {
			return
		}
		at := Join(location, Clip(key))
		near, known := Closest(key, names), strings.Join(names, ", ")
		switch {
		case near != "":
			found.Add(at, "is not a field; did you mean %s?", near)
		case known != "" && len(known) <= maxKnown:
			found.Add(at, "is not a field; known: %s", known)
		default:
			found.Add(at, "is not a field")
		}
	}
}

// Clip shortens a key to 63 characters, for locations in error messages.
func Clip(key string) string {
	if runes := []rune(key); len(runes) > maxKey {
		return string(runes[:maxKey]) + "…"
	}
	return key
}
