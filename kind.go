package aurea

import "time"

// A Kind describes one kind of workload: what the table of workloads knows of
// it, as data for the API, the command's help, the docs and the page.
type Kind struct {
	Name       string
	Doc        string // one sentence, without a full stop
	Parameters []Parameter
	Measures   Measures // what its jobs tell of themselves
	// MostInFlight is how many of its jobs may be in flight at once; 0 where a job
	// is so small that MaxJobs is the only limit.
	MostInFlight int64
	// Timeout is how long a job may take where the spec does not say; 0 where it
	// may take any time.
	Timeout time.Duration
}

// Schema is the JSON Schema of a workload of this kind. As JSON it has the
// parameters in their order, the most telling first.
func (k Kind) Schema() map[string]any {
	name := Parameter{Name: "kind", Type: Text, Required: true, Doc: k.Doc}
	schema := map[string]any{"type": string(Object), "description": k.Doc}
	addMembers(schema, append([]Parameter{name}, k.Parameters...))
	kind, _ := schema["properties"].(Named[map[string]any]).Get(name.Name)
	kind["const"] = k.Name
	return schema
}
