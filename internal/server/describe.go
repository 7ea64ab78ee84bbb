package server

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
)

// describeTypes puts the schemas of the domain into the description: a result
// as Go declares it, a spec as its own table of fields does.
func describeTypes(doc *huma.OpenAPI, kinds []aurea.Kind) {
	schemas := doc.Components.Schemas
	schemas.Schema(reflect.TypeFor[aurea.Result](), true, "Result")
	spec := specSchema(kinds)
	schemas.Map()["Spec"] = spec
	result := schemas.Map()["Result"]
	result.Properties["thresholds"].Description = "the thresholds of the spec, each with the value it was held against"
	result.Properties["jobs"] = jobsSchema()
	result.AdditionalProperties = true // more may be added
}

// refer is the schema that components name so.
func refer(name string) *huma.Schema { return &huma.Schema{Ref: "#/components/schemas/" + name} }

// specSchema is the JSON Schema of a spec, from the table that decodes it.
func specSchema(kinds []aurea.Kind) *huma.Schema {
	spec := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: false,
		Description: "What to run. num_jobs or duration is needed."}
	for _, p := range aurea.SpecParameters() {
		spec.Properties[p.Name] = toSchema(p.Schema())
	}
	var workloads []*huma.Schema
	for _, kind := range kinds {
		workloads = append(workloads, toSchema(kind.Schema()))
	}
	spec.Properties["workload"].OneOf = workloads
	spec.Properties["thresholds"].Items = &huma.Schema{Type: huma.TypeString, Examples: []any{"p99 < 250ms"}}
	spec.Properties["labels"].AdditionalProperties = &huma.Schema{Type: huma.TypeString}
	spec.Examples = []any{map[string]any{"num_jobs": 100, "job_duration_ms": 50}}
	return spec
}

func jobsSchema() *huma.Schema {
	text, number := &huma.Schema{Type: huma.TypeString}, &huma.Schema{Type: huma.TypeNumber}
	return &huma.Schema{Type: huma.TypeArray, Description: "every job that was started, unless include_jobs is false", Items: &huma.Schema{
		Type: huma.TypeObject,
		Properties: map[string]*huma.Schema{
			"job_id": text, "latency": number, "cost": number,
			"timestamp": {Type: huma.TypeString, Format: "date-time", Description: "when the job started"},
			"status":    {Type: huma.TypeString, Enum: []any{"ok", "failed", "timeout", "cancelled"}},
		},
	}}
}

// toSchema turns a JSON Schema as data into huma's form of it.
func toSchema(data map[string]any) *huma.Schema {
	schema := &huma.Schema{}
	encoded, err := json.Marshal(data)
	if err == nil {
		err = json.Unmarshal(encoded, schema)
	}
	if err != nil {
		panic("server: a declared schema is not one: " + err.Error()) // a fault in a table, seen by every test
	}
	return schema
}
