package server

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// schemaNames has the types whose schema is not named after them. Generated
// clients use the names of schemas, so a renamed type keeps the name of its
// schema.
var schemaNames = map[string]string{
	"FieldProblem":          "Wrong",
	"HealthResponseBody":    "HealthAnswerBody",
	"ProbeResponseBody":     "ProbeAnswerBody",
	"WorkloadsResponseBody": "WorkloadsAnswerBody",
}

// schemaName returns the name of a type's schema in the description.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	return cmp.Or(schemaNames[name], name)
}

// describeTypes adds the schemas of the domain to the description: a result as
// its Go type declares it, a spec as its table of fields does.
func describeTypes(doc *huma.OpenAPI, kinds []aurea.Kind) {
	schemas := doc.Components.Schemas
	schemas.Schema(reflect.TypeFor[aurea.Result](), true, "Result")
	spec := specSchema(kinds)
	schemas.Map()["Spec"] = spec
	result := schemas.Map()["Result"]
	result.Properties["thresholds"].Description = "the thresholds of the spec, each with the value it was held against"
	result.Properties["jobs"] = jobsSchema()
	describeNamed(schemas.Map(), "Result", "ScenarioResult")
	describeWorkers(schemas.Map())
	result.AdditionalProperties = true // later versions may add members

	schemas.Schema(reflect.TypeFor[aurea.RunPage](), true, "RunPage")
	schemas.Schema(reflect.TypeFor[aurea.Run](), true, "Run")
	schemas.Map()["RunPage"].Properties["runs"].Items = schemaRef("Run") // a listed run is written as a Run
	delete(schemas.Map(), "RunSummary")
	schemas.Schema(reflect.TypeFor[aurea.RunChange](), true, "RunChange")
	schemas.Map()["Load"] = loadSchema()
	run := schemas.Map()["Run"]
	run.AdditionalProperties = true
	run.Properties["status"].Enum = statusNames()
	for _, name := range []string{"progress", "result"} {
		run.Properties[name] = &huma.Schema{OneOf: []*huma.Schema{run.Properties[name], {Type: "null"}}}
	}
	run.Properties["left_out"] = &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString},
		Description: "in a list: what is too large for one, such as spec, which is an outline there; the run itself " +
			"has it"}
	schemas.Map()["SpecOutline"] = outlineSchema()
	for _, holder := range []*huma.Schema{run, result} {
		holder.Properties["spec"] = &huma.Schema{AnyOf: []*huma.Schema{schemaRef("Spec"), schemaRef("SpecOutline")}}
	}
	for name, says := range runMembers {
		run.Properties[name].Description = says
	}
}

// describeNamed describes what is an ordered list in Go and an object in JSON: the
// phases, counters and statuses of results.
func describeNamed(schemas map[string]*huma.Schema, holders ...string) {
	for _, holder := range holders {
		result := schemas[holder]
		for name, of := range map[string]string{"phases": "Summary", "counters": "Amount"} {
			description := result.Properties[name].Description
			result.Properties[name] = &huma.Schema{Type: huma.TypeObject, Description: description,
				AdditionalProperties: schemaRef(of)}
			delete(schemas, "NamedValue"+of)
		}
		result.Properties["statuses"] = &huma.Schema{
			Type: huma.TypeObject, Description: "how many answers had each HTTP status",
			AdditionalProperties: &huma.Schema{Type: huma.TypeInteger, Format: "int64"},
		}
		delete(schemas, "NamedValueInt64")
	}
}

// outlineSchema returns the JSON Schema of what replaces a large spec in a
// list.
func outlineSchema() *huma.Schema {
	kind := &huma.Schema{Type: huma.TypeObject, Required: []string{"kind"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{"kind": {Type: huma.TypeString}}}
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"workload"}, AdditionalProperties: false,
		Description: "In a list, of a spec that is too large for one.",
		Properties:  map[string]*huma.Schema{"workload": kind}}
}

// loadSchema returns the JSON Schema of a change of a run's load.
func loadSchema() *huma.Schema {
	load := toSchema(param.ObjectSchema(aurea.LoadParameters()))
	load.Description = "A rate, a concurrency, or both."
	return load
}

// isKey reports whether a parameter is the only one that can cause a 422.
func isKey(p *huma.Param) bool { return p.Name == "Idempotency-Key" }

// describeStatuses removes the 422 that huma adds to every operation with
// parameters: a wrong parameter is a 400 here.
func describeStatuses(doc *huma.OpenAPI) {
	for _, path := range doc.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Patch, path.Delete} {
			if op != nil && !slices.ContainsFunc(op.Parameters, isKey) {
				delete(op.Responses, "422")
			}
		}
	}
}

// runMembers describes members of a run whose names do not explain them.
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

// schemaRef returns a reference to the schema with the given name.
func schemaRef(name string) *huma.Schema { return &huma.Schema{Ref: "#/components/schemas/" + name} }

// specSchema returns the JSON Schema of a spec, from the table that decodes it. It
// is without what is for editors only: $defs, and rules about several fields, which
// would make the fields unknown in generated types.
func specSchema(kinds []aurea.Kind) *huma.Schema {
	spec := toSchema(param.ObjectSchema(aurea.SpecParameters()))
	spec.Description = "What to run. num_jobs or duration is needed."
	var workloads []*huma.Schema
	for _, kind := range kinds {
		workload := toSchema(kind.Schema())
		workload.AnyOf = nil
		workloads = append(workloads, workload)
	}
	for _, holder := range []*huma.Schema{spec, spec.Properties["scenarios"].Items} {
		workload := &huma.Schema{Description: holder.Properties["workload"].Description, OneOf: workloads}
		holder.Properties["workload"] = workload
	}
	spec.Examples = []any{map[string]any{"num_jobs": 100, "job_duration_ms": 50}}
	return spec
}

// jobsSchema returns the JSON Schema of the jobs in a result.
func jobsSchema() *huma.Schema {
	text, number := &huma.Schema{Type: huma.TypeString}, &huma.Schema{Type: huma.TypeNumber}
	job := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
		"job_id": text, "latency": number, "cost": number,
		"timestamp": {Type: huma.TypeString, Format: "date-time", Description: "when the job started"},
		"status":    {Type: huma.TypeString, Enum: []any{"ok", "failed", "timeout", "cancelled"}},
		"scenario":  {Type: huma.TypeString, Description: "its scenario, if the spec has scenarios"},
	}}
	return &huma.Schema{
		Type: huma.TypeArray, Description: "every job that was started, unless include_jobs is false", Items: job,
	}
}

// toSchema converts a JSON Schema to huma's type.
func toSchema(data map[string]any) *huma.Schema {
	schema := &huma.Schema{}
	encoded, err := json.Marshal(data)
	if err == nil {
		err = json.Unmarshal(encoded, schema)
	}
	if err != nil {
		// a mistake in a table of fields, seen by every test
		panic("server: a declared schema is not one: " + err.Error())
	}
	return schema
}
