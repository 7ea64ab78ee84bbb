package server

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// schemaName returns the name of a type's schema in the description. Generated
// clients use these names, so a renamed type keeps its old one.
func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[api.FieldProblem]() {
		return "Wrong"
	}
	return huma.DefaultSchemaNamer(t, hint)
}

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
	for name, of := range map[string]string{"phases": "Summary", "counters": "Amount"} { // lists in Go, for their order
		result.Properties[name] = &huma.Schema{Type: huma.TypeObject, Description: result.Properties[name].Description, AdditionalProperties: refer(of)}
		delete(schemas.Map(), "NamedValue"+of)
	}
	result.Properties["statuses"] = &huma.Schema{Type: huma.TypeObject, Description: "how many answers had each HTTP status", AdditionalProperties: &huma.Schema{Type: huma.TypeInteger, Format: "int64"}}
	delete(schemas.Map(), "NamedValueInt64")
	result.AdditionalProperties = true // more may be added

	schemas.Schema(reflect.TypeFor[aurea.RunPage](), true, "RunPage")
	schemas.Schema(reflect.TypeFor[aurea.Run](), true, "Run")
	schemas.Map()["RunPage"].Properties["runs"].Items = refer("Run") // which a listed run is, once it is written
	delete(schemas.Map(), "ListedRun")
	schemas.Schema(reflect.TypeFor[aurea.RunChange](), true, "RunChange")
	schemas.Map()["Load"] = loadSchema()
	run := schemas.Map()["Run"]
	run.AdditionalProperties = true
	run.Properties["status"].Enum = statusNames()
	for _, name := range []string{"progress", "result"} {
		run.Properties[name] = &huma.Schema{OneOf: []*huma.Schema{run.Properties[name], {Type: "null"}}}
	}
	run.Properties["left_out"] = &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString},
		Description: "in a list: what is too large for one, such as spec, which is an outline there; the run itself has it"}
	schemas.Map()["SpecOutline"] = outlineSchema()
	for _, holder := range []*huma.Schema{run, result} {
		holder.Properties["spec"] = &huma.Schema{AnyOf: []*huma.Schema{refer("Spec"), refer("SpecOutline")}}
	}
	for name, says := range runMembers {
		run.Properties[name].Description = says
	}
}

// outlineSchema is the JSON Schema of what a list has in the place of a large spec.
func outlineSchema() *huma.Schema {
	kind := &huma.Schema{Type: huma.TypeObject, Required: []string{"kind"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{"kind": {Type: huma.TypeString}}}
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"workload"}, AdditionalProperties: false,
		Description: "In a list, of a spec that is too large for one.", Properties: map[string]*huma.Schema{"workload": kind}}
}

// loadSchema is the JSON Schema of a running run's new load.
func loadSchema() *huma.Schema {
	load := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: false,
		Description: "A rate, a concurrency, or both."}
	for _, p := range aurea.LoadParameters() {
		load.Properties[p.Name] = toSchema(p.Schema())
	}
	return load
}

// isKey is the parameter that a 422 can be about.
func isKey(p *huma.Param) bool { return p.Name == "Idempotency-Key" }

// describeStatuses takes back the 422 that huma says of every operation with
// parameters: what is wrong with them is a 400 here.
func describeStatuses(doc *huma.OpenAPI) {
	for _, path := range doc.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Patch, path.Delete} {
			if op != nil && !slices.ContainsFunc(op.Parameters, isKey) {
				delete(op.Responses, "422")
			}
		}
	}
}

// runMembers says what the members of a run are whose names do not.
var runMembers = map[string]string{
	"id":             "also the benchmark_id of its result",
	"queue_position": "1 is next; 0 when the run is not queued",
	"progress":       "how far it has come: counts so far, rates of the last interval; times in seconds",
	"result":         "null before the end, and of a run that ended without one",
	"error":          "why a failed run failed",
	"baseline":       "what later runs of this name are held against",
	"timeline":       "what was done to it while it ran",
	"damaged":        "why what is kept of it cannot be trusted; then it has no result",
	"digest":         "of everything that is kept of a finished run and does not change",
	"note":           "of people, for people; may be changed",
}

func statusNames() []any {
	var names []any
	for _, status := range aurea.Statuses() {
		names = append(names, string(status))
	}
	return names
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
	spec.Properties["workload"] = &huma.Schema{Description: spec.Properties["workload"].Description, OneOf: workloads}
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
