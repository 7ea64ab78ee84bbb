package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"
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
	live     atomic.Int64  // workers of the closed model, jobs in flight of the open one
	freed    chan struct{} // room was made while the dispatcher may wait for it
	flying   atomic.Int64  // jobs in flight
	mostSeen atomic.Int64  // most of them, in the judged part
	notes    sync.Pool     // of the open model, where a goroutine has one job
}

func newCrew(x *execution) *crew {
	c := &crew{execution: x, freed: make(chan struct{}, 1)}
	c.plan.Concurrency = min(c.plan.Concurrency, workload.MostRunning) // which only a rate alone may exceed
	c.notes.New = func() any {
		notes := workload.NewNotes(x.jobs.Measures)
		return &notes
	}
	for range runtime.GOMAXPROCS(0) {
		c.desks = append(c.desks, newDesk(x))
	}
	return c
}

func (c *crew) parts() int { return len(c.desks) }

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

// employ drives the closed model: so many workers, each with one job after the
// other, and more of them as a ramp rises.
func (c *crew) employ() {
	for rise := time.Duration(0); rise < c.end; rise = nextRise(c.plan, rise) {
		for now := c.now(); now < rise; now = c.now() {
			if c.stopped.Load() || c.handed.Load() >= c.plan.Jobs {
				return
			}
			timerSleep(c.ctx, min(rise-now, Interval))
		}
		opened := rise
		for range c.plan.LevelAt(rise.Seconds()) - c.live.Load() { // and no more, even if those already there have nothing to do
			c.live.Add(1)
			c.workers.Go(func() { c.work(opened) })
		}
	}
}

// work is a worker's: job after job, until there is none, or no room for its
// next. The first should have started when the room for it was made.
func (c *crew) work(intended time.Duration) {
	notes := workload.NewNotes(c.jobs.Measures)
	for now := c.now(); !c.dismiss(now); {
		i, end := c.claim(1, now)
		if i >= end {
			c.live.Add(-1)
			return
		}
		now = c.run(i, min(intended, now), now, notes)
		intended = now
	}
}

// dismiss takes one worker off the crew if there are more than the ramp wants.
// Of several who ask at once, no more are let go than are too many.
func (c *crew) dismiss(now time.Duration) bool {
	if c.plan.Level == nil {
		return false
	}
	level := c.plan.LevelAt(now.Seconds())
	for live := c.live.Load(); live > level; live = c.live.Load() {
		if c.live.CompareAndSwap(live, live-1) {
			return true
		}
	}
	return false
}

// dispatch drives the open model: it starts every job when it is due.
func (c *crew) dispatch() {
	schedule, sleep := aurea.NewSchedule(c.plan), c.sleep()
	for {
		i, end := c.claim(1, 0) // the schedule knows the end of the run
		if i >= end {
			return
		}
		due := schedule.Start(i)
		if due >= c.end {
			return
		}
		for now := c.now(); now < due; now = c.now() {
			if c.stopped.Load() {
				return
			}
			sleep(c.ctx, due-now)
		}
		if c.live.Load() >= c.plan.Concurrency && c.plan.Spec.OnSaturation == "drop" {
			c.deskOf(i).drop(c.number(i), due)
			continue
		}
		if !c.room() {
			return
		}
		c.live.Add(1)
		c.workers.Go(func() {
			notes := c.notes.Get().(*workload.Notes)
			c.run(i, due, c.now(), *notes)
			c.notes.Put(notes)
			c.live.Add(-1)
			select {
			case c.freed <- struct{}{}:
			default: // the dispatcher will look anyway
			}
		})
	}
}

// room waits until there is room for a job that is due. It is false when the run
// starts no more.
func (c *crew) room() bool {
	waited := false
	for c.live.Load() >= c.plan.Concurrency {
		waited = true
		select {
		case <-c.freed:
		case <-c.ctx.Done():
			return false
		case <-time.After(max(c.end-c.now(), 0)):
			return false
		}
	}
	if waited {
		return c.now() < c.end
	}
	return c.now()-lateStart < c.end && !c.stopped.Load()
}

// run does one job and has it counted. It returns when the job ended.
func (c *crew) run(i int64, intended, start time.Duration, notes workload.Notes) time.Duration {
	if n := c.flying.Add(1); start >= c.warmup {
		for seen := c.mostSeen.Load(); n > seen && !c.mostSeen.CompareAndSwap(seen, n); {
			seen = c.mostSeen.Load()
		}
	}
	job := c.number(i)
	notes.Clear()
	err := c.do(job, notes)
	end := c.now()
	outcome := c.judge(err, end-start)
	c.flying.Add(-1)
	c.deskOf(i).count(ended{job, outcome, intended, start, end, err, notes})
	c.log.Put(i, outcome, intended, start, end)
	return end
}

// do runs a job within its timeout. A panic in it is its failure and nobody
// else's.
func (c *crew) do(job int64, notes workload.Notes) (err error) {
	ctx := c.ctx
	if c.timeout != forever {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	defer func() {
		if reason := recover(); reason != nil {
			err = &workload.Failure{Class: "panic", Err: fmt.Errorf("the job panicked: %v", reason)}
		}
	}()
	return c.jobs.Runner.Run(ctx, job, notes)
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

// report tells the collector what the desks have counted, once an interval and
// once more when it is over.
func (c *crew) report(to *collector, over <-chan struct{}) {
	var started int64
	for tick := Interval; ; tick += Interval {
		select {
		case <-time.After(tick - c.now()):
			started = c.handIn(to, tick, started, false)
		case <-over:
			c.handIn(to, c.now(), started, true)
			return
		}
	}
}

// handIn takes the tallies of all desks to the collector. Of the jobs started it
// is told how many were by the last time, and returns how many are by now.
func (c *crew) handIn(to *collector, at time.Duration, started int64, last bool) int64 {
	inFlight := c.flying.Load()
	now := inFlight
	for i, d := range c.desks {
		r, counted := d.handIn()
		now += counted
		r.lane, r.at, r.last = i, at, last
		if i == len(c.desks)-1 {
			r.inFlight = inFlight
			r.tallies.judged.Started = now - started
		}
		if last {
			r.end, r.at = d.lastEnd, max(at, d.lastEnd)
		}
		to.reports <- r
	}
	return now
}

func (c *crew) mostInFlight() int64 { return c.mostSeen.Load() }

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
