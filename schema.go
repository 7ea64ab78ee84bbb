package aurea

import "maps"

// Schema is the parameter as a JSON Schema.
func (p Parameter) Schema() map[string]any {
	schema := map[string]any{"type": string(p.Type), "description": p.Doc}
	switch p.Type {
	case Integer, Number:
		schema["minimum"], schema["maximum"] = p.Min, p.Max
	case DurationText:
		schema["type"] = string(Text)
		schema["description"] = p.Doc + "; " + p.Rule()
		schema["examples"] = []any{"250ms"}
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
	case Texts:
		schema["type"] = string(Object)
		schema["additionalProperties"] = map[string]any{"type": string(Text)}
		schema["maxProperties"] = p.most()
	case Fields:
		delete(schema, "type")
		schema["oneOf"] = p.fieldsSchema()
	case Work:
		schema["type"] = string(Object)
		addMembers(schema, append([]Parameter{{Name: "kind", Type: Text, Required: true, Doc: "what a job does"}}, p.Members...))
		delete(schema, "additionalProperties") // the kind has parameters of its own
	case Any:
		delete(schema, "type")
	}
	if p.Default != nil {
		schema["default"] = p.Default
	}
	return schema
}

// addMembers describes an object by its members, in their order; one without any
// is left open.
func addMembers(schema map[string]any, members []Parameter) {
	if len(members) == 0 {
		return
	}
	var properties Named[map[string]any]
	required := []string{}
	for _, m := range members {
		properties = append(properties, NamedValue[map[string]any]{m.Name, m.Schema()})
		if m.Required {
			required = append(required, m.Name)
		}
	}
	schema["properties"] = properties
	schema["additionalProperties"] = false
	if len(required) > 0 {
		schema["required"] = required
	}
}

// addItems describes a list, or the one item that may stand for it.
func (p Parameter) addItems(schema map[string]any) {
	list := map[string]any{"type": string(List), "items": p.Items.Schema(), "maxItems": int(p.Max)}
	if p.Min > 0 {
		list["minItems"] = int(p.Min)
	}
	if p.NotAlone {
		maps.Copy(schema, list)
		return
	}
	delete(schema, "type")
	schema["oneOf"] = []any{list, p.Items.Schema()}
}
