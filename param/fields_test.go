package param

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFields(t *testing.T) {
	p := Parameter{Type: FieldList, Max: 3}
	for name, test := range map[string]struct {
		value any
		want  []Field // nil means that Parse returns an error
	}{
		"an object":       {map[string]any{"b": "2", "a": "1"}, []Field{{"a", "1"}, {"b", "2"}}},
		"case":            {map[string]any{"X-a": "1", "x-A": "2"}, []Field{{"X-a", "1"}, {"x-A", "2"}}},
		"a list of texts": {map[string]any{"a": []any{"2", "1"}}, []Field{{"a", "2"}, {"a", "1"}}},
		"lines":           {[]any{"b: 2", "a:1", "b:  3: 4"}, []Field{{"b", "2"}, {"a", "1"}, {"b", "3: 4"}}},
		"an empty text":   {[]any{"a:"}, []Field{{"a", ""}}},
		"no colon":        {[]any{"a"}, nil},
		"a number":        {map[string]any{"a": true}, nil},
		"nested lists":    {map[string]any{"a": []any{[]any{"1"}}}, nil},
		"too many":        {map[string]any{"a": []any{"1", "2", "3", "4"}}, nil},
		"a text":          {"a: 1", nil},
	} {
		got, err := p.Parse(test.value)
		if test.want == nil {
			if err == nil {
				t.Errorf("%s: read as %v, want an error", name, got)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(any(test.want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
