package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// open drives the open model: jobs arrive by the plan's schedule, whatever has
// become of earlier ones. A lane with room holds the next arrival that nobody
// else holds and starts it when it is due; so arrivals go wherever there is
// room, in order. Lateness is measured from the schedule, which never shifts.
func (l *lane) open(c *collector) {
	a := arrivals{lane: l, schedule: aurea.NewSchedule(l.plan), drop: l.plan.Spec.OnSaturation == "drop"}
	a.take(0, 0)
	for {
		now := l.now()
		if !l.mayGoOn(c, now) {
			return
		}
		next := l.queue.next()
		switch {
		case a.due <= now && a.due < next: // what ends at the same moment makes room first
			l.launch(a.job, a.due, now)
			a.notice(now)
			a.take(now, 0)
		case next <= now:
			a.release(now)
			for n := 1; n < together && l.queue.next() < min(now, a.due); n++ {
				a.release(now)
			}
		case l.settle():
		case a.due == forever && next == forever:
			return
		default:
			l.sleepUntil(next, a.due, now)
		}
	}
}

// lateStart is by how much the lane itself may be late to start a job that was
// due before the end of the run and never waited for room.
const lateStart = 10 * time.Millisecond

// arrivals is a lane's hold on the schedule.
type arrivals struct {
	*lane
	schedule *aurea.Schedule
	drop     bool          // arrivals that find no room
	job      int64         // the arrival held
	due      time.Duration // when it should start; forever when none is held
}

// take holds the next arrival, if there is room for it and another one comes.
// freed is since when there is room, 0 if there was some all along: what was due
// before that found none, and is dropped if the spec says so.
func (a *arrivals) take(now, freed time.Duration) {
	a.due = forever
	for a.queue.length < a.share.Concurrency {
		inTime := now
		if freed == 0 {
			inTime -= lateStart
		}
		first, end := a.claim(1, inTime)
		if first >= end {
			return
		}
		due := a.schedule.Start(first)
		if due >= a.end {
			return
		}
		if a.drop && due < freed && a.fullElsewhere() {
			a.tallies.of(due, a.warmup).Dropped++
			continue
		}
		a.job, a.due = first, due
		return
	}
}

// release ends the job with the earliest deadline, which makes room for the next
// arrival.
func (a *arrivals) release(now time.Duration) {
	a.finish(now)
	a.publish()
	if a.due == forever {
		a.take(now, now)
	}
}

// fullElsewhere reports whether, but for the slot that has just come free here,
// there is no room.
func (a *arrivals) fullElsewhere() bool { return a.inFlight() >= a.plan.Concurrency-1 }

// notice publishes the jobs in flight, and looks at those of the other lanes if
// that was not done a moment ago: their numbers are far away in the machine.
func (a *arrivals) notice(now time.Duration) {
	if now-a.looked > time.Microsecond {
		a.look(now)
	} else {
		a.publish()
	}
}
