package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A lane drives one core's share of the jobs in flight. It belongs to one
// goroutine on a thread of its own.
type lane struct {
	*execution
	index      int
	slots      int64 // most jobs in flight here
	queue      deadlines
	first, end int64 // jobs claimed and not yet started

	tally    *aurea.Tally
	spare    chan *aurea.Tally // emptied tallies, back from the collector
	tick     time.Duration     // when to hand the tally over next
	ended    time.Duration     // when the last job ended
	mostSeen int64             // most jobs in flight on all lanes, as seen from here
}

func newLane(x *execution, index int, slots int64) *lane {
	l := &lane{execution: x, index: index, slots: slots, tally: aurea.NewTally(), tick: Interval}
	l.spare = make(chan *aurea.Tally, 1)
	l.spare <- aurea.NewTally()
	return l
}

// prepare makes the calling goroutine fit to be the lane's.
func (l *lane) prepare() { ownThread() }

// run drives the lane until no job is left. In the steady state a job costs one
// reading of the clock: the end of one job is the start of its successor.
func (l *lane) run(c *collector) {
	l.fill()
	for l.queue.length > 0 {
		now := l.now()
		if now >= l.tick {
			l.handOver(c, now)
		}
		if l.stopped.Load() {
			l.cancel(now)
			break
		}
		if next := l.queue.next(); next > now {
			l.sleep(l.ctx, min(next, l.tick)-now)
			continue
		}
		l.finish(now)
		if i, ok := l.claimOne(1, now); ok {
			l.begin(i, now, now)
		} else {
			l.levels[l.index].Store(l.queue.length)
		}
	}
	c.reports <- report{lane: l.index, at: max(l.ended, l.now()), end: l.ended, tally: l.tally, last: true}
}

// fill starts a job for every slot. They all should have started when the run
// did; that the last of many starts later is the generator's delay.
func (l *lane) fill() {
	for l.queue.length < l.slots {
		now := l.now()
		i, ok := l.claimOne(min(l.slots-l.queue.length, freeBatch), now)
		if !ok {
			break
		}
		l.begin(i, 0, now)
	}
	l.levels[l.index].Store(l.queue.length)
	l.mostSeen = l.inFlight()
}

// claimOne takes the next job. The lane claims no more jobs at once than it has
// room for, so that none waits here for a slot that is free elsewhere; jobs
// that take no time need no room.
func (l *lane) claimOne(room int64, now time.Duration) (int64, bool) {
	if l.first == l.end {
		l.first, l.end = l.claim(max(room, l.batch), now)
	}
	if l.first >= l.end {
		return 0, false
	}
	l.first++
	return l.first - 1, true
}

func (l *lane) begin(i int64, intended, start time.Duration) {
	d, _ := l.wait(i)
	l.tally.Started++
	l.queue.add(waiting{at: start + d, intended: intended, job: i})
}

// finish ends the job with the earliest deadline, which is due.
func (l *lane) finish(now time.Duration) {
	w := l.queue.pop()
	d, outcome := l.wait(w.job)
	start := w.at - d
	l.tally.End(outcome, w.intended, start, now)
	l.ended = now
	if l.log != nil {
		l.log.Put(w.job, outcome, w.intended, start, now)
	}
}

// cancel ends every job in flight where it stands.
func (l *lane) cancel(now time.Duration) {
	for l.queue.length > 0 {
		w := l.queue.pop()
		d, _ := l.wait(w.job)
		l.tally.Cancelled++
		l.log.Put(w.job, aurea.Cancelled, w.intended, w.at-d, now)
	}
	l.ended = now
	l.levels[l.index].Store(0)
}

// handOver gives the interval's tally to the collector and goes on with an
// empty one. If the collector is behind, the interval goes on instead: the lane
// waits for nobody.
func (l *lane) handOver(c *collector, now time.Duration) {
	l.tick = now.Truncate(Interval) + Interval
	select {
	case empty := <-l.spare:
		c.reports <- report{lane: l.index, at: now.Truncate(Interval), inFlight: l.queue.length, tally: l.tally, spare: l.spare}
		l.tally = empty
	default:
	}
}
