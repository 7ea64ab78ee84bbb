package engine

import (
	"runtime"
	"time"
)

// A closedLoop runs jobs of a closed plan for their workers. Each worker keeps its
// goroutine, which waits meanwhile, and goes on where the loop does not.
type closedLoop struct {
	*jobLoop
	arrived []*loopedWorker // handed over; guarded by mu
	eager   eagerWait
}

// newClosedLoops returns a loop a core, or nil if the jobs cannot have any.
func (p *workerPool) newClosedLoops() (loops []*closedLoop) {
	if p.plan.Open() || !p.mayLoop() {
		return nil
	}
	for range p.loopsWanted() {
		base, err := p.newJobLoop()
		if err != nil {
			break // goroutines can run all jobs
		}
		l := &closedLoop{jobLoop: base}
		l.launch(l, l.run)
		loops = append(loops, l)
	}
	return loops
}

// run runs the loop until it is closed. Other goroutines of its core get their turn
// before each wait.
func (l *closedLoop) run() {
	for !l.news.Swap(false) || l.admit() {
		n := l.loop.Wait(0, l.ready)
		runtime.Gosched()
		now := l.lastEnd
		if n == 0 {
			now = l.now()
		}
		if now >= l.checkAt {
			l.leaveLate(now)
		}
		if n == 0 && !l.news.Load() {
			l.await(now)
		}
	}
}

// await waits for events, until something else is to be checked at most.
func (l *closedLoop) await(now time.Duration) {
	limit := l.checkAt - max(now, 0) // now is negative before the start
	if l.eager.polls() {
		n := 0
		for end := now + min(maxEager, l.spinMargin, limit); n == 0 && now < end; now = l.now() {
			n = l.loop.Wait(0, l.ready)
		}
		if l.eager.note(n > 0); n > 0 {
			return
		}
	}
	l.loop.Wait(limit, l.ready)
}

// maxAdmitted is how many workers a loop admits before it looks for answers: each
// may open a connection.
const maxAdmitted = 16

// admit starts the jobs of workers that have arrived. If the run is stopped, it
// releases all. It returns false once the loop is closed.
func (l *closedLoop) admit() bool {
	l.mu.Lock()
	n := min(len(l.arrived), maxAdmitted)
	arrived, closed := l.arrived[:n], l.closed && n == len(l.arrived)
	l.arrived = l.arrived[n:]
	if len(l.arrived) > 0 {
		l.news.Store(true)
	}
	l.mu.Unlock()
	for _, w := range arrived {
		l.next(&w.jobLane, w.ready)
	}
	if l.ctx.Err() != nil {
		l.leaveAll()
	}
	return !closed
}

// receive takes a worker over.
func (l *closedLoop) receive(w *loopedWorker) {
	l.mu.Lock()
	l.arrived = append(l.arrived, w)
	l.mu.Unlock()
	l.wake()
}

// next starts a worker's next job, for which it is ready since the given time. If
// that is not usual, the worker leaves.
func (l *closedLoop) next(lane *jobLane, ready time.Duration) {
	w := lane.worker
	now := ready
	if w.jobs++; w.jobs == 0 { // it has just arrived
		now = l.now()
	}
	w.ready = ready
	snap := l.latest.Load()
	if now >= snap.until || ready < snap.ChangedAt || l.workers.Load() > snap.Level(now) {
		l.leave(lane)
		return
	}
	i, end := l.claimInTime(now)
	if i >= end || l.lease != nil && !l.leased(l.now()) || !l.begin(lane, i, min(ready, now), now) {
		l.leave(lane)
	}
}

// idleEvent does nothing: a lane without a job is about to leave.
func (*closedLoop) idleEvent(*jobLane) {}

// leave lets a worker's goroutine go on.
func (l *closedLoop) leave(lane *jobLane) {
	w := lane.worker
	w.busy = l.setIdle(lane)
	w.begun = lane.Detach()
	w.Lane = nil
	w.released <- struct{}{}
}
