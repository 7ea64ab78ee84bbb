package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// runClosed drives the closed model: a job starts when a slot is free. A slot
// becomes free when a job ends or a ramp raises the concurrency. In the steady
// state a job costs at most one clock read: the end of one is the start of the
// next.
func (l *eventLoop) runClosed(c *collector) {
	s := slots{eventLoop: l}
	s.openDue(0)
	for {
		now := l.now()
		if now >= l.checkAt {
			l.check(c, now)
		}
		if l.latest.Load() != l.snapshot {
			if !s.applyLatest() {
				return
			}
			continue
		}
		if now >= s.nextRise {
			s.openDue(now)
		}
		if next := l.timers.next(); next > now {
			if l.recordPending() {
				continue
			}
			switch {
			case next < forever || s.nextRise < forever:
				l.sleepUntil(next, s.nextRise, now)
			case s.finished(now):
				return
			default:
				l.idle(now)
			}
			continue
		}
		s.replaceEarliest(now)
		for n := 1; n < maxBatch && l.timers.next() < now; n++ {
			s.replaceEarliest(now)
		}
		s.publishInFlight(now)
	}
}

// maxBatch is how many jobs may start or end by one clock read, when all were
// due before it. It lets an event loop that is behind catch up. The last job of
// a batch is stamped some hundred nanoseconds early, and none before it was
// due.
const maxBatch = 16

// slots is an event loop's share of the concurrency in the closed model.
type slots struct {
	*eventLoop
	limit      int64         // most jobs in flight here at present
	openedAt   time.Duration // when slots were opened last
	nextRise   time.Duration // when slots may be added next
	first, end int64         // claimed jobs that are not started yet
}

// replaceEarliest ends the job with the earliest deadline and starts the next
// job, if there is one.
func (s *slots) replaceEarliest(now time.Duration) {
	s.finishEarliest(now)
	if i, ok := s.claim(now); ok {
		s.startJob(i, now, now)
	}
}

// openDue opens the slots that are due by now and starts a job in each. The
// intended start of these jobs is when their slot opened. If many slots open at
// once, the last job starts later, which is the generator's delay.
func (s *slots) openDue(now time.Duration) {
	for s.nextRise <= now {
		s.openedAt = s.nextRise
		s.limit = s.limitAt(s.openedAt)
		s.nextRise = s.snapshot.nextRise(s.openedAt)
		s.fill()
	}
}

// limitAt returns how many slots the event loop has at a time; 0 while the run
// is paused.
func (s *slots) limitAt(now time.Duration) int64 {
	if s.snapshot.Paused || s.share.Concurrency == 0 {
		return 0
	}
	return s.share.LevelAt(s.snapshot.Clock(now).Seconds())
}

// applyLatest loads the latest snapshot. Slots that a control adds open at the
// time of the control; after a pause all slots open anew. It returns false if
// the run was stopped.
func (s *slots) applyLatest() bool {
	changes := s.snapshot.Changes
	if !s.eventLoop.applyLatest() {
		return false
	}
	if s.first < s.end && s.share.Concurrency == 0 {
		s.requeued.put(jobRange{first: s.first, end: s.end})
		s.first = s.end
		s.wakeAll()
	}
	s.limit = s.limitAt(s.now())
	switch {
	case s.snapshot.Paused:
		s.nextRise = forever
	case s.snapshot.Changes > changes:
		s.nextRise = s.snapshot.ChangedAt
	default:
		s.fill()
	}
	return true
}

// planNextRise returns when the plan's concurrency may rise next, after the
// given time.
func planNextRise(plan aurea.Plan, after time.Duration) time.Duration {
	if plan.Level == nil {
		return forever
	}
	seconds := plan.Level.NextRise(after.Seconds())
	if seconds >= forever.Seconds() {
		return forever
	}
	// One nanosecond more, so that rounding cannot return the same rise again.
	return max(time.Duration(seconds*1e9), after+1)
}

// fill starts a job in every free slot, until a new snapshot is published or the
// lease is over.
func (s *slots) fill() {
	var now time.Duration
	for n := 0; s.timers.length < s.limit; n++ {
		if n%maxBatch == 0 {
			if now = s.now(); !s.mayStart(now) {
				break
			}
		}
		i, ok := s.claim(now)
		if !ok {
			if s.timers.length < s.limit {
				s.nextRise = forever // no jobs are left
			}
			break
		}
		if n == 0 { // a loop's first start is here
			s.firstStarted = min(s.firstStarted, now)
		}
		s.startJob(i, min(s.openedAt, now), now)
	}
	s.sampleInFlight(s.now())
}

// claim takes the next job if there is a free slot. An event loop claims no
// more jobs at once than it has free slots, so that no job waits here while a
// slot is free elsewhere. Jobs that take no time need no slot.
func (s *slots) claim(now time.Duration) (int64, bool) {
	if s.snapshot.Plan.Level != nil {
		s.limit = s.limitAt(now)
	}
	free := s.limit - s.timers.length
	if free <= 0 {
		return 0, false
	}
	if s.first == s.end {
		if s.instant {
			free = instantBatch
		}
		s.first, s.end = s.claimBatch(min(free, instantBatch), now)
	}
	if s.first >= s.end {
		return 0, false
	}
	s.first++
	return s.first - 1, true
}

// finished reports whether no more jobs will start, whatever the controls.
func (s *slots) finished(now time.Duration) bool {
	return (s.first == s.end || now >= s.snapshot.end) && s.eventLoop.finished(now)
}

// claimBatch claims up to n jobs: requeued ones first, then new ones.
func (s *slots) claimBatch(n int64, now time.Duration) (first, end int64) {
	if now >= s.snapshot.end {
		return 0, 0
	}
	if requeued, ok := s.claimRequeued(anyRange); ok {
		return requeued.first, requeued.end
	}
	return s.eventLoop.claim(n)
}
