// Package engine executes a plan on this machine: it starts the jobs, times
// every one, and counts what happened.
//
// Its stance: the generator must not be what is measured. Jobs that only wait
// are driven by event loops, one a core. An event loop owns its share of the
// jobs in flight, its clock reads and its tallies. A job is a timer in its
// queue, not a goroutine. Event loops write shared memory at most once a batch
// of jobs. A job takes no allocation, lock or channel operation. Progress is
// published once an interval, from tallies that the event loops hand over. Only
// jobs that do work have a goroutine each, in a worker pool, and take a lock
// when they are recorded.
//
// The engine stands between jobs and Result. It knows no run's identity, queue
// or history. Read engine.go first. For jobs that wait, continue with
// loopdriver.go, eventloop.go, eventloopclosed.go and eventloopopen.go; for
// other jobs, with workerpool.go. Where the workload has a loop, it runs most jobs of
// the pool, see jobloop.go.
package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// Interval is how often an execution reports its progress.
const Interval = time.Second

// An Engine executes plans on this machine. Between executions it keeps nothing but
// memory. One Engine may execute several plans at once, but they disturb each
// other's measurements.
type Engine struct {
	kinds        *workload.Set
	cores        int // most event loops or recorders of a run
	environment  aurea.Environment
	processStats func() processStats // reads the generator's own statistics
	sleep        func() sleeper      // makes an event loop's sleeper, on its goroutine
	spinMargin   time.Duration       // how long a loop spins or polls at most, rather than block
}

// New returns an engine for jobs of the given kinds. Its results report the
// given version of Aurea.
func New(version string, kinds *workload.Set) *Engine {
	e := &Engine{kinds: kinds, environment: environment(version), processStats: readProcessStats, sleep: preciseSleep,
		spinMargin: spinMargin}
	e.cores = e.environment.Cores
	return e
}

// Environment returns the description of the machine that results contain.
// Cores is GOMAXPROCS when the engine was made; a later, higher value does not
// add event loops.
func (e *Engine) Environment() aurea.Environment { return e.environment }

// Kinds describes the available kinds of job.
func (e *Engine) Kinds() []aurea.Kind { return e.kinds.Kinds() }

// Resolve checks the workload of a plan and returns it with typed parameters. It
// acquires nothing. The error is an *aurea.InvalidError.
func (e *Engine) Resolve(plan aurea.Plan) (*workload.Resolved, error) { return e.kinds.Resolve(plan) }

// ResolveWith is Resolve with other files than those that specs may name here.
func (e *Engine) ResolveWith(plan aurea.Plan, from files.Source) (*workload.Resolved, error) {
	return e.kinds.ResolveWith(plan, from)
}

// Execute runs a plan with its resolved workload to the end and returns what it
// measured. It calls observe once an interval, from one goroutine, and a last time
// before it returns. Until then it applies the commands from controls, which may
// be nil.
//
// When ctx is cancelled it stops and returns a partial measurement without an
// error. The error is an unavailable resource of the jobs, or an accounting
// fault of the engine itself.
func (e *Engine) Execute(
	ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	now := func(context.Context) (aurea.Start, error) { return aurea.Start{}, nil }
	return e.ExecuteAt(ctx, plan, resolved, now, controls, observe)
}

// ExecuteAt is Execute with an agreed start. It acquires what the jobs need,
// makes its goroutines and reserves its memory. Then it calls ready once, from
// the calling goroutine, which returns when to begin. An error of ready ends the
// execution: no job has started, and ExecuteAt returns that error.
//
// No job starts before Start.At. Jobs that start later than planned are delayed;
// so are all jobs if Start.At has passed. When Start.Lease is over, the execution
// stops as if ctx were cancelled.
func (e *Engine) ExecuteAt(
	ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
	ready func(context.Context) (aurea.Start, error),
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	jobs, err := resolved.Open(ctx)
	if err != nil {
		return aurea.Measurement{}, plan.Spec.Secrets.MaskError(err)
	}
	x := newExecution(ctx, plan, jobs, e.sleep)
	defer x.cancel() // after Close, since open connections watch the context
	defer jobs.Close()
	return e.execute(x, ready, controls, observe)
}

func (e *Engine) execute(
	x *execution, ready func(context.Context) (aurea.Start, error),
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	x.cores, x.spinMargin = e.cores, e.spinMargin
	x.controlled = controls != nil
	defer context.AfterFunc(x.ctx, x.stop)()

	d := x.driver()
	c := newCollector(x, d.reporters(), x.withActivity(observe))
	wait := d.prepare(c)
	start, err := ready(x.ctx)
	if err != nil {
		x.abandon(wait)
		return aurea.Measurement{}, err
	}
	before := e.processStats()
	x.begin(start)
	unwatch := x.watchLease()
	release := x.serveControls(controls)
	end := c.collect()
	wait()
	x.leased(x.now()) // if the lease ended first, the run was stopped
	release()
	unwatch()
	health := e.processStats().healthSince(before.notBefore(x.start), e.cores)

	live, timeline := x.close()
	counted := c.counted()
	planned := x.planned(live, counted, end)
	total, warmup := c.close(planned-counted, x.dueInWarmup(live, end), end)
	total.Planned = planned - warmup.Planned
	if err := total.Check(); err != nil {
		return aurea.Measurement{}, fmt.Errorf("engine: %w", err)
	}
	m := aurea.Measurement{
		Start:       x.start,
		Duration:    end,
		Stopped:     x.stopped.Load() && !x.complete(live, total.Counts, end),
		LivePlan:    live,
		Timeline:    timeline,
		Tally:       total,
		Warmup:      warmup,
		Breakdown:   c.total.breakdown,
		SampledJobs: x.sampler.Jobs(),
		Series:      c.series.Points(),
		Jobs:        x.log,
		Health:      health,
		Environment: e.environment,
	}
	if x.plan.Open() {
		m.Lateness = hist.New()
	}
	d.addTo(&m)
	m.Full = m.Full || x.leftWaiting(&m, planned-counted)
	return m, nil
}

// A driver starts jobs and reports them: a loopDriver for jobs that only wait,
// a workerPool of goroutines for jobs that do work.
type driver interface {
	// reporters returns how many reporters send to the collector.
	reporters() int
	// prepare makes the goroutines, which start the jobs when the execution
	// begins. wait returns when the last job has ended and is reported.
	prepare(to *collector) (wait func())
	// addTo adds to a measurement what only the driver knows: the fields from
	// MaxInFlight to Failures. It is valid after wait.
	addTo(m *aurea.Measurement)
}

// driver returns the driver for the plan's kind of jobs.
func (x *execution) driver() driver {
	if x.jobs.Delayer != nil {
		return newLoopDriver(x)
	}
	return newWorkerPool(x)
}
