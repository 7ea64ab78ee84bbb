package workload

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// failure is a parameter of any kind.
var failure = param.Parameter{
	Name: "failure", Type: param.Object, Doc: "makes some jobs go wrong on purpose",
	Members: []param.Parameter{
		{Name: "rate", Type: param.Number, Max: 1, Default: 0.01, Doc: "the share of jobs that go wrong"},
		{Name: "kind", Type: param.Text, Options: []string{"error", "timeout", "slow"}, Default: "error", Doc: "how: they fail at their end, never end, or take longer"},
		{Name: "factor", Type: param.Number, Min: 1, Max: 1e6, Default: 10.0, Doc: "of slow: how many times as long they take"},
	},
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

// errHung is that of a job that the spec wanted never to end, when its time is over.
var errHung = &Failure{Class: ErrInjected.Class, Err: hung{}}

type hung struct{ errInjected }

func (hung) Unwrap() error { return context.DeadlineExceeded }

// faultsOf makes the faults that the checked parameters of a workload want; nil
// when they want none.
func faultsOf(values map[string]any, seed uint64) *Faults {
	wanted, ok := values[failure.Name].(param.Values)
	if !ok {
		return nil
	}
	return &Faults{aurea.NewStream(seed, aurea.StreamFaults), wanted["rate"].(float64), wanted["kind"].(string), wanted["factor"].(float64)}
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

// A faulty Runner is one with jobs that go wrong on purpose.
type faulty struct {
	Runner
	faults *Faults
}

// Run does the job, with what shall go wrong.
func (f faulty) Run(ctx context.Context, job int64, notes Notes) error {
	if f.faults.Hangs(job) {
		if err := pause(ctx, math.MaxInt64); !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		return errHung
	}
	start := time.Now()
	if err := f.Runner.Run(ctx, job, notes); err != nil {
		return err
	}
	took := time.Since(start)
	if err := pause(ctx, f.faults.Slowed(job, took)-took); err != nil {
		return err
	}
	if f.faults.Fails(job) {
		return ErrInjected
	}
	return nil
}
