package param

import (
	"maps"
	"slices"
	"strings"
)

// A Field is a name with a text. A list of fields has an order and may repeat a
// name, like the lines of an HTTP header.
type Field struct{ Name, Text string }

// fieldList reads an object of texts or of lists of texts, sorted by name, or a
// list such as ["name: text"], in its own order.
func (p Parameter) fieldList(value any) ([]Field, bool) {
	var all []Field
	ok := true
	add := func(name string, value any) {
		text, isText := value.(string)
		ok = ok && isText
		all = append(all, Field{name, text})
	}
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			texts, several := value[name].([]any)
			if !several {
				texts = []any{value[name]}
			}
			for _, text := range texts {
				add(name, text)
			}
		}
	case []any:
		for _, item := range value {
			line, isText := item.(string)
			name, text, found := strings.Cut(line, ":")
			ok = ok && isText && found
			add(name, strings.TrimLeft(text, " \t"))
		}
	default:
		ok = false
	}
	return all, ok && len(all) <= p.maxStrings()
}

// fieldsSchema returns the schemas of both ways to write fields.
func (p Parameter) fieldsSchema() []any {
	text := map[string]any{"type": string(Text)}
	texts := map[string]any{"type": string(List), "items": text}
	return []any{
		map[string]any{
			"type": string(Object), "maxProperties": p.maxStrings(),
			"additionalProperties": map[string]any{"oneOf": []any{text, texts}},
		},
		map[string]any{
			"type": string(List), "maxItems": p.maxStrings(),
			"items": map[string]any{"type": string(Text), "pattern": ":"},
		},
	}
}
