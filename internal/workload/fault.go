package workload

import (
	"maps"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// faultParameters are what any kind of workload takes as its failure.
var faultParameters = []aurea.Parameter{
	{Name: "rate", Type: aurea.Number, Max: 1, Default: 0.01, Doc: "the share of jobs that go wrong"},
	{Name: "kind", Type: aurea.Text, Options: []string{"error", "timeout", "slow"}, Default: "error", Doc: "how: they fail at their end, never end, or take longer"},
	{Name: "factor", Type: aurea.Number, Min: 1, Max: 1e6, Default: 10.0, Doc: "of slow: how many times as long they take"},
}

// Faults are what is to go wrong with some jobs of a run on purpose, to try out
// alerts and dashboards. Which jobs is a pure function of the seed. A nil one is
// none.
type Faults struct {
	draws  aurea.Stream
	rate   float64
	kind   string
	factor float64
}

// ErrInjected is the failure of a job that the spec wanted to fail.
var ErrInjected = &Failure{Class: "injected", Err: errInjected{}}

type errInjected struct{}

func (errInjected) Error() string { return "the workload's failure wants it" }

// NewFaults makes the faults of a workload in a run with the given seed; nil
// when it has none. The error is an *aurea.InvalidError.
func NewFaults(w aurea.Workload, seed uint64) (*Faults, error) {
	given, ok := w.Parameters["failure"]
	if !ok {
		return nil, nil //nolint:nilnil // no faults are not an error
	}
	object, ok := given.(map[string]any)
	if !ok {
		return nil, wrongField("workload.failure", `must be an object such as {"rate": 0.01, "kind": "error"}`)
	}
	values, err := aurea.ReadParameters(faultParameters, object, "workload.failure")
	if err != nil {
		return nil, err
	}
	return &Faults{aurea.NewStream(seed, aurea.StreamFaults), values["rate"].(float64), values["kind"].(string), values["factor"].(float64)}, nil
}

func (f *Faults) hits(job int64, kind string) bool {
	return f != nil && f.kind == kind && f.draws.Uniform(job) < f.rate
}

// Fails reports whether a job is to fail at its end.
func (f *Faults) Fails(job int64) bool { return f.hits(job, "error") }

// Hangs reports whether a job is never to end by itself.
func (f *Faults) Hangs(job int64) bool { return f.hits(job, "timeout") }

// Slowed is how long a job is to take that would take d.
func (f *Faults) Slowed(job int64, d time.Duration) time.Duration {
	if !f.hits(job, "slow") {
		return d
	}
	return time.Duration(min(float64(d)*f.factor, longestDraw))
}

// hang reports whether any job is never to end by itself.
func (f *Faults) hang() bool { return f != nil && f.kind == "timeout" && f.rate > 0 }

// withoutFaults are the parameters of a workload's own kind.
func withoutFaults(given map[string]any) map[string]any {
	own := maps.Clone(given)
	delete(own, "failure")
	return own
}
