package aurea

import "github.com/aurea-orchestrator/aurea/param"

// allowVariables returns a schema that also accepts texts with ${NAME} where the
// given one has numbers, booleans, or texts of a certain form. It may change the
// given one.
func allowVariables(schema any) any {
	switch schema := schema.(type) {
	case param.Named[map[string]any]:
		for i := range schema {
			schema[i].Value, _ = allowVariables(schema[i].Value).(map[string]any)
		}
	case []any:
		for i := range schema {
			schema[i] = allowVariables(schema[i])
		}
	case map[string]any:
		for _, key := range []string{"properties", "items", "oneOf", "additionalProperties"} {
			if inner, given := schema[key]; given {
				schema[key] = allowVariables(inner)
			}
		}
		if alternatives, given := schema["oneOf"]; given { // a variable is of each of them
			delete(schema, "oneOf")
			schema["anyOf"] = alternatives
		}
		if isStrict(schema) {
			return withVariable(schema)
		}
	}
	return schema
}

// isStrict reports whether a schema refuses some texts.
func isStrict(schema map[string]any) bool {
	switch schema["type"] {
	case "integer", "number", "boolean":
		return true
	case "string":
		return schema["pattern"] != nil || schema["enum"] != nil
	}
	return false
}

// withVariable returns a schema that accepts what another one does, and texts with
// a variable.
func withVariable(schema map[string]any) map[string]any {
	both := map[string]any{"anyOf": []any{schema, map[string]any{"type": "string", "pattern": `\$\{`}}}
	for _, key := range []string{"description", "default", "examples"} {
		if value, given := schema[key]; given {
			delete(schema, key)
			both[key] = value
		}
	}
	return both
}
