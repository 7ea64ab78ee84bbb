package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// An arrival is a job of an open plan that is claimed and has a slot.
type arrival struct {
	i          int64
	cumulative float64       // see Schedule.Cumulative
	lateSince  time.Duration // see room.lateSince
}

// start starts an arrival, on a lane if there is one.
func (l *openLoop) start(a arrival, due, now time.Duration) {
	if l.leads() && now-due >= helpAfter {
		l.callHelper()
	}
	if l.absence.lasts() && l.mayConnect() {
		l.leaveArrival(a)
		return
	}
	lane := l.lanes.pop()
	if lane == nil {
		lane = l.newLane()
	}
	switch {
	case lane == nil && (l.mayConnect() || !l.passOn(a)):
		l.leaveArrival(a)
	case lane != nil:
		lane.state.lateSince = a.lateSince
		if !l.begin(lane, a.i, due, now) {
			l.leave(lane)
		}
	}
}

// newLane returns a new lane, or nil if there is none.
func (l *openLoop) newLane() *jobLane {
	state := l.idleStates.Get().(*workerState)
	lane := &jobLane{state: state, index: -1}
	lane.Lane = l.loop.Attach(lane)
	if lane.Lane == nil && l.mayConnect() {
		lane.Lane = l.loop.Open(lane)
	}
	if lane.Lane == nil {
		l.idleStates.Put(state)
		return nil
	}
	return lane
}

// mayConnect reports whether a job without a lane may open a connection: with idle
// lanes there are no more than the jobs that may be in flight.
func (l *openLoop) mayConnect() bool {
	used := l.workers.Load()
	for _, other := range l.loops {
		used += other.lanes.live.Load()
	}
	return used <= l.latest.Load().Plan.Concurrency
}

// passOn hands an arrival to a loop with an idle lane. It returns false if there is
// none.
func (l *openLoop) passOn(a arrival) bool {
	for _, other := range l.loops {
		if other != l && other.lanes.live.Load() > 0 && other.receive(a) {
			return true
		}
	}
	return false
}

// receive takes an arrival over. It returns false if the loop has ended.
func (l *openLoop) receive(a arrival) bool {
	l.mu.Lock()
	if !l.closed {
		l.passed = append(l.passed, a)
	}
	closed := l.closed
	l.mu.Unlock()
	l.wake()
	return !closed
}

// leaveArrival lets a goroutine run an arrival.
func (l *openLoop) leaveArrival(a arrival) {
	l.yieldSoon()
	l.startElsewhere(a)
}

// startElsewhere starts an arrival on a goroutine.
func (p *workerPool) startElsewhere(a arrival) {
	p.running.Go(func() {
		p.freeSlot(p.startArrival(a))
	})
}

// freeSlot frees the slot of a job that a goroutine ran until the given time.
func (p *workerPool) freeSlot(end time.Duration) {
	p.noteFree(end)
	p.workers.Add(-1)
	if len(p.openLoops) > 0 {
		p.openLoops[0].slotFreed()
		return
	}
	select {
	case p.slotFreed <- struct{}{}:
	default: // runOpen is signalled already
	}
}

// next keeps the lane of a job that has ended, and frees the slot.
func (l *openLoop) next(lane *jobLane, at time.Duration) {
	l.jobs++
	l.lanes.push(lane)
	l.noteFree(at)
	l.workers.Add(-1)
}

// idleEvent lets an idle lane leave if it can take no more jobs.
func (l *openLoop) idleEvent(lane *jobLane) {
	if state, _, _ := lane.Proceed(); state == workload.LaneLeaves {
		l.lanes.drop(lane)
	}
}

// leave lets a goroutine finish the job of a lane.
func (l *openLoop) leave(lane *jobLane) {
	l.setIdle(lane)
	l.absence.begin(l.jobs)
	l.jobs = 0
	begun := lane.Detach()
	l.yieldSoon()
	l.running.Go(func() {
		end := l.finish(lane.job, begun, lane.state)
		l.idleStates.Put(lane.state)
		l.freeSlot(end)
	})
}

// detachIdle gives the idle lanes back.
func (l *openLoop) detachIdle() {
	l.unwatch()
	for lane := l.lanes.pop(); lane != nil; lane = l.lanes.pop() {
		lane.Detach()
	}
}
