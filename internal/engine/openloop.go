package engine

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// An openLoop starts and ends jobs of an open plan. The first loop, which leads, waits
// for the next arrival and starts it when it is due. The others help where the leader
// is behind.
//
// An arrival is claimed only when it starts or is dropped, by the loop that does it. So
// arrivals that wait for a slot start in order, whichever loop frees the slot.
type openLoop struct {
	*jobLoop
	*openQueue
	index    int
	schedule *aurea.Schedule
	drop     bool // arrivals that find no free slot are dropped

	known      int64   // the arrival whose cumulative is known; -1 before the first
	cumulative float64 // see Schedule.Cumulative

	snapshot *snapshot   // whose end wakes the leader
	unwatch  func() bool // stops that

	lanes     idleLanes
	passed    []arrival // handed over; guarded by mu
	absence   absence
	jobs      int  // that the loop ran since the latest absence began
	events    int  // that the loop has handled
	cancelled bool // the run's context is

	clock  time.Duration // the latest reading
	budget spinBudget
	asleep atomic.Bool // a helper waits, and another loop may wake it
}

// An openQueue is what the openLoops of a run share of its arrivals.
type openQueue struct {
	loops       []*openLoop
	over        atomic.Bool  // no arrival starts any more
	waited      atomic.Int64 // the latest arrival that found no slot, plus 1; 0 for none
	slotAwaited atomic.Bool  // the leader waits for a slot
}

// newOpenLoops returns a loop a core, or nil if the jobs cannot have any. They begin
// with the run.
func (p *workerPool) newOpenLoops() []*openLoop {
	if !p.plan.Open() || !p.mayLoop() {
		return nil
	}
	queue := &openQueue{}
	for i := range int(p.loopsWanted()) {
		base, err := p.newJobLoop()
		if err != nil {
			break // goroutines can run all jobs
		}
		l := &openLoop{
			jobLoop: base, openQueue: queue, index: i, schedule: aurea.NewSchedule(p.plan),
			drop: p.plan.Spec.OnSaturation == "drop", known: -1, budget: spinBudget{margin: p.spinMargin},
			unwatch: func() bool { return true },
		}
		l.ready = l.handle
		queue.loops = append(queue.loops, l)
	}
	for _, l := range queue.loops {
		l.launch(l, l.run)
	}
	return queue.loops
}

// leads reports whether the loop is the one that waits for arrivals.
func (l *openLoop) leads() bool { return l.index == 0 }

// read reads the clock.
func (l *openLoop) read() time.Duration {
	l.clock = l.now()
	return l.clock
}

// run runs the loop until no arrival starts any more and its last job has ended.
func (l *openLoop) run() {
	defer l.detachIdle()
	for l.read(); ; {
		if l.news.Swap(false) {
			l.admit()
		}
		if l.leads() && l.snapshot != l.latest.Load() {
			l.watchSnapshot()
		}
		again := min(l.startDue(), l.checkAt)
		if l.over.Load() && len(l.busy) == 0 && l.retire() {
			return
		}
		l.yield(l.clock, again <= l.clock)
		l.await(again)
		if l.clock >= l.checkAt {
			l.leaveLate(l.clock)
		}
	}
}

// handle continues the job of a lane that is ready. When many are, arrivals that
// are due need not wait until all have been.
func (l *openLoop) handle(owner any) {
	l.proceed(owner)
	if l.events++; l.events%maxStarts == 0 {
		l.startDue()
	}
}

// await waits for events, at most until the given time. It blocks and spins like
// preciseSleep.
func (l *openLoop) await(until time.Duration) {
	before, block := l.clock, time.Duration(0)
	wait := until - max(before, until-forever) // the clock is negative before the start
	if wait > 0 {
		block = l.budget.block(wait)
	}
	if block > 0 && !l.leads() {
		l.asleep.Store(true)
	}
	switch {
	case l.news.Load():
		l.loop.Wait(0, l.ready)
	case block > timerMargin && len(l.busy) == 0:
		l.park(min(block-timerMargin, Interval))
		l.loop.Wait(0, l.ready) // for idle lanes that the server has closed
	default:
		l.loop.Wait(block, l.ready)
	}
	l.read()
	switch {
	case block > 0:
		l.budget.slept += l.clock - before
		l.asleep.Store(false)
	case wait > 0:
		l.budget.spun += l.clock - before
	}
}

// park waits for d without a system call, in which the runtime would watch the
// thread. No answer is awaited; wake ends it.
func (l *openLoop) park(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-l.woken:
	case <-timer.C:
	}
}

// watchSnapshot makes the next snapshot wake the leader.
func (l *openLoop) watchSnapshot() {
	l.unwatch()
	l.snapshot = l.latest.Load()
	l.unwatch = context.AfterFunc(l.snapshot.ctx, l.wake)
}

// admit starts the arrivals that others have passed on. If the run is stopped, all
// lanes leave.
func (l *openLoop) admit() {
	l.mu.Lock()
	passed := l.passed
	l.passed = nil
	l.mu.Unlock()
	if !l.cancelled && l.ctx.Err() != nil {
		l.cancelled = true
		l.stop() // which the context does, too, but maybe later
	}
	for _, a := range passed {
		now, snap := l.read(), l.latest.Load() // in this order, as in startNext
		if l.cancelled || !snap.mayStart(now) || !l.leased(now) {
			l.leaveArrival(a)
		} else {
			l.start(a, snap.Due(a.cumulative), now)
		}
	}
	if l.cancelled {
		l.leaveAll()
	}
}

// retire refuses arrivals that others pass on from now on. It returns false if there
// are some.
func (l *openLoop) retire() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = len(l.passed) == 0
	return l.closed
}
