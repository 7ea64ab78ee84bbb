package engine

import (
	"cmp"
	"context"
	"runtime"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// fake returns an engine for a bubble of synctest. It sleeps on timers alone,
// since the kernel's clock cannot be faked, and it ignores the machine's load.
func fake() *Engine {
	still := readProcessStats()
	return &Engine{kinds: everyKind, cores: runtime.GOMAXPROCS(0), processStats: func() processStats { return still },
		sleep: func() sleeper { return timerSleep }}
}

// everyKind is all kinds of job, with the safest policy.
var everyKind = kinds.New(kinds.Options{})

// An endedRun is the result of a run with its samples.
type endedRun struct {
	*aurea.Result
	aurea.Samples
	lateness *hist.Histogram // of the measurement
}

// run resolves and executes a plan.
func (e *Engine) run(
	ctx context.Context, plan aurea.Plan, controls <-chan aurea.Command, observe func(aurea.Progress),
) (*endedRun, error) {
	resolved, err := e.Resolve(plan)
	if err != nil {
		return nil, err
	}
	m, err := e.Execute(ctx, plan, resolved, controls, observe)
	return ended(plan, m, err)
}

// runJobs executes a plan with jobs that are already open.
func (e *Engine) runJobs(
	ctx context.Context, plan aurea.Plan, jobs workload.Jobs,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (*endedRun, error) {
	return e.runJobsAt(ctx, plan, jobs, aurea.Start{}, controls, observe)
}

// runJobsAt is runJobs with an agreed start.
func (e *Engine) runJobsAt(
	ctx context.Context, plan aurea.Plan, jobs workload.Jobs, start aurea.Start,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (*endedRun, error) {
	m, err := e.measureJobs(ctx, plan, jobs, start, controls, observe)
	return ended(plan, m, err)
}

// measureJobs returns the measurement of runJobsAt.
func (e *Engine) measureJobs(
	ctx context.Context, plan aurea.Plan, jobs workload.Jobs, start aurea.Start,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	x := newExecution(ctx, plan, jobs, e.sleep)
	defer x.cancel()
	return e.execute(x, func(context.Context) (aurea.Start, error) { return start, nil }, controls, observe)
}

func ended(plan aurea.Plan, m aurea.Measurement, err error) (*endedRun, error) {
	if err != nil {
		return nil, err
	}
	return &endedRun{aurea.NewResult(plan, m), m.Samples(), m.Lateness}, nil
}

// openJobs opens the jobs of a plan for the length of the test.
func openJobs(t testing.TB, plan aurea.Plan) workload.Jobs {
	t.Helper()
	return workloadtest.OpenPlan(t, everyKind, plan)
}

// execute runs a spec to its end.
func execute(ctx context.Context, t testing.TB, e *Engine, spec string) *endedRun {
	t.Helper()
	result, err := e.run(ctx, plan(t, spec), nil, ignore)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// checkEqual reports a value that differs from the wanted one.
func checkEqual[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

// checkWithin reports a value that is not between two others.
func checkWithin[T cmp.Ordered](t testing.TB, what string, got, low, high T) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: %v, want %v to %v", what, got, low, high)
	}
}
