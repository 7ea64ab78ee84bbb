package engine

import "time"

// A loopedWorker is a worker whose jobs a closedLoop may run. It belongs to the loop
// from its arrival there until it is released, and to its goroutine otherwise.
type loopedWorker struct {
	jobLane  // while the loop runs its jobs
	loop     *closedLoop
	released chan struct{} // buffered

	ready time.Duration // since when it is ready for the next job
	busy  bool          // when released: its job has begun
	begun any           // of the job, by the lane; nil for nothing
	jobs  int           // that the loop ran since the arrival; -1 before

	absence absence
}

// newLoopedWorker gives a worker a loop. It returns nil if there is none.
func (p *workerPool) newLoopedWorker(state *workerState) *loopedWorker {
	if len(p.closedLoops) == 0 {
		return nil
	}
	l := p.closedLoops[p.looped.Add(1)%int64(len(p.closedLoops))]
	w := &loopedWorker{loop: l, released: make(chan struct{}, 1)}
	w.jobLane = jobLane{worker: w, state: state, index: -1}
	return w
}

// drive lets the loop run the worker's jobs if it can. The worker is ready since
// the given time, and the first job is intended for it. drive returns since when it
// is ready, once the goroutine must go on; a job that the loop has begun has ended
// then.
func (w *loopedWorker) drive(ready time.Duration) time.Duration {
	if w == nil || w.loop.exhausted() || w.absence.lasts() {
		return ready
	}
	if w.Lane = w.loop.loop.Attach(&w.jobLane); w.Lane == nil {
		w.Lane = w.loop.loop.Open(&w.jobLane)
	}
	if w.Lane == nil {
		return ready
	}
	w.ready, w.jobs = ready, -1
	w.loop.receive(w)
	<-w.released
	if !w.busy {
		return w.ready
	}
	w.absence.begin(w.jobs)
	return w.loop.finish(w.job, w.begun, w.state)
}
