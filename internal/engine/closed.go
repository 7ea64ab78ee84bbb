package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// closed drives the closed model: a job starts when there is room for it, which
// is when another has ended, or when a ramp of the concurrency makes some. In
// the steady state a job costs one reading of the clock or less: the end of one
// is the start of its successor.
func (l *lane) closed(c *collector) {
	s := slots{lane: l}
	s.widen(0)
	for {
		now := l.now()
		if !l.mayGoOn(c, now) {
			return
		}
		if now >= s.rise {
			s.widen(now)
		}
		if next := l.queue.next(); next > now {
			if l.settle() {
				continue
			}
			if next == forever && s.rise == forever {
				return
			}
			l.sleepUntil(next, s.rise, now)
			continue
		}
		s.succeed(now)
		for n := 1; n < together && l.queue.next() < now; n++ {
			s.succeed(now)
		}
		s.publish()
		if s.mostSeen == 0 && now >= s.warmup {
			s.look(now) // the slots were opened in the warm-up
		}
	}
}

// together is how many jobs may start, or end, by one reading of the clock, when
// all of them were due before it. A lane that is behind catches up so; the last
// of them is stamped some hundred nanoseconds early, and none before it was due.
const together = 16

// slots is a lane's room for jobs in the closed model.
type slots struct {
	*lane
	open       int64         // most jobs in flight here, at present
	rise       time.Duration // when there may be room for more
	first, end int64         // jobs claimed and not yet started
}

// succeed ends the job with the earliest deadline and starts its successor, if
// it has one.
func (s *slots) succeed(now time.Duration) {
	s.finish(now)
	if i, ok := s.claim(now); ok {
		s.launch(i, now, now)
	}
}

// widen opens the slots that are due by now and starts a job in each. The jobs
// should have started when their slots opened; that the last of many starts
// later is the generator's delay.
func (s *slots) widen(now time.Duration) {
	for s.rise <= now {
		opened := s.rise
		s.open = s.share.LevelAt(opened.Seconds())
		s.rise = nextRise(s.plan, opened)
		s.fill(opened)
	}
}

// nextRise is when, after the given moment, the plan's concurrency may rise.
func nextRise(plan aurea.Plan, after time.Duration) time.Duration {
	if plan.Level == nil {
		return forever
	}
	seconds := plan.Level.Rise(after.Seconds())
	if seconds >= forever.Seconds() {
		return forever
	}
	// A nanosecond on, rounding cannot have it rise at the same moment again.
	return max(time.Duration(seconds*1e9), after+1)
}

func (s *slots) fill(intended time.Duration) {
	var now time.Duration
	for n := 0; s.queue.length < s.open; n++ {
		if n%together == 0 {
			now = s.now()
		}
		i, ok := s.claim(now)
		if !ok {
			s.rise = forever // there are no more jobs
			break
		}
		s.launch(i, min(intended, now), now)
	}
	s.look(s.now())
}

// claim takes the next job, if there is room for one. The lane claims no more
// jobs at once than it has room for, so that none waits here for a slot that is
// free elsewhere; jobs that take no time need no room.
func (s *slots) claim(now time.Duration) (int64, bool) {
	if s.plan.Level != nil {
		s.open = s.share.LevelAt(now.Seconds())
	}
	room := s.open - s.queue.length
	if room <= 0 {
		return 0, false
	}
	if s.first == s.end {
		if s.free {
			room = freeBatch
		}
		s.first, s.end = s.lane.claim(min(room, freeBatch), now)
	}
	if s.first >= s.end {
		return 0, false
	}
	s.first++
	return s.first - 1, true
}
