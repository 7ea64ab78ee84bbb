package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A crew drives jobs that do something, with a goroutine for each in flight.
// What such a job costs here, two writes to a shared counter and the lock of a
// desk, is a hundred nanoseconds beside the microseconds that it does itself.
type crew struct {
	*execution
	desks    []*desk
	workers  sync.WaitGroup
	freed    chan struct{} // room was made while the dispatcher may wait for it
	staff    sync.Mutex    // held by whoever changes how many workers there are on purpose
	live     atomic.Int64  // workers of the closed model, jobs in flight of the open one
	_        [64]byte      // apart from the above: these are written for every job
	flying   atomic.Int64  // jobs in flight
	mostSeen atomic.Int64  // most of them, once the warm-up was over
	seats    sync.Pool     // of the open model, where a goroutine has one job
}

func newCrew(x *execution) *crew {
	c := &crew{execution: x, freed: make(chan struct{}, 1)}
	c.seats.New = func() any { return c.newSeat() }
	for range x.cores {
		c.desks = append(c.desks, newDesk(x))
	}
	return c
}

// A seat is what a goroutine of the crew uses for one job after the other.
type seat struct {
	notes workload.Notes
	timed *workload.Timed
}

func (c *crew) newSeat() *seat {
	return &seat{workload.NewNotes(c.jobs.Measures), workload.NewTimed(c.ctx)}
}

func (c *crew) reporters() int { return len(c.desks) }

// drive has the jobs started and returns what waits until the last of them has
// ended and was reported.
func (c *crew) drive(to *collector) (wait func()) {
	c.begin()
	var reporting sync.WaitGroup
	over := make(chan struct{})
	reporting.Go(func() { c.report(to, over) })
	go func() {
		if c.plan.Open() {
			c.dispatch()
		} else {
			c.employ()
		}
		c.workers.Wait()
		close(over)
	}()
	return reporting.Wait
}

// run does one job and has it counted. It returns when the job ended.
func (c *crew) run(i int64, intended, start time.Duration, seat *seat) time.Duration {
	snap := c.latest.Load()
	if n := c.flying.Add(1); start >= snap.warmup {
		c.see(n)
	}
	job := c.jobNumber(i)
	seat.notes.Clear()
	parent := c.tracing.pick(job, start)
	err := c.do(job, start, seat, parent)
	end := c.now()
	outcome := c.judge(err, end-start)
	if parent.Told() {
		c.tracing.end(job, c.start.Add(start), c.start.Add(end), outcome, err)
	}
	if warmup := c.latest.Load().warmup; start < warmup && warmup <= end {
		c.see(c.flying.Load())
	}
	c.flying.Add(-1)
	c.deskOf(i).count(ended{job, outcome, intended, start, end, start - snap.PausedFor, err, seat.notes})
	c.log.Put(i, outcome, intended, start, end)
	return end
}

// see notes how many jobs are in flight, if that is the most so far.
func (c *crew) see(inFlight int64) {
	for seen := c.mostSeen.Load(); inFlight > seen && !c.mostSeen.CompareAndSwap(seen, inFlight); {
		seen = c.mostSeen.Load()
	}
}

// do runs a job within its timeout. A panic in it is its failure and nobody
// else's.
func (c *crew) do(job int64, start time.Duration, seat *seat, parent *workload.Traceparent) (err error) {
	var deadline time.Time
	if c.timeout != forever {
		deadline = c.start.Add(start + c.timeout)
	}
	ctx := seat.timed.Until(deadline).TracedAs(parent)
	defer func() {
		if reason := recover(); reason != nil {
			err = &workload.Failure{Class: "panic", Err: fmt.Errorf("the job panicked: %v", reason)}
		}
	}()
	return c.jobs.Runner.Run(ctx, job, seat.notes)
}

// judge says how a job ended.
func (c *crew) judge(err error, took time.Duration) aurea.Outcome {
	switch {
	case took > c.timeout:
		return aurea.TimedOut
	case err == nil:
		return aurea.OK
	case c.ctx.Err() != nil && errors.Is(err, context.Canceled):
		c.stopped.Store(true) // whoever else does so may still wait for a core
		return aurea.Cancelled
	case errors.Is(err, context.DeadlineExceeded):
		return aurea.TimedOut
	default:
		return aurea.Failed
	}
}

func (c *crew) deskOf(i int64) *desk { return c.desks[i%int64(len(c.desks))] }

func (c *crew) peakInFlight() int64 { return c.mostSeen.Load() }

func (c *crew) otherBusy() float64 {
	var busy float64
	for _, d := range c.desks {
		busy += d.otherBusy
	}
	return busy
}

func (c *crew) lastStart() time.Duration {
	var last time.Duration
	for _, d := range c.desks {
		last = max(last, d.lastStart)
	}
	return last
}

func (c *crew) failures() []aurea.ErrorClass {
	merged := map[string]aurea.ErrorClass{}
	for _, d := range c.desks {
		for class, counted := range d.failures {
			if before, known := merged[class]; known {
				counted.Count, counted.Sample = counted.Count+before.Count, before.Sample
			}
			merged[class] = counted
		}
	}
	return sortedClasses(merged)
}

func (c *crew) detail() *aurea.Detail {
	merged := aurea.NewDetail(c.jobs.Measures)
	for _, d := range c.desks {
		merged.Merge(d.detail)
	}
	return merged
}
