package aurea

import (
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// A Kind describes one kind of workload for the API, the command's help, the docs
// and the page.
type Kind struct {
	Name       string
	Doc        string // one sentence, without a full stop
	Parameters []param.Parameter
	Metrics    MetricNames // what its jobs report
	// MaxInFlight is the maximum of jobs in flight; 0 if a job is so small that
	// MaxJobs is the only limit.
	MaxInFlight int64
	// Timeout is the timeout of a job if the spec sets none; 0 for no timeout.
	Timeout time.Duration
	// Whole is whether a run of it cannot be divided among workers, because its
	// jobs wait for each other.
	Whole bool
}

// Schema returns the JSON Schema of a workload of this kind, its parameters in
// the order of their declaration.
func (k Kind) Schema() map[string]any {
	name := param.Parameter{Name: "kind", Type: param.Text, Required: true, Doc: k.Doc}
	schema := param.ObjectSchema(append([]param.Parameter{name}, k.Parameters...))
	schema["description"] = k.Doc
	kind, _ := schema["properties"].(param.Named[map[string]any]).Get(name.Name)
	kind["const"] = k.Name
	return schema
}
