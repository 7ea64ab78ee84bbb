package aurea

import "github.com/aurea-orchestrator/aurea/param"

// extendsParameter declares what a spec file has beside the fields of a spec.
var extendsParameter = param.Parameter{Name: "extends", Type: param.Text,
	Doc: "a file, relative to this one, whose fields hold where this one has none"}

// SpecSchema returns the JSON Schema of a spec file whose workload is of one of
// the kinds, its fields in the order of the documentation. It accepts every spec
// that DecodeSpec does, and texts with ${NAME} in place of other values. It refuses
// unknown fields, wrong types and values out of range. Rules about several fields,
// such as the length of a warm-up, are beyond it, and so is a workload that
// inherits parameters, of a file with defaults or extends.
func SpecSchema(kinds []Kind) map[string]any {
	schema := param.ObjectSchema(append(SpecParameters(), extendsParameter))
	fields, _ := schema["properties"].(param.Named[map[string]any])
	several, _ := fields.Get("scenarios")
	scenario, _ := several["items"].(map[string]any)
	ofScenario, _ := scenario["properties"].(param.Named[map[string]any])
	for _, holder := range []param.Named[map[string]any]{fields, ofScenario} {
		workload, _ := holder.Get("workload")
		delete(workload, "properties")
		delete(workload, "required")
	}
	name, _ := ofScenario.Get("name")
	name["pattern"] = `^([a-zA-Z0-9_.-]{1,40}|.*\$\{.*)$` // or a variable
	scenario["anyOf"] = requireOneOf("num_jobs", "duration", "stages")
	allowVariables(schema)
	var variants []any
	var families param.Named[any]
	for _, kind := range kinds {
		families = append(families, param.NamedValue[any]{Name: kind.Name, Value: defaultsSchema(kind)})
		variants = append(variants, allowVariables(nestWorkloads(kind.Schema())))
	}
	defaults, _ := fields.Get(defaultsField)
	defaults["properties"], defaults["additionalProperties"] = families, false
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = "A benchmark of Aurea"
	schema["anyOf"] = requireOneOf("num_jobs", "duration", "stages", "replay", "scenarios", "extends")
	schema["if"] = map[string]any{"not": map[string]any{"anyOf": requireOneOf("extends", defaultsField)}}
	workload := map[string]any{"workload": map[string]any{"$ref": "#/$defs/workload"}}
	schema["then"] = map[string]any{"properties": map[string]any{
		"workload":  workload["workload"],
		"scenarios": map[string]any{"items": map[string]any{"properties": workload}},
	}}
	wrong := []any{map[string]any{"required": []string{"job_duration_ms", "workload"}}}
	for _, field := range scenarioFields {
		wrong = append(wrong, map[string]any{"required": []string{"scenarios", field}})
	}
	schema["not"] = map[string]any{"anyOf": wrong}
	schema["$defs"] = map[string]any{
		"workload": map[string]any{"description": "what a job does: a kind and its parameters", "oneOf": variants},
	}
	return schema
}

// defaultsSchema returns the schema of the defaults for a kind: its parameters.
// All are optional.
func defaultsSchema(kind Kind) any {
	var inherited []param.Parameter
	for _, p := range kind.Parameters {
		if p.Required = false; p.Name == "url" {
			inherited = append(inherited, param.Parameter{Name: BaseURL, Type: param.Text,
				Doc: "what relative URLs of workloads follow"})
		}
		inherited = append(inherited, p)
	}
	return allowVariables(nestWorkloads(param.ObjectSchema(inherited)))
}

// requireOneOf returns the alternatives of a schema that needs one of the
// fields.
func requireOneOf(fields ...string) (alternatives []any) {
	for _, field := range fields {
		alternatives = append(alternatives, map[string]any{"required": []string{field}})
	}
	return alternatives
}

// nestWorkloads makes workloads within a schema refer to the one of the spec. It
// changes the schema and returns it. A workload with further members, such as a
// step with its name, stays as it is.
func nestWorkloads(schema map[string]any) map[string]any {
	members, _ := schema["properties"].(param.Named[map[string]any])
	for _, member := range members {
		inner, _ := member.Value["properties"].(param.Named[map[string]any])
		if kind, ok := inner.Get("kind"); ok && len(inner) == 1 && kind["const"] == nil {
			clear(member.Value)
			member.Value["$ref"] = "#/$defs/workload"
			continue
		}
		nestWorkloads(member.Value)
	}
	if items, ok := schema["items"].(map[string]any); ok {
		nestWorkloads(items)
	}
	if alternatives, ok := schema["oneOf"].([]any); ok {
		for _, alternative := range alternatives {
			if inner, ok := alternative.(map[string]any); ok {
				nestWorkloads(inner)
			}
		}
	}
	return schema
}
