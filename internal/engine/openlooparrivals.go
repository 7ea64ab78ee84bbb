package engine

import "time"

const (
	// maxStarts is how many arrivals a loop starts before it handles as many events,
	// and the reverse.
	maxStarts = 8
	// helpAfter is how late an arrival must be for another loop than the leader to
	// start it.
	helpAfter = 100 * time.Microsecond
)

// mayStart reports whether jobs may start at the given time by the snapshot.
func (s *snapshot) mayStart(now time.Duration) bool {
	return !s.Paused && now < s.until && now >= s.ChangedAt // otherwise now may lie in a pause
}

// startDue starts arrivals that are due. It returns when to look again; forever if an
// event will tell.
func (l *openLoop) startDue() time.Duration {
	for range maxStarts {
		if again, goOn := l.startNext(); !goOn {
			l.callLeader()
			return again
		}
	}
	return l.clock
}

// startNext starts or drops the next arrival if it is due. Otherwise it returns when to
// look again.
func (l *openLoop) startNext() (again time.Duration, goOn bool) {
	if l.over.Load() {
		return forever, false
	}
	now, snap := l.read(), l.latest.Load() // in this order, so that nothing starts by an outdated snapshot
	i := l.nextJob.Load()
	if i >= l.plan.Jobs || l.stopped.Load() || l.cancelled || !l.leased(now) {
		return l.endArrivals()
	}
	if i != l.known {
		l.known, l.cumulative = i, l.schedule.Cumulative(i)
	}
	due := snap.Due(l.cumulative)
	late := due >= snap.end
	switch {
	case late && (now >= snap.end || due == forever || !l.controlled):
		return l.endArrivals()
	case snap.Paused, now >= snap.until: // a control follows, and wakes the leader
		return l.ifLeading(now + Interval), false
	case due > now || late:
		return l.ifLeading(min(due, snap.end)), false
	case !snap.mayStart(now):
		return now, false
	case !l.leads() && now-due < helpAfter:
		return forever, false
	}
	return l.startOverdue(snap, i, due, now)
}

// startOverdue starts an arrival that is due. Without a slot it drops it, or lets it
// wait.
func (l *openLoop) startOverdue(snap *snapshot, i int64, due, now time.Duration) (again time.Duration, goOn bool) {
	full := l.full()
	switch {
	case full && l.drop:
		l.dropNext(i, due)
		return now, true
	case now >= snap.end && (l.waited.Load() == i+1 || now-lateStartGrace >= snap.end):
		return l.endArrivals()
	case full:
		return l.awaitSlot(snap, i, now)
	case l.drop: // claimed first, so that a loop that fails to claim it takes no slot from another
		if l.claimNext(i) {
			if l.takeSlot(snap) {
				l.startInSlot(snap, i, due, now)
			} else {
				l.recordDropOf(i, due)
			}
		}
	case l.takeSlot(snap):
		if l.claimNext(i) {
			l.startInSlot(snap, i, due, now)
		} else {
			l.workers.Add(-1)
		}
	}
	return now, true
}

// startInSlot starts an arrival that has a slot.
func (l *openLoop) startInSlot(snap *snapshot, i int64, due, now time.Duration) {
	a := arrival{i, l.cumulative, l.lateSince(due-snap.PausedFor, now)}
	l.noteFull(l.cumulative, now)
	l.start(a, due, now)
}

// takeSlot takes a slot if one is free.
func (p *workerPool) takeSlot(snap *snapshot) bool {
	for n := p.workers.Load(); n < snap.Plan.Concurrency; n = p.workers.Load() {
		if p.workers.CompareAndSwap(n, n+1) {
			return true
		}
	}
	return false
}

// dropNext drops an arrival if it is the next.
func (l *openLoop) dropNext(i int64, due time.Duration) {
	if l.claimNext(i) {
		l.recordDropOf(i, due)
	}
}

// recordDropOf counts an arrival that found no free slot.
func (p *workerPool) recordDropOf(i int64, due time.Duration) {
	p.metFull.Store(true)
	p.recorderFor(i).recordDrop(p.jobNumber(i), due)
}

// awaitSlot notes that an arrival found no slot. The loop that frees one starts it.
func (l *openLoop) awaitSlot(snap *snapshot, i int64, now time.Duration) (again time.Duration, goOn bool) {
	if l.nextJob.Load() != i {
		return l.clock, true // another loop has taken the slot for it
	}
	l.metFull.Store(true)
	l.waited.Store(i + 1)
	l.noteFull(l.cumulative, now) // if a control took the slots
	if l.leads() {
		l.slotAwaited.Store(true)
		if !l.full() {
			return l.clock, true
		}
	}
	return l.ifLeading(snap.end), false
}

// ifLeading returns when the leader looks again. The others wait for an event.
func (l *openLoop) ifLeading(again time.Duration) time.Duration {
	if l.leads() {
		return again
	}
	return forever
}

// endArrivals makes all loops end when their jobs have.
func (l *openLoop) endArrivals() (again time.Duration, goOn bool) {
	if !l.over.Swap(true) {
		for _, other := range l.loops {
			if other != l {
				other.wake()
			}
		}
	}
	return forever, false
}

// callLeader wakes the leader if it waits for a slot that another loop has freed and
// has no arrival for.
func (l *openLoop) callLeader() {
	if !l.leads() && l.slotAwaited.Load() && !l.full() {
		l.loops[0].slotFreed()
	}
}

// slotFreed wakes the leader if it waits for a slot.
func (l *openLoop) slotFreed() {
	if l.slotAwaited.Load() && l.slotAwaited.Swap(false) {
		l.wake()
	}
}

// callHelper wakes a loop that does nothing.
func (l *openLoop) callHelper() {
	for _, other := range l.loops[1:] {
		if other.asleep.Load() && other.asleep.Swap(false) {
			other.wake()
			return
		}
	}
}
