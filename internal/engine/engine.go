// Package engine executes a plan on this machine: it starts the jobs, times
// every one, and counts what happened.
//
// Its stance: the generator must not be what is measured. One lane a core owns
// its share of the jobs in flight, its clock reads and its tallies; a job that
// only waits is an entry in its lane's queue of deadlines, not a goroutine. No
// lane writes what another reads more than once a batch of jobs, nothing is
// allocated, locked or sent for a job, and whoever looks on is told once an
// interval, from tallies that a lane gives away.
//
// In the flow it stands between jobs and Result. It knows nothing of a run's
// identity, queue or history. Read engine.go, lane.go, then closed.go and
// open.go, the two ways to start jobs.
package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// Interval is how often an execution reports its progress.
const Interval = time.Second

// An Engine executes plans. It has no state of its own; one Engine may execute
// several plans at once, which then disturb each other's numbers.
type Engine struct {
	environment aurea.Environment
	sleep       func() sleeper // makes a lane's sleeper, on the lane's goroutine
}

// New returns an engine whose results say that they were made by the given
// version of Aurea.
func New(version string) *Engine {
	return &Engine{environment: environment(version), sleep: preciseSleep}
}

// Execute runs the plan to its end and returns what came of it. It calls
// observe once an interval, from one goroutine, and a last time before it
// returns. When ctx is cancelled it stops and returns the partial result
// without an error. The error is an *aurea.InvalidError about the workload, or
// an accounting fault of the engine's own.
func (e *Engine) Execute(ctx context.Context, plan aurea.Plan, observe func(aurea.Progress)) (*aurea.Result, error) {
	jobs, err := workload.New(plan.Workload, plan.Seed)
	if err != nil {
		return nil, err
	}
	x := newExecution(ctx, plan, jobs, e.sleep)
	defer context.AfterFunc(ctx, func() { x.stopped.Store(true) })()

	lanes := x.lanes()
	c := newCollector(len(lanes), observe)
	before := readVitals()
	wait := x.drive(lanes, c)
	end := c.collect()
	wait()
	health := readVitals().since(before)

	counted := c.counted()
	planned := x.planned(counted, end)
	total, warmup := c.close(planned-counted, end)
	total.Planned = planned - warmup.Planned
	if err := total.Check(); err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	return aurea.NewResult(plan, aurea.Measurement{
		Start:       x.start,
		Duration:    end,
		Stopped:     x.stopped.Load() && !x.complete(total.Counts, end),
		Tally:       total,
		Warmup:      warmup,
		MaxInFlight: maxInFlight(lanes),
		LastStart:   lastStart(lanes),
		Series:      c.series.Points(),
		Jobs:        x.log,
		Health:      health,
		Environment: e.environment,
	}), nil
}

// drive starts the lanes at one common moment and returns what waits for them.
func (x *execution) drive(lanes []*lane, c *collector) (wait func()) {
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	for _, l := range lanes {
		ready.Add(1)
		done.Go(func() {
			l.sleep = x.sleep()
			l.reserve(len(lanes))
			ready.Done()
			<-begin
			l.run(c)
		})
	}
	ready.Wait()
	x.start = time.Now()
	close(begin)
	return done.Wait
}

func maxInFlight(lanes []*lane) int64 {
	var most int64
	for _, l := range lanes {
		most = max(most, l.mostSeen)
	}
	return most
}

func lastStart(lanes []*lane) time.Duration {
	var last time.Duration
	for _, l := range lanes {
		last = max(last, l.started)
	}
	return last
}
