package engine

import "time"

// runClosed drives the closed model: each worker runs one job after the other.
// It adds workers when a ramp or a control raises the concurrency. Without
// controls it returns after the last rise; the workers go on.
func (p *workerPool) runClosed() {
	snap := p.latest.Load()
	for openedAt := time.Duration(0); ; {
		p.addWorkers(snap, openedAt)
		rise := snap.nextRise(openedAt)
		if rise >= snap.end && !p.controlled {
			return
		}
		if snap, openedAt = p.waitForChange(snap, rise); snap == nil {
			return
		}
	}
}

// addWorkers starts workers up to the level at openedAt, even if present
// workers are idle.
func (p *workerPool) addWorkers(snap *snapshot, openedAt time.Duration) {
	p.resizeMu.Lock()
	defer p.resizeMu.Unlock()
	for range snap.Level(openedAt) - p.workers.Load() {
		p.workers.Add(1)
		p.prepared.Add(1)
		user, state := p.nextUser()
		p.running.Go(func() {
			if state == nil {
				state = p.newUser(user)
			}
			p.work(state, openedAt)
		})
	}
}

// nextUser returns the state that a new worker continues, so that a user lasts over
// a pause, or else nil and the number of a new user. The caller holds resizeMu.
func (p *workerPool) nextUser() (number int64, state *workerState) {
	if last := len(p.idleUsers) - 1; last >= 0 {
		state, p.idleUsers = p.idleUsers[last], p.idleUsers[:last]
		return 0, state
	}
	p.users++
	return p.users - 1, nil
}

// newUser returns the state of a new user. Its number is that of its slot in the
// whole plan, so no two shards have the same user.
func (p *workerPool) newUser(number int64) *workerState {
	state := p.newWorkerState()
	state.context.OfUser(p.plan.Deal.Slot(number))
	state.looped = p.newLoopedWorker(state)
	return state
}

// waitForChange waits until workers may be added: at the next rise or after a
// control. It returns the snapshot and the time from which they are added, or
// nil if no more will be needed.
func (p *workerPool) waitForChange(current *snapshot, rise time.Duration) (*snapshot, time.Duration) {
	for changes := current.Changes; ; {
		now, snap := p.now(), p.latest.Load()
		switch {
		case p.stopped.Load() || now >= snap.end || p.exhausted():
			return nil, 0
		case snap.Changes > changes:
			return snap, snap.ChangedAt
		case snap.Paused: // a control follows
		case now >= rise:
			return snap, rise
		}
		timerSleep(snap.ctx, min(rise-now, snap.end-now, Interval))
	}
}

// work is a worker's loop. It runs jobs until none is left or the pool must
// shrink. The intended start of the first job is when its slot was opened by a
// rise or a control; that of the others is the end of the job before.
func (p *workerPool) work(state *workerState, openedAt time.Duration) {
	p.prepared.Done()
	<-p.atZero
	intended, ready := openedAt, state.looped.drive(openedAt)
	if ready > openedAt {
		intended = ready
	} else {
		ready = max(p.now(), 0) // before zero if the run was stopped
	}
	for ; ; intended = ready {
		now, ok := p.awaitStart(state, ready)
		if !ok {
			return
		}
		i, end := p.claimInTime(now)
		if i >= end || p.lease != nil && !p.leased(p.now()) { // now may be older than the claim
			p.workers.Add(-1)
			p.closeWindow(now)
			return
		}
		intended = max(intended, p.latest.Load().ChangedAt)
		ready = state.looped.drive(p.runJob(i, min(intended, now), now, state))
	}
}

// claimInTime claims a job if the run's end has not come.
func (p *workerPool) claimInTime(now time.Duration) (first, end int64) {
	if now >= p.latest.Load().end {
		return 0, 0
	}
	return p.claim(1)
}

// awaitStart returns when a worker that is ready may start its next job. That
// is ready itself, or now if a control came since or the worker had to check.
// It returns false if the worker must exit.
func (p *workerPool) awaitStart(state *workerState, ready time.Duration) (start time.Duration, ok bool) {
	if p.hasSlot(p.latest.Load(), ready) {
		return ready, true
	}
	p.waiting.Add(1)
	defer p.waiting.Add(-1)
	for {
		p.closeWindow(ready)
		switch snap := p.latest.Load(); {
		case ready >= snap.until: // a control follows
			<-snap.ctx.Done()
		case ready < snap.ChangedAt: // ready may lie in a pause
		case p.tryExit(state, ready):
			return 0, false
		}
		if ready = p.now(); p.hasSlot(p.latest.Load(), ready) {
			return ready, true
		}
	}
}

// hasSlot reports whether a worker that is ready may start its next job by the
// snapshot.
func (p *workerPool) hasSlot(snap *snapshot, ready time.Duration) bool {
	return ready < snap.until && ready >= snap.ChangedAt && p.workers.Load() <= snap.Level(ready)
}

// tryExit removes one worker if there are more than the level of the latest
// snapshot, which is 0 in a pause. A later worker continues its state. The lock
// ensures that of several callers no more exit than are too many.
func (p *workerPool) tryExit(state *workerState, now time.Duration) bool {
	p.resizeMu.Lock()
	defer p.resizeMu.Unlock()
	snap := p.latest.Load()
	if p.workers.Load() <= snap.Level(max(now, snap.ChangedAt)) {
		return false
	}
	p.workers.Add(-1)
	p.idleUsers = append(p.idleUsers, state)
	return true
}
