package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// runOpen drives the open model: jobs arrive by the plan's schedule,
// independent of earlier jobs. An event loop with a free slot holds the next
// arrival and starts it when it is due. So arrivals go to any event loop with a
// free slot, in order. Delay is measured from the schedule, which only a pause
// shifts.
func (l *eventLoop) runOpen(c *collector) {
	a := arrivals{eventLoop: l, schedule: aurea.NewSchedule(l.plan), drop: l.plan.Spec.OnSaturation == "drop"}
	a.hold(0, false)
	for {
		now := l.now()
		if now >= l.checkAt {
			a.dropDue(now)
			l.check(c, now)
		}
		if l.latest.Load() != l.snapshot {
			if !a.applyLatest() {
				return
			}
			continue
		}
		next := l.timers.next()
		switch {
		case next <= now:
			a.finishDue(now)
			if a.due <= now {
				a.startHeld(now)
			}
		case a.due <= now:
			a.startHeld(now)
		case l.recordPending():
		case a.due < forever || next < forever:
			l.sleepUntil(next, a.due, now)
		case a.finished(now):
			return
		default:
			l.idle(now)
		}
	}
}

// lateStartGrace is how late an event loop may start a job that was due before
// the end of the run and never waited for a slot.
const lateStartGrace = 10 * time.Millisecond

// arrivals is an event loop's position in the schedule. It holds at most one
// arrival.
type arrivals struct {
	*eventLoop
	schedule   *aurea.Schedule
	drop       bool // arrivals that find no free slot are dropped
	held       bool // there is an arrival in job, cumulative and due
	job        int64
	cumulative float64       // the job's Schedule.Cumulative value
	due        time.Duration // when to start it; forever if it must not start yet
	room       room
}

// hold claims the next arrival if there is a free slot; no arrival is held at
// the call. An arrival whose slot was free throughout may start up to
// lateStartGrace after the run's end. One whose slot has just become free, as
// slotFreed reports, may not.
func (a *arrivals) hold(now time.Duration, slotFreed bool) {
	a.due = forever
	if !slotFreed {
		now -= lateStartGrace
	}
	if a.timers.length >= a.share.Concurrency || now >= a.snapshot.end || !a.claim() {
		return
	}
	a.held = true
	a.setDue(a.snapshot.Due(a.cumulative))
}

// finishDue ends up to maxBatch jobs that are due. Due jobs end before arrivals
// start, even overdue ones. So a loop that is behind starts jobs late, which
// counts as delay; it does not end them late, which would count as service
// time.
func (a *arrivals) finishDue(now time.Duration) {
	a.finishOne(now)
	for n := 1; n < maxBatch && a.timers.next() <= now; n++ {
		a.finishOne(now)
	}
}

// dropDue drops the arrivals that were due before the given time and found no
// slot, if the spec says so. An event loop calls it before it publishes a free
// slot or its end. So other loops that see the slot find no earlier arrival
// left.
func (a *arrivals) dropDue(before time.Duration) {
	if !a.drop || a.held {
		return
	}
	before = a.lastDue(before)
	for a.inFlight() >= a.snapshot.Plan.Concurrency {
		due, ok := a.claimDue(before)
		if !ok {
			return
		}
		a.tallies.forJob(due, a.snapshot.warmup).Dropped++
		a.metFull = true
	}
}

// lastDue returns the given time, or when there were no arrivals any more by the
// snapshot in effect if that was before.
func (a *arrivals) lastDue(now time.Duration) time.Duration {
	now = min(now, a.snapshot.end, a.snapshot.until)
	if a.snapshot.Paused {
		now = min(now, a.snapshot.ChangedAt)
	}
	return now
}

// claimDue claims the next arrival if it was due before the given time.
func (a *arrivals) claimDue(before time.Duration) (due time.Duration, ok bool) {
	if a.requeued.hasAny() {
		requeued, ok := a.claimRequeued(func(c jobRange) bool { return a.snapshot.Due(c.cumulative) < before })
		return a.snapshot.Due(requeued.cumulative), ok
	}
	for {
		next := a.nextJob.Load()
		if next >= a.plan.Jobs {
			return 0, false
		}
		due = a.snapshot.Due(a.schedule.Cumulative(next))
		if due >= before {
			return 0, false
		}
		if a.claimNext(next) {
			return due, true
		}
	}
}

// nextIsDue reports whether the next arrival was due before the given time.
func (a *arrivals) nextIsDue(before time.Duration) bool {
	before = a.lastDue(before)
	waits := false
	a.requeued.takeFirst(func(c jobRange) bool {
		waits = a.snapshot.Due(c.cumulative) < before
		return false // it is only looked at
	})
	next := a.nextJob.Load()
	return waits || next < a.plan.Jobs && a.snapshot.Due(a.schedule.Cumulative(next)) < before
}

// claim takes the next arrival, a requeued one first.
func (a *arrivals) claim() bool {
	if requeued, ok := a.claimRequeued(anyRange); ok {
		a.job, a.cumulative = requeued.first, requeued.cumulative
		return true
	}
	first, end := a.eventLoop.claim(1)
	if first >= end {
		return false
	}
	a.job, a.cumulative = first, a.schedule.Cumulative(first)
	return true
}

// setDue sets when the held arrival starts; forever if that is not before the
// end or the run is paused.
func (a *arrivals) setDue(due time.Duration) {
	a.due = forever
	if due < a.snapshot.end && !a.snapshot.Paused {
		a.due = due
	}
}

// startHeld starts the held arrival and holds the next one.
func (a *arrivals) startHeld(now time.Duration) {
	a.firstStarted = min(a.firstStarted, now)
	if now-a.due > lateFloor && a.due >= a.snapshot.warmup {
		a.lateness.Record(a.snapshot.Clock(now) - a.room.lateSince(a.due-a.snapshot.PausedFor))
	}
	a.startJob(a.job, a.due, now)
	a.held = false
	if a.timers.length >= a.share.Concurrency {
		a.room.fill(a.due-a.snapshot.PausedFor, a.snapshot.Clock(now))
	}
	a.publishOrSample(now)
	a.hold(now, false)
}

// finishOne ends the job with the earliest deadline and holds the next arrival
// for its slot. Until then all slots were taken, so earlier arrivals are
// dropped first. One that is due by now has waited if no other loop had a slot.
func (a *arrivals) finishOne(now time.Duration) {
	full := !a.metFull && a.timers.length >= a.share.Concurrency && a.inFlight() >= a.snapshot.Plan.Concurrency
	a.finishEarliest(now)
	a.dropDue(now)
	a.publishInFlight(now)
	if !a.held {
		a.room.free(a.snapshot.Clock(now))
		a.hold(now, true)
		a.metFull = a.metFull || full && a.held && a.snapshot.Due(a.cumulative) < a.lastDue(now)
	}
}

// applyLatest loads the latest snapshot and adjusts the held arrival to it. It
// returns false if the run was stopped.
func (a *arrivals) applyLatest() bool {
	until := a.now()
	if changedAt := a.latest.Load().ChangedAt; changedAt > a.snapshot.ChangedAt {
		until = changedAt
	}
	a.dropDue(until)
	full := a.timers.length >= a.share.Concurrency
	waited := full && a.inFlight() >= a.snapshot.Plan.Concurrency && a.nextIsDue(until) // for the slots of this change
	if !a.eventLoop.applyLatest() {
		a.fullAtStop = full && a.nextIsDue(until)
		return false
	}
	a.metFull = a.metFull || waited
	if a.held {
		a.swapArrival()
	}
	if a.held {
		a.setDue(a.snapshot.Due(a.cumulative))
	} else {
		a.room.free(a.snapshot.Clock(a.snapshot.ChangedAt)) // of the slots that a control adds
		a.hold(a.now(), true)
	}
	return true
}

// swapArrival requeues the held arrival if no slot is left for it, or if a
// requeued one comes before it. In the second case it holds that one instead.
func (a *arrivals) swapArrival() {
	mine := jobRange{first: a.job, end: a.job + 1, cumulative: a.cumulative}
	if a.timers.length >= a.share.Concurrency {
		a.held = false
	} else if requeued, ok := a.requeued.takeFirst(func(c jobRange) bool { return c.first < a.job }); ok {
		a.job, a.cumulative = requeued.first, requeued.cumulative
	} else {
		return
	}
	a.requeued.put(mine)
	a.wakeAll()
}

// finished reports whether no more arrivals will start, whatever the controls.
func (a *arrivals) finished(now time.Duration) bool {
	timed := a.snapshot.end < forever || a.snapshot.Due(a.cumulative) < forever
	if a.held && now < a.snapshot.end && timed && a.controlled {
		return false
	}
	return a.eventLoop.finished(now)
}

// publishOrSample samples the jobs in flight at most once a microsecond;
// otherwise it only publishes this loop's. Reading the other loops' gauges
// costs cache misses.
func (a *arrivals) publishOrSample(now time.Duration) {
	if now-a.sampledAt > time.Microsecond {
		a.sampleInFlight(now)
	} else {
		a.publishInFlight(now)
	}
}
