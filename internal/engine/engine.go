// Package engine executes a plan on this machine: it starts the jobs, times
// every one, and counts what happened.
//
// Its stance: the generator must not be what is measured. One lane a core owns
// its share of the jobs in flight, its clock reads and its tallies; a job that
// only waits is an entry in its lane's queue of deadlines, not a goroutine. No
// lane writes what another reads more than once a batch of jobs, nothing is
// allocated, locked or sent for a job, and whoever looks on is told once an
// interval, from tallies that a lane gives away. Only a job that does something
// itself has a goroutine, and a lock to be counted.
//
// In the flow it stands between jobs and Result. It knows nothing of a run's
// identity, queue or history. Read engine.go, then loopdriver.go, eventloop.go, eventloopclosed.go
// and eventloopopen.go for jobs that wait; workerpool.go drives the others.
package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// Interval is how often an execution reports its progress.
const Interval = time.Second

// An Engine executes plans on a host. From one execution to the next it keeps
// nothing but memory; one Engine may execute several plans at once, which then
// disturb each other's numbers.
type Engine struct {
	host        workload.Host
	cores       int // lanes, and desks, that a run may have
	environment aurea.Environment
	vitals      func() vitals  // reads the generator's own numbers
	sleep       func() sleeper // makes a lane's sleeper, on the lane's goroutine
}

// New returns an engine whose jobs may do what the host lets them, and whose
// results say that they were made by the given version of Aurea.
func New(version string, host workload.Host) *Engine {
	e := &Engine{host: host, environment: environment(version), vitals: readVitals, sleep: preciseSleep}
	e.cores = e.environment.Cores
	return e
}

// Environment is the machine as its results tell of it. Cores is how many threads
// Go could run at once when the engine was made: so many drive jobs, even if more
// can since.
func (e *Engine) Environment() aurea.Environment { return e.environment }

// Execute runs the plan to its end and returns what came of it. It calls
// observe once an interval, from one goroutine, and a last time before it
// returns. Until then it does what is commanded by controls, which may be nil. When ctx is cancelled it stops and returns the partial result
// without an error. The error is an *aurea.InvalidError about the workload, says
// what its jobs need and could not have, or is an accounting fault of the
// engine's own.
func (e *Engine) Execute(ctx context.Context, plan aurea.Plan, controls <-chan aurea.Command, observe func(aurea.Progress)) (*aurea.Result, error) {
	if err := e.host.Check(plan); err != nil {
		return nil, err
	}
	jobs, err := e.host.Open(ctx, plan.Workload, plan.Seed)
	if err != nil {
		return nil, err
	}
	defer jobs.Close()
	return e.execute(ctx, plan, jobs, controls, observe)
}

func (e *Engine) execute(ctx context.Context, plan aurea.Plan, jobs workload.Jobs, controls <-chan aurea.Command, observe func(aurea.Progress)) (*aurea.Result, error) {
	x := newExecution(ctx, plan, jobs, e.sleep)
	x.cores = e.cores
	x.controlled = controls != nil
	defer context.AfterFunc(ctx, x.stop)()

	d := x.driver()
	c := newCollector(x, d.parts(), x.tellActivity(observe))
	before := e.vitals()
	wait := d.drive(c)
	release := x.serveControls(controls)
	end := c.collect()
	wait()
	release()
	health := e.vitals().since(before, e.cores)

	live, timeline := x.close()
	counted := c.counted()
	planned := x.planned(live, counted, end)
	total, warmup := c.close(planned-counted, x.dueInWarmup(live, end), end)
	total.Planned = planned - warmup.Planned
	if err := total.Check(); err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	return aurea.NewResult(plan, aurea.Measurement{
		Start:       x.start,
		Duration:    end,
		Stopped:     x.stopped.Load() && !x.complete(live, total.Counts, end),
		LivePlan:    live,
		Timeline:    timeline,
		Tally:       total,
		Warmup:      warmup,
		MaxInFlight: d.mostInFlight(),
		OtherBusy:   d.otherBusy(),
		LastStart:   d.lastStart(),
		Failures:    d.failures(),
		Detail:      d.detail(),
		Series:      c.series.Points(),
		Jobs:        x.log,
		Health:      health,
		Environment: e.environment,
	}), nil
}

// A driver starts jobs and has them counted: a squad of lanes where jobs only
// wait, a crew of goroutines where they do something.
type driver interface {
	// parts is how many parts report to the collector.
	parts() int
	// drive has the jobs started and returns at once; wait returns when the last
	// has ended and was reported.
	drive(to *collector) (wait func())
	// The rest tells of a run that is over.
	mostInFlight() int64
	otherBusy() float64 // see aurea.Measurement
	lastStart() time.Duration
	failures() []aurea.ErrorClass
	detail() *aurea.Detail // nil where jobs tell nothing of themselves
}

func (x *execution) driver() driver {
	if x.jobs.Waiter != nil {
		return newSquad(x)
	}
	return newCrew(x)
}
