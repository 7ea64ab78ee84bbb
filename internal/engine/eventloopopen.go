package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// open drives the open model: jobs arrive by the plan's schedule, whatever has
// become of earlier ones. A lane with room holds the next arrival that nobody
// else holds and starts it when it is due; so arrivals go wherever there is
// room, in order. Lateness is measured from the schedule, which never shifts but
// for a pause.
func (l *lane) open(c *collector) {
	a := arrivals{lane: l, schedule: aurea.NewSchedule(l.plan), drop: l.plan.Spec.OnSaturation == "drop"}
	a.take(0, false)
	for {
		now := l.now()
		if now >= l.tick {
			a.dropDue(now)
			l.handOver(c, now)
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
			a.releaseDue(now)
			if a.due <= now {
				a.start(now)
			}
		case a.due <= now:
			a.start(now)
		case l.settle():
		case a.due < forever || next < forever:
			l.sleepUntil(next, a.due, now)
		case a.over(now):
			return
		default:
			l.idle(now)
		}
	}
}

// lateStart is by how much the lane itself may be late to start a job that was
// due before the end of the run and never waited for room.
const lateStartGrace = 10 * time.Millisecond

// arrivals is a lane's hold on the schedule.
type arrivals struct {
	*lane
	schedule   *aurea.Schedule
	drop       bool          // arrivals that find no room
	held       bool          // there is an arrival
	job        int64         // which
	cumulative float64       // its mark on the schedule
	due        time.Duration // when to start it; forever while none is to be started
}

// take holds the next arrival, if there is room for it and another one comes;
// none is held. Room that there was all along lets an arrival start after the end
// by as much as the lane may be late; room that has just come free does not.
func (a *arrivals) take(now time.Duration, freed bool) {
	a.due = forever
	if !freed {
		now -= lateStartGrace
	}
	if a.timers.length >= a.share.Concurrency || now >= a.snapshot.end || !a.claim() {
		return
	}
	a.held = true
	a.aim(a.snapshot.Due(a.cumulative))
}

// releaseDue ends jobs that are due, as many as may be by one reading of the
// clock. What is due ends before arrivals start, even overdue ones: a lane that is
// behind is late to start jobs, which is delay, and never late to end them, which
// would be their service time.
func (a *arrivals) releaseDue(now time.Duration) {
	a.release(now)
	for n := 1; n < together && a.timers.next() <= now; n++ {
		a.release(now)
	}
}

// dropDue drops the arrivals that were due before the given moment and found no
// room, if the spec says so. A lane that has room again, or has come to its end,
// calls it before it publishes that: others that see its room find nothing left
// that came earlier.
func (a *arrivals) dropDue(before time.Duration) {
	if !a.drop || a.held {
		return
	}
	before = min(before, a.snapshot.end)
	if a.snapshot.Paused {
		before = min(before, a.snapshot.ChangedAt) // nothing has come since
	}
	for a.inFlight() >= a.snapshot.Plan.Concurrency {
		due, ok := a.claimDue(before)
		if !ok {
			return
		}
		a.tallies.of(due, a.snapshot.warmup).Dropped++
	}
}

// claimDue takes the next arrival if it was due before the given moment.
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

// claim takes the next arrival.
func (a *arrivals) claim() bool {
	if requeued, ok := a.claimRequeued(anyRange); ok {
		a.job, a.cumulative = requeued.first, requeued.cumulative
		return true
	}
	first, end := a.lane.claim(1)
	if first >= end {
		return false
	}
	a.job, a.cumulative = first, a.schedule.Cumulative(first)
	return true
}

// aim has the arrival that is held started when it is due, if it will be.
func (a *arrivals) aim(due time.Duration) {
	a.due = forever
	if due < a.snapshot.end && !a.snapshot.Paused {
		a.due = due
	}
}

// start starts the arrival that is held, and holds the next.
func (a *arrivals) start(now time.Duration) {
	a.launch(a.job, a.due, now)
	a.held = false
	a.notice(now)
	a.take(now, false)
}

// release ends the job with the earliest deadline, which makes room for the next
// arrival. But for the slot that has just come free, there was none.
func (a *arrivals) release(now time.Duration) {
	a.finish(now)
	a.dropDue(now)
	a.publish()
	if !a.held {
		a.take(now, true)
	}
}

// steer has the lane go by the latest course, with what it holds. It returns
// false when the run was stopped.
func (a *arrivals) applyLatest() bool {
	until := a.now()
	if turned := a.latest.Load().ChangedAt; turned > a.snapshot.ChangedAt {
		until = turned
	}
	a.dropDue(until)
	if !a.lane.applyLatest() {
		return false
	}
	if a.held {
		a.swapArrival()
	}
	if a.held {
		a.aim(a.snapshot.Due(a.cumulative))
	} else {
		a.take(a.now(), true)
	}
	return true
}

// exchange returns the arrival that is held if there is no room for it any more,
// and takes another if that should start before it.
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

// over reports whether no more arrivals will come, whatever the controls.
func (a *arrivals) over(now time.Duration) bool {
	if a.held && now < a.snapshot.end && (a.snapshot.end < forever || a.snapshot.Due(a.cumulative) < forever) && a.controlled {
		return false
	}
	return a.lane.over(now)
}

// notice publishes the jobs in flight, and looks at those of the other lanes if
// that was not done a moment ago: their numbers are far away in the machine.
func (a *arrivals) notice(now time.Duration) {
	if now-a.looked > time.Microsecond {
		a.look(now)
	} else {
		a.publish()
	}
}
