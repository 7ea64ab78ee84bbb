package workload

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// failure is a parameter that every kind takes.
var failure = param.Parameter{
	Name: "failure", Type: param.Object, Doc: "makes some jobs go wrong on purpose",
	Members: []param.Parameter{
		{
			Name: "rate", Type: param.Number, Max: 1, Default: 0.01,
			Doc: "the share of jobs that go wrong",
		},
		{
			Name: "kind", Type: param.Text, Options: []string{"error", "timeout", "slow"}, Default: "error",
			Doc: "how: they fail at their end, never end, or take longer",
		},
		{
			Name: "factor", Type: param.Number, Min: 1, Max: 1e6, Default: 10.0,
			Doc: "of slow: how many times as long they take",
		},
	},
}

// Faults makes some jobs of a run go wrong on purpose, to try out alerts and
// dashboards. Which jobs is a pure function of the seed. A nil *Faults makes
// none go wrong.
type Faults struct {
	draws  aurea.Stream
	rate   float64
	kind   string
	factor float64
}

// ErrInjected is the failure of a job that the spec makes fail.
var ErrInjected = &Failure{Class: "injected", Err: errInjected{}}

type errInjected struct{}

func (errInjected) Error() string { return "the workload's failure wants it" }

// errHung is the failure of a job that the spec makes hang, at its timeout.
var errHung = &Failure{Class: ErrInjected.Class, Err: hung{}}

type hung struct{ errInjected }

func (hung) Unwrap() error { return context.DeadlineExceeded }

// newFaults returns the faults that a workload's parameters ask for; nil if
// they ask for none.
func newFaults(values param.Values, seed uint64) *Faults {
	wanted := values.Object(failure.Name)
	if wanted == nil {
		return nil
	}
	return &Faults{
		aurea.NewStream(seed, aurea.StreamFaults), wanted.Number("rate"), wanted.Text("kind"), wanted.Number("factor"),
	}
}

func (f *Faults) hits(job int64, kind string) bool {
	return f != nil && f.kind == kind && f.draws.Uniform(job) < f.rate
}

// Fails reports whether a job fails at its end.
func (f *Faults) Fails(job int64) bool { return f.hits(job, "error") }

// Hangs reports whether a job never ends by itself.
func (f *Faults) Hangs(job int64) bool { return f.hits(job, "timeout") }

// Slowed returns how long a job takes that would take d without faults.
func (f *Faults) Slowed(job int64, d time.Duration) time.Duration {
	if !f.hits(job, "slow") {
		return d
	}
	return time.Duration(min(float64(d)*f.factor, maxDraw))
}

// hang reports whether any job never ends by itself.
func (f *Faults) hang() bool { return f != nil && f.kind == "timeout" && f.rate > 0 }

// withFaults runs jobs and makes some of them go wrong on purpose.
type withFaults struct {
	Runner
	faults *Faults
}

// Run does the job, with its fault.
func (r withFaults) Run(ctx context.Context, job int64, metrics JobMetrics) error {
	if r.faults.Hangs(job) {
		if err := Pause(ctx, math.MaxInt64); !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		return errHung
	}
	start := time.Now()
	if err := r.Runner.Run(ctx, job, metrics); err != nil {
		return err
	}
	took := time.Since(start)
	if err := Pause(ctx, r.faults.Slowed(job, took)-took); err != nil {
		return err
	}
	if r.faults.Fails(job) {
		return ErrInjected
	}
	return nil
}
