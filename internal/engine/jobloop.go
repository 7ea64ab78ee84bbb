package engine

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A jobLoop runs jobs of a workerPool on one goroutine, which starts and ends the
// jobs of many lanes. The loop does only what is usual. It leaves whatever is not
// to a goroutine: a job that fails or takes long, a control, the end of the run. It
// is part of a closedLoop or an openLoop.
type jobLoop struct {
	*workerPool
	loop  workload.Loop
	user  laneUser
	limit time.Duration // longest time a job may take; forever for any
	ready func(owner any)
	ended sync.WaitGroup

	mu     sync.Mutex    // guards closed, and what others hand to the loop
	closed bool          // the loop takes nothing any more
	news   atomic.Bool   // something is handed over, the loop is closed, or the run is stopped
	woken  chan struct{} // buffered; wakes a loop that is parked

	busy    []*jobLane    // lanes with a job
	lastEnd time.Duration // of the loop's jobs
	checkAt time.Duration // when a job may be late
	yieldAt time.Duration // when other goroutines get their turn
}

// A jobLane is a lane of a jobLoop with the state of its jobs.
type jobLane struct {
	workload.Lane
	worker *loopedWorker // whose jobs they are; nil in the open model
	state  *workerState
	job    begunJob // if busy
	index  int      // in jobLoop.busy; -1 without a job
}

// A laneUser decides what its lanes do.
type laneUser interface {
	// next is called when a lane's job has ended, at the given time.
	next(lane *jobLane, at time.Duration)
	// idleEvent is called when something has come over a lane without a job.
	idleEvent(lane *jobLane)
	// leave takes a lane out of the loop. If it is busy, a goroutine finishes the
	// job.
	leave(lane *jobLane)
}

// mayLoop reports whether loops may run the jobs.
func (p *workerPool) mayLoop() bool {
	return p.jobs.NewLoop != nil && p.tracing == nil && p.sampler == nil
}

// loopsWanted returns how many loops the plan can use: one a core.
func (p *workerPool) loopsWanted() int64 { return min(int64(p.cores), max(p.plan.Concurrency, 1)) }

// newJobLoop returns a loop that is woken when the run is stopped.
func (p *workerPool) newJobLoop() (l *jobLoop, err error) {
	loop, err := p.jobs.NewLoop()
	if err != nil {
		return nil, err
	}
	l = &jobLoop{workerPool: p, loop: loop, limit: p.timeout, checkAt: forever, woken: make(chan struct{}, 1)}
	if l.limit == forever && p.jobs.DefaultTimeout > 0 {
		l.limit = p.jobs.DefaultTimeout
	}
	l.ready = l.proceed
	return l, nil
}

// launch starts the goroutine of a loop.
func (l *jobLoop) launch(user laneUser, run func()) {
	l.user = user
	unwatch := context.AfterFunc(l.ctx, l.wake)
	l.ended.Go(func() {
		defer unwatch()
		<-l.begun
		run()
	})
}

// close ends the loop. Nothing is handed to it any more.
func (l *jobLoop) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.wake()
	l.ended.Wait()
	l.loop.Close()
}

// wake makes the loop look for news.
func (l *jobLoop) wake() {
	l.news.Store(true)
	l.loop.Wake()
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// How often a loop lets other goroutines of its core run. Each time costs the wake
// of another thread where a core is idle. A loop that is behind catches up first:
// otherwise those that have much to do, in pieces, make it later with each.
const (
	yieldEvery  = 100 * time.Microsecond
	yieldBehind = 2 * time.Millisecond
)

// yield lets other goroutines of the core run if it is time to.
func (l *jobLoop) yield(now time.Duration, behind bool) {
	if now < l.yieldAt || behind && now < l.yieldAt+yieldBehind {
		return
	}
	runtime.Gosched()
	l.yieldAt = l.now() + yieldEvery
}

// yieldSoon makes the next yield let others run, such as a goroutine that the loop
// has made.
func (l *jobLoop) yieldSoon() { l.yieldAt = -yieldBehind }

// begin starts a job on an idle lane. If it returns false, the lane must leave.
func (l *jobLoop) begin(lane *jobLane, i int64, intended, now time.Duration) bool {
	lane.job, lane.index = l.beginJob(i, intended, now, lane.state), len(l.busy)
	l.busy = append(l.busy, lane)
	if l.limit != forever {
		l.checkAt = min(l.checkAt, now+l.limit)
	}
	return lane.Start(lane.job.job, l.start.Add(now), lane.state.metrics)
}

// proceed continues the job of a lane that is ready.
func (l *jobLoop) proceed(owner any) {
	lane := owner.(*jobLane)
	if lane.index < 0 {
		l.user.idleEvent(lane)
		return
	}
	switch state, at, err := lane.Proceed(); state {
	case workload.LaneLeaves:
		l.user.leave(lane)
	case workload.LaneEnded:
		l.lastEnd = at.Sub(l.start)
		l.endJob(lane.job, lane.state, err, l.lastEnd)
		l.setIdle(lane)
		l.user.next(lane, l.lastEnd)
	}
}

// setIdle notes that a lane has no job. It reports whether it had one.
func (l *jobLoop) setIdle(lane *jobLane) (busy bool) {
	if lane.index < 0 {
		return false
	}
	last := len(l.busy) - 1
	l.busy[lane.index] = l.busy[last]
	l.busy[lane.index].index = lane.index
	l.busy[last] = nil
	l.busy, lane.index = l.busy[:last], -1
	return true
}

// leaveLate makes the lanes leave whose jobs have taken longer than they may. Until
// checkAt no other can have.
func (l *jobLoop) leaveLate(now time.Duration) {
	l.checkAt = forever
	for i := len(l.busy) - 1; i >= 0; i-- { // the last takes the place of one that leaves
		if lane := l.busy[i]; now-lane.job.start >= l.limit {
			l.user.leave(lane)
		} else {
			l.checkAt = min(l.checkAt, lane.job.start+l.limit)
		}
	}
}

// leaveAll makes all lanes leave that have a job.
func (l *jobLoop) leaveAll() {
	for len(l.busy) > 0 {
		l.user.leave(l.busy[len(l.busy)-1])
	}
}

// finish ends a job on a goroutine, where begun is what its lane left of it.
func (p *workerPool) finish(job begunJob, begun any, state *workerState) (end time.Duration) {
	state.context.Resuming(begun)
	err := p.runInTimeout(job, state)
	end = p.now()
	p.endJob(job, state, err, end)
	return end
}
