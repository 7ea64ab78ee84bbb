package param

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// typed declares one parameter of every type, without defaults.
var typed = []Parameter{
	{Name: "integer", Type: Integer, Max: 100},
	{Name: "number", Type: Number, Max: 100},
	{Name: "text", Type: Text},
	{Name: "boolean", Type: Boolean},
	{Name: "duration", Type: Duration, Max: 100},
	{Name: "object", Type: Object, Members: []Parameter{{Name: "member", Type: Text}}},
	{Name: "list", Type: List, Max: 3, Items: &Parameter{Type: Integer, Max: 100}},
	{Name: "map", Type: StringMap},
	{Name: "fields", Type: FieldList},
	{Name: "variant", Type: KindType},
	{Name: "any", Type: Any},
}

// methods are the results of the methods of Values, one for each type.
type methods struct {
	Integer  int64
	Number   float64
	Text     string
	Boolean  bool
	Duration time.Duration
	Object   Values
	List     []any
	Map      map[string]string
	Fields   []Field
	Variant  Variant
	Any      any
}

func methodsOf(v Values) methods {
	return methods{
		v.Integer("integer"), v.Number("number"), v.Text("text"), v.Boolean("boolean"), v.Duration("duration"),
		v.Object("object"), v.List("list"), v.StringMap("map"), v.Fields("fields"), v.Variant("variant"), v["any"],
	}
}

func readTyped(t *testing.T, document string) Values {
	t.Helper()
	object, err := DecodeObject([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	values, err := Read(typed, object, "")
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// Each method returns what Read has read for a parameter of its type.
func TestValues(t *testing.T) {
	values := readTyped(t, `{
		"integer": 1, "number": 2.5, "text": "a", "boolean": true, "duration": "3ms",
		"object": {"member": "b"}, "list": [4, 5], "map": {"c": "d"}, "fields": ["E: f"],
		"variant": {"kind": "noop", "g": 6}, "any": [null]
	}`)
	want := methods{
		Integer:  1,
		Number:   2.5,
		Text:     "a",
		Boolean:  true,
		Duration: 3 * time.Millisecond,
		Object:   Values{"member": "b"},
		List:     []any{int64(4), int64(5)},
		Map:      map[string]string{"c": "d"},
		Fields:   []Field{{"E", "f"}},
		Variant:  Variant{"noop", map[string]any{"g": json.Number("6")}},
		Any:      []any{nil},
	}
	if diff := cmp.Diff(want, methodsOf(values)); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	for _, p := range typed {
		if !values.Has(p.Name) {
			t.Errorf("Has(%q) = false for a parameter that is given", p.Name)
		}
	}
}

// An absent parameter has the zero value, also in nil Values.
func TestAbsentValues(t *testing.T) {
	for name, values := range map[string]Values{"empty": readTyped(t, `{}`), "nil": nil} {
		if diff := cmp.Diff(methods{}, methodsOf(values)); diff != "" {
			t.Errorf("%s values (-want +got):\n%s", name, diff)
		}
		for _, p := range typed {
			if values.Has(p.Name) {
				t.Errorf("%s values: Has(%q) = true", name, p.Name)
			}
		}
	}
}

// A default counts as given: Has reports it, and a given value replaces it,
// even the zero value.
func TestDefaultValues(t *testing.T) {
	parameters := []Parameter{{Name: "a", Type: Boolean, Default: true}, {Name: "b", Type: Boolean}}
	for name, test := range map[string]struct {
		given map[string]any
		want  Values
	}{
		"absent":     {nil, Values{"a": true}},
		"given":      {map[string]any{"a": false, "b": false}, Values{"a": false, "b": false}},
		"one of two": {map[string]any{"b": true}, Values{"a": true, "b": true}},
	} {
		got, err := Read(parameters, test.given, "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if !got.Has("a") {
			t.Errorf("%s: Has reports no default", name)
		}
	}
}

// Reading a parameter as another type than declared is a mistake in the
// program, so it panics.
func TestValuesOfAnotherType(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Integer of a text did not panic")
		}
	}()
	Values{"a": "1"}.Integer("a")
}
