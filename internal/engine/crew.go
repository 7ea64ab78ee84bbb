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
	mostSeen atomic.Int64  // most of them, in the judged part
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
// other, and more of them as a ramp rises or a control wants it. Where none may
// come, it ends with the last rise.
func (c *crew) employ() {
	course := c.latest.Load()
	for opened := time.Duration(0); ; {
		c.hire(course, opened)
		rise := course.nextRise(opened)
		if rise >= course.end && !c.controlled {
			return
		}
		if course, opened = c.vacancy(course, rise); course == nil {
			return
		}
	}
}

// hire takes on workers for all the room there is, and no more, even if those
// already there have nothing to do.
func (c *crew) hire(course *course, opened time.Duration) {
	c.staff.Lock()
	defer c.staff.Unlock()
	for range course.Level(opened) - c.live.Load() {
		c.live.Add(1)
		c.workers.Go(func() { c.work(opened) })
	}
}

// vacancy waits until there may be room for more workers: at the next rise, or
// since a control came. It returns by which course and since when, or nil when
// nobody will be needed any more.
func (c *crew) vacancy(by *course, rise time.Duration) (*course, time.Duration) {
	for turns := by.Turns; ; {
		now, course := c.now(), c.latest.Load()
		switch {
		case c.stopped.Load() || now >= course.end || c.exhausted():
			return nil, 0
		case course.Turns > turns:
			return course, course.Turned
		case course.Paused: // a control is coming
		case now >= rise:
			return course, rise
		}
		timerSleep(course.ctx, min(rise-now, course.end-now, Interval))
	}
}

// work is a worker's: job after job, until there is none, or no room for its
// next. The first should have started when the room for it was made, or made
// again by a control.
func (c *crew) work(opened time.Duration) {
	seat := c.newSeat()
	for intended, ready := opened, c.now(); ; intended = ready {
		now, stays := c.stay(ready)
		if !stays {
			return
		}
		i, end := c.claimInTime(now)
		if i >= end {
			c.live.Add(-1)
			return
		}
		intended = max(intended, c.latest.Load().Turned)
		ready = c.run(i, min(intended, now), now, seat)
	}
}

// claimInTime takes a job unless the time is over.
func (c *crew) claimInTime(now time.Duration) (first, end int64) {
	if now >= c.latest.Load().end {
		return 0, 0
	}
	return c.claim(1)
}

// stay tells a worker that is ready for its next job when it may start it: then,
// or, if a control came or it had to ask, now. Or it lets the worker go.
func (c *crew) stay(ready time.Duration) (start time.Duration, stays bool) {
	for {
		course := c.latest.Load()
		switch {
		case ready < course.Turned: // that may have been in a pause
		case c.live.Load() <= course.Level(ready):
			return ready, true
		case c.dismiss(ready):
			return 0, false
		}
		ready = c.now()
	}
}

// dismiss takes one worker off the crew if there are more than is wanted: by a
// ramp, by a control, or since the run is paused. Of several who ask at once, no
// more are let go than are too many.
func (c *crew) dismiss(now time.Duration) bool {
	c.staff.Lock()
	defer c.staff.Unlock()
	course := c.latest.Load()
	if c.live.Load() <= course.Level(max(now, course.Turned)) {
		return false
	}
	c.live.Add(-1)
	return true
}

// dispatch drives the open model: it starts every job when it is due.
func (c *crew) dispatch() {
	schedule, sleep := aurea.NewSchedule(c.plan), c.sleep()
	for {
		i, end := c.claim(1) // the schedule knows the end of the run
		if i >= end {
			return
		}
		mark := schedule.Mark(i)
		due, inTime := c.await(mark, sleep)
		if !inTime {
			return
		}
		if c.full() && c.plan.Spec.OnSaturation == "drop" {
			c.deskOf(i).drop(c.number(i), due)
			continue
		}
		if !c.room() {
			return
		}
		c.live.Add(1)
		c.workers.Go(func() {
			c.arrive(i, mark)
			c.live.Add(-1)
			select {
			case c.freed <- struct{}{}:
			default: // the dispatcher will look anyway
			}
		})
	}
}

// await waits until a job is due. It is false when the run will not start it.
func (c *crew) await(mark float64, sleep sleeper) (due time.Duration, inTime bool) {
	for {
		now, course := c.now(), c.latest.Load() // in this order: nothing starts by a course that was over
		due := course.Due(mark)
		late := due >= course.end
		switch {
		case c.stopped.Load(), late && (now >= course.end || due == forever || !c.controlled):
			return 0, false
		case course.Paused:
			timerSleep(course.ctx, Interval)
		case due <= now && !late:
			return due, true
		default:
			sleep(course.ctx, min(due, course.end)-now)
		}
	}
}

func (c *crew) full() bool { return c.live.Load() >= c.latest.Load().Plan.Concurrency }

// room waits until there is room for a job that is due. It is false when the run
// starts no more.
func (c *crew) room() bool {
	for waited := false; ; waited = true {
		now, course := c.now(), c.latest.Load()
		switch {
		case c.stopped.Load(), waited && now >= course.end:
			return false
		case !course.Paused && !c.full():
			return now-lateStart < course.end
		}
		select {
		case <-c.freed:
		case <-course.ctx.Done():
		case <-time.After(max(course.end-now, 0)):
		}
	}
}

// arrive does a job of the open model that is due. If the run has been paused in
// the meantime, it starts when that is over.
func (c *crew) arrive(i int64, mark float64) {
	seat := c.seats.Get().(*seat)
	defer c.seats.Put(seat)
	for {
		start, course := c.now(), c.latest.Load()
		switch {
		case course.Paused && c.ctx.Err() != nil:
			return
		case course.Paused:
			timerSleep(course.ctx, Interval)
		case start >= course.Turned: // else that may have been in a pause
			c.run(i, course.Due(mark), start, seat)
			return
		}
	}
}

// run does one job and has it counted. It returns when the job ended.
func (c *crew) run(i int64, intended, start time.Duration, seat *seat) time.Duration {
	course := c.latest.Load()
	if n := c.flying.Add(1); start >= course.warmup {
		for seen := c.mostSeen.Load(); n > seen && !c.mostSeen.CompareAndSwap(seen, n); {
			seen = c.mostSeen.Load()
		}
	}
	job := c.number(i)
	seat.notes.Clear()
	parent := c.tracing.pick(job, start)
	err := c.do(job, start, seat, parent)
	end := c.now()
	outcome := c.judge(err, end-start)
	if parent.Told() {
		c.tracing.end(job, c.start.Add(start), c.start.Add(end), outcome, err)
	}
	c.flying.Add(-1)
	c.deskOf(i).count(ended{job, outcome, intended, start, end, start - course.Shift, err, seat.notes})
	c.log.Put(i, outcome, intended, start, end)
	return end
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
