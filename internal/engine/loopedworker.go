package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A loopedWorker is a worker whose jobs a jobLoop may run. It belongs to the loop
// from its arrival there until it is released, and to its goroutine otherwise.
type loopedWorker struct {
	loop     *jobLoop
	index    int // in jobLoop.driven
	state    *workerState
	lane     workload.Lane // while the loop runs its jobs
	released chan struct{} // buffered

	ready time.Duration // since when it is ready for the next job
	job   begunJob      // if busy
	busy  bool
	begun any // of the job, by the lane; nil for nothing
	jobs  int // that the loop ran since the arrival

	stay  int // how many jobs the goroutine runs before the next arrival
	stays int // how many it ran the time before
}

// A worker whose job the loop could not end stays away for one job, then for twice
// as many each time, up to maxStay. It begins anew after the loop ran manyJobs.
const (
	maxStay  = 1024
	manyJobs = 64
)

// newLoopedWorker gives a worker a loop. It returns nil if there is none.
func (p *workerPool) newLoopedWorker(state *workerState) *loopedWorker {
	if len(p.loops) == 0 {
		return nil
	}
	l := p.loops[p.looped.Add(1)%int64(len(p.loops))]
	return &loopedWorker{loop: l, state: state, released: make(chan struct{}, 1)}
}

// drive lets the loop run the worker's jobs if it can. The worker is ready since
// the given time. drive returns since when it is, once the goroutine must go on;
// a job that the loop has begun has ended then.
func (w *loopedWorker) drive(ready time.Duration) time.Duration {
	if w == nil || w.loop.exhausted() {
		return ready
	}
	if w.stay > 0 {
		w.stay--
		return ready
	}
	if w.lane = w.loop.loop.Attach(w); w.lane == nil {
		return ready
	}
	w.ready, w.jobs = ready, 0
	w.loop.receive(w)
	<-w.released
	if !w.busy {
		return w.ready
	}
	w.busy = false
	w.stays = min(max(2*w.stays, 1), maxStay)
	if w.jobs >= manyJobs {
		w.stays = 1
	}
	w.stay = w.stays
	w.state.context.Resuming(w.begun)
	err := w.loop.runInTimeout(w.job, w.state)
	end := w.loop.now()
	w.loop.endJob(w.job, w.state, err, end)
	return end
}

// receive takes a worker over.
func (l *jobLoop) receive(w *loopedWorker) {
	l.mu.Lock()
	l.arrived = append(l.arrived, w)
	l.mu.Unlock()
	l.wake()
}
