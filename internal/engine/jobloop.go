package engine

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A jobLoop runs jobs of a closed plan for their workers: one goroutine starts and
// ends the jobs of many. Each worker keeps its goroutine, which waits meanwhile.
// The loop does only what is usual. Whatever is not goes back to the worker: a job
// that fails or takes long, a control, the end of the run.
type jobLoop struct {
	*workerPool
	loop  workload.Loop
	limit time.Duration // longest time a job may take; forever for any
	ready func(owner any)
	ended sync.WaitGroup

	mu      sync.Mutex // guards the fields to the next blank line
	arrived []*loopedWorker
	closed  bool

	news    atomic.Bool     // a worker has arrived, the loop is closed, or the run is stopped
	driven  []*loopedWorker // whose jobs the loop runs
	lastEnd time.Duration   // of their jobs
	checkAt time.Duration   // when a job may be late
}

// newLoops returns a loop a core, or nil if the jobs cannot have any.
func (p *workerPool) newLoops() (loops []*jobLoop) {
	if p.jobs.NewLoop == nil || p.plan.Open() || p.tracing != nil || p.sampler != nil {
		return nil
	}
	for range min(int64(p.cores), max(p.plan.Concurrency, 1)) {
		loop, err := p.jobs.NewLoop()
		if err != nil {
			break // goroutines can run all jobs
		}
		l := &jobLoop{workerPool: p, loop: loop, limit: p.timeout, checkAt: forever}
		if l.limit == forever && p.jobs.DefaultTimeout > 0 {
			l.limit = p.jobs.DefaultTimeout
		}
		l.ready = l.proceed
		unwatch := context.AfterFunc(p.ctx, l.wake)
		l.ended.Go(func() {
			defer unwatch()
			<-l.begun
			l.run()
		})
		loops = append(loops, l)
	}
	return loops
}

// closeLoops ends the loops. No worker runs any more.
func (p *workerPool) closeLoops() {
	for _, l := range p.loops {
		l.mu.Lock()
		l.closed = true
		l.mu.Unlock()
		l.wake()
		l.ended.Wait()
		l.loop.Close()
	}
}

// wake makes the loop look for news.
func (l *jobLoop) wake() {
	l.news.Store(true)
	l.loop.Wake()
}

// run runs the loop until it is closed. Other goroutines of its core get their turn
// before each wait.
func (l *jobLoop) run() {
	for !l.news.Swap(false) || l.admit() {
		n := l.loop.Wait(0, l.ready)
		runtime.Gosched()
		now := l.lastEnd
		if n == 0 {
			now = l.now()
		}
		if now >= l.checkAt {
			l.releaseLate(now)
		}
		if n == 0 && !l.news.Load() {
			l.loop.Wait(l.checkAt-max(now, 0), l.ready) // now is negative before the start
		}
	}
}

// admit starts the jobs of the workers that have arrived. If the run is stopped, it
// releases all. It returns false once the loop is closed.
func (l *jobLoop) admit() bool {
	l.mu.Lock()
	arrived, closed := l.arrived, l.closed
	l.arrived = nil
	l.mu.Unlock()
	for _, w := range arrived {
		w.index = len(l.driven)
		l.driven = append(l.driven, w)
		l.startNext(w, w.ready, l.now())
	}
	if l.ctx.Err() != nil {
		for len(l.driven) > 0 {
			l.release(l.driven[len(l.driven)-1])
		}
	}
	return !closed
}

// startNext starts a worker's next job, for which it is ready since the given time. If
// that is not usual, it releases the worker.
func (l *jobLoop) startNext(w *loopedWorker, ready, now time.Duration) {
	w.ready = ready
	snap := l.latest.Load()
	if now >= snap.until || ready < snap.ChangedAt || l.workers.Load() > snap.Level(now) {
		l.release(w)
		return
	}
	i, end := l.claimInTime(now)
	if i >= end || l.lease != nil && !l.leased(l.now()) {
		l.release(w)
		return
	}
	w.job, w.busy = l.beginJob(i, min(ready, now), now, w.state), true
	if l.limit != forever {
		l.checkAt = min(l.checkAt, now+l.limit)
	}
	if !w.lane.Start(w.job.job, l.start.Add(now), w.state.metrics) {
		l.release(w)
	}
}

// proceed continues the job of a worker whose lane is ready.
func (l *jobLoop) proceed(owner any) {
	w := owner.(*loopedWorker)
	if !w.busy {
		return
	}
	state, at, err := w.lane.Proceed()
	switch state {
	case workload.LaneLeaves:
		l.release(w)
	case workload.LaneEnded:
		l.lastEnd = at.Sub(l.start)
		l.endJob(w.job, w.state, err, l.lastEnd)
		w.busy = false
		w.jobs++
		l.startNext(w, l.lastEnd, l.lastEnd)
	}
}

// releaseLate releases the workers whose jobs have taken longer than they may.
// Until checkAt no other can have.
func (l *jobLoop) releaseLate(now time.Duration) {
	l.checkAt = forever
	for i := len(l.driven) - 1; i >= 0; i-- { // the last takes the place of one that is released
		switch w := l.driven[i]; {
		case !w.busy:
		case now-w.job.start >= l.limit:
			l.release(w)
		default:
			l.checkAt = min(l.checkAt, w.job.start+l.limit)
		}
	}
}

// release lets a worker's goroutine go on.
func (l *jobLoop) release(w *loopedWorker) {
	last := len(l.driven) - 1
	l.driven[w.index] = l.driven[last]
	l.driven[w.index].index = w.index
	l.driven[last] = nil
	l.driven = l.driven[:last]
	w.begun = w.lane.Detach()
	w.lane = nil
	w.released <- struct{}{}
}
