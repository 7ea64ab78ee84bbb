// Package scenarios executes the plans of specs with scenarios: each scenario by an
// engine, and all of them on one clock.
//
// Its stance: a scenario is measured like a run of its own, so that a run of one
// scenario is a run without scenarios. What is done together is prepared before the
// clock begins, and begins at agreed moments; nothing else is shared. Progress and
// measurements are merged as those of workers are: counts and histograms are added,
// percentiles never.
//
// Read scenarios.go first, then schedule.go, progress.go and measurement.go.
package scenarios

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// An Engine executes plans without scenarios.
type Engine interface {
	Resolve(plan aurea.Plan) (*workload.Resolved, error)
	Execute(
		ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
		controls <-chan aurea.Command, observe func(aurea.Progress),
	) (aurea.Measurement, error)
	ExecuteAt(
		ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
		ready func(context.Context) (aurea.Start, error),
		controls <-chan aurea.Command, observe func(aurea.Progress),
	) (aurea.Measurement, error)
}

// An Executor executes plans with and without scenarios. It is a runs.Executor.
type Executor struct{ Engine }

// Execute executes a plan; see runs.Executor. The scenarios of a plan are executed
// by the engine at the same time, each from its start. If one cannot be prepared,
// none begins.
func (e Executor) Execute(
	ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	if len(plan.Scenarios) == 0 {
		return e.Engine.Execute(ctx, plan, resolved, controls, observe)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	var aside sync.WaitGroup
	defer aside.Wait()
	defer end()
	aside.Go(func() { refuseControls(running, plan, controls) })

	s := newSchedule(plan)
	p := newProgress(plan, observe)
	aside.Go(func() { p.advance(running, s) })
	measured := make([]aurea.Measurement, len(plan.Scenarios))
	errs := make([]error, len(plan.Scenarios))
	var executions sync.WaitGroup
	for i := range plan.Scenarios {
		executions.Go(func() {
			defer s.end(i)
			measured[i], errs[i] = e.ExecuteAt(ctx, withTrace(plan, i), resolved.Scenarios[i],
				func(ctx context.Context) (aurea.Start, error) {
					start, err := s.awaitStart(ctx, i)
					if err == nil {
						p.begin(i, s.zero, start.At)
					}
					return start, err
				}, nil, func(interval aurea.Progress) { p.observe(i, interval) })
			p.end(i)
			if errs[i] != nil && !errors.Is(errs[i], errNotBegun) {
				cancel()
			}
		})
	}
	executions.Wait()
	end()
	return s.measurement(measured, errs, p)
}

// refuseControls answers the commands to a run of scenarios until it has ended.
func refuseControls(running context.Context, plan aurea.Plan, controls <-chan aurea.Command) {
	for {
		select {
		case command := <-controls:
			command.Answer(aurea.RunEvent{}, plan.Control(command.Control))
		case <-running.Done():
			return
		}
	}
}

// withTrace returns the plan of a scenario with its share of the trace of the run.
func withTrace(plan aurea.Plan, i int) aurea.Plan {
	scenario := plan.Scenarios[i]
	if plan.Trace != nil {
		trace := plan.Trace.Shard(len(plan.Scenarios))
		trace.Scenario, trace.Scenarios = i, len(plan.Scenarios)
		scenario.Trace = &trace
	}
	return scenario
}

// lead is the time between the last preparation and the run's start: the
// goroutines of all scenarios are awake by then.
const lead = 2 * time.Millisecond
