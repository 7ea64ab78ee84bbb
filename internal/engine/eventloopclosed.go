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
		if now >= l.tick {
			l.handOver(c, now)
		}
		if l.latest.Load() != l.snapshot {
			if !s.applyLatest() {
				return
			}
			continue
		}
		if now >= s.rise {
			s.widen(now)
		}
		if next := l.timers.next(); next > now {
			if l.settle() {
				continue
			}
			switch {
			case next < forever || s.rise < forever:
				l.sleepUntil(next, s.rise, now)
			case s.over(now):
				return
			default:
				l.idle(now)
			}
			continue
		}
		s.succeed(now)
		for n := 1; n < together && l.timers.next() < now; n++ {
			s.succeed(now)
		}
		s.publish()
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
	opened     time.Duration // when some of them came last
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
		s.opened = s.rise
		s.open = s.level(s.opened)
		s.rise = s.snapshot.nextRise(s.opened)
		s.fill()
	}
}

// level is how many slots the lane has at a moment: none while the run is paused.
func (s *slots) level(now time.Duration) int64 {
	if s.snapshot.Paused || s.share.Concurrency == 0 {
		return 0
	}
	return s.share.LevelAt(s.snapshot.Clock(now).Seconds())
}

// steer has the lane go by the latest course. What a control opens was opened
// when it came: all slots when a pause is over. It returns false when the run was
// stopped.
func (s *slots) applyLatest() bool {
	changes := s.snapshot.Changes
	if !s.lane.applyLatest() {
		return false
	}
	if s.first < s.end && s.share.Concurrency == 0 {
		s.requeued.put(jobRange{first: s.first, end: s.end})
		s.first = s.end
		s.wakeAll()
	}
	s.open = s.level(s.now())
	switch {
	case s.snapshot.Paused:
		s.rise = forever
	case s.snapshot.Changes > changes:
		s.rise = s.snapshot.ChangedAt
	default:
		s.fill()
	}
	return true
}

// nextRise is when, after the given moment, the plan's concurrency may rise.
func planNextRise(plan aurea.Plan, after time.Duration) time.Duration {
	if plan.Level == nil {
		return forever
	}
	seconds := plan.Level.NextRise(after.Seconds())
	if seconds >= forever.Seconds() {
		return forever
	}
	// A nanosecond on, rounding cannot have it rise at the same moment again.
	return max(time.Duration(seconds*1e9), after+1)
}

// fill starts a job in every slot that is free, unless a control comes.
func (s *slots) fill() {
	var now time.Duration
	for n := 0; s.timers.length < s.open; n++ {
		if n%together == 0 {
			if now = s.now(); s.latest.Load() != s.snapshot {
				break
			}
		}
		i, ok := s.claim(now)
		if !ok {
			if s.timers.length < s.open {
				s.rise = forever // there are no more jobs
			}
			break
		}
		s.launch(i, min(s.opened, now), now)
	}
	s.look(s.now())
}

// claim takes the next job, if there is room for one. The lane claims no more
// jobs at once than it has room for, so that none waits here for a slot that is
// free elsewhere; jobs that take no time need no room.
func (s *slots) claim(now time.Duration) (int64, bool) {
	if s.snapshot.Plan.Level != nil {
		s.open = s.level(now)
	}
	room := s.open - s.timers.length
	if room <= 0 {
		return 0, false
	}
	if s.first == s.end {
		if s.free {
			room = instantBatch
		}
		s.first, s.end = s.claimSome(min(room, instantBatch), now)
	}
	if s.first >= s.end {
		return 0, false
	}
	s.first++
	return s.first - 1, true
}

// over reports whether no more jobs will be started, whatever the controls.
func (s *slots) over(now time.Duration) bool {
	return (s.first == s.end || now >= s.snapshot.end) && s.lane.over(now)
}

// claimSome takes up to n jobs: those that another lane returned, or new ones.
func (s *slots) claimSome(n int64, now time.Duration) (first, end int64) {
	if now >= s.snapshot.end {
		return 0, 0
	}
	if requeued, ok := s.claimRequeued(anyRange); ok {
		return requeued.first, requeued.end
	}
	return s.lane.claim(n)
}
