package param

import (
	"maps"
	"time"
)

// durationPattern matches what time.ParseDuration reads, except negative
// durations.
const durationPattern = `^\+?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$`

// Schema returns the JSON Schema of the parameter.
func (p Parameter) Schema() map[string]any {
	schema := map[string]any{"type": string(p.Type), "description": p.Doc}
	switch p.Type {
	case Integer, Number:
		schema["minimum"], schema["maximum"] = p.Min, p.Max
	case Duration:
		schema["type"] = string(Text)
		schema["description"] = p.Doc + "; " + p.Rule()
		schema["examples"] = []any{"250ms"}
		schema["pattern"] = durationPattern
	case Text:
		if p.Max > 0 {
			schema["maxLength"] = int(p.Max)
		}
		if len(p.Options) > 0 {
			schema["enum"] = p.Options
		}
	case Object:
		addMembers(schema, p.Members)
	case List:
		p.addItems(schema)
	case StringMap:
		schema["type"] = string(Object)
		schema["additionalProperties"] = map[string]any{"type": string(Text)}
		schema["maxProperties"] = p.maxStrings()
	case FieldList:
		delete(schema, "type")
		schema["oneOf"] = p.fieldsSchema()
	case KindType:
		schema["type"] = string(Object)
		kind := Parameter{Name: "kind", Type: Text, Required: true, Doc: "what a job does"}
		addMembers(schema, append([]Parameter{kind}, p.Members...))
		delete(schema, "additionalProperties") // the kind has parameters of its own
	case Any:
		delete(schema, "type")
	case OneOf:
		delete(schema, "type")
		alternatives := make([]any, len(p.Alternatives))
		for i, one := range p.Alternatives {
			alternatives[i] = one.Schema()
		}
		schema["oneOf"] = alternatives
	}
	switch value := p.Default.(type) {
	case nil:
	case time.Duration:
		schema["default"] = value.String()
	default:
		schema["default"] = value
	}
	return schema
}

// ObjectSchema returns the JSON Schema of an object with the given members, in
// their order. Without members the schema allows any.
func ObjectSchema(members []Parameter) map[string]any {
	schema := map[string]any{"type": string(Object)}
	addMembers(schema, members)
	return schema
}

// addMembers adds the members of an object to its schema, in their order.
// Without members the schema allows any.
func addMembers(schema map[string]any, members []Parameter) {
	if len(members) == 0 {
		return
	}
	var properties Named[map[string]any]
	required := []string{}
	for _, m := range members {
		properties = append(properties, NamedValue[map[string]any]{m.Name, m.Schema()})
		switch {
		case !m.Required:
		case m.InPlace != "":
			schema["anyOf"] = []any{
				map[string]any{"required": []string{m.Name}}, map[string]any{"required": []string{m.InPlace}},
			}
		default:
			required = append(required, m.Name)
		}
	}
	schema["properties"] = properties
	schema["additionalProperties"] = false
	if len(required) > 0 {
		schema["required"] = required
	}
}

// addItems adds the items of a list to its schema, and unless ListOnly the
// single item that may stand for the list.
func (p Parameter) addItems(schema map[string]any) {
	list := map[string]any{"type": string(List), "items": p.Items.Schema(), "maxItems": int(p.Max)}
	if p.Min > 0 {
		list["minItems"] = int(p.Min)
	}
	if p.ListOnly {
		maps.Copy(schema, list)
		return
	}
	delete(schema, "type")
	schema["oneOf"] = []any{list, p.Items.Schema()}
}
