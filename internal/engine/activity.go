package engine

import (
	"cmp"
	"math"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// An activity follows what a run is at, from interval to interval.
type activity struct {
	*execution
	begun    int64         // jobs that were started, or dropped
	quiet    time.Duration // since a job ended
	draining time.Duration // when the last job can have started; negative before that
}

// tellActivity adds to what is observed what the run is at, and how long it was
// paused.
func (x *execution) tellActivity(observe func(aurea.Progress)) func(aurea.Progress) {
	a := activity{execution: x, draining: -1}
	return func(p aurea.Progress) {
		x.controller.mu.Lock()
		live := x.controller.live
		x.controller.mu.Unlock()
		judged, warmup := live.Pauses(p.Elapsed)
		p.Paused = min(judged+warmup, p.Elapsed)
		p.Activity = a.at(&live, p)
		observe(p)
	}
}

func (a *activity) at(live *aurea.LivePlan, p aurea.Progress) aurea.Activity {
	a.begun += p.Interval.Started + p.Interval.Dropped
	a.quiet += p.Length
	if p.Interval.Ended() > 0 || p.InFlight == 0 {
		a.quiet = 0
	}
	longest := a.longest()
	is := aurea.Activity{Quiet: a.quiet, Longest: longest}
	switch end := live.End(); {
	case a.stopped.Load():
		is.Phase = aurea.PhaseStopping
	case live.Paused:
		is.Phase = aurea.PhasePaused
	case p.Elapsed >= end || a.begun >= a.plan.Jobs:
		if a.draining < 0 {
			a.draining = min(p.Elapsed, end)
		}
		is.Phase = aurea.PhaseDraining
		if longest > 0 {
			is.Left = max(a.draining+longest-p.Elapsed, 0)
		}
	case p.Elapsed < live.WarmupEnd():
		is.Phase, is.Left = aurea.PhaseWarmup, live.WarmupEnd()-p.Elapsed
	default:
		is.Phase = aurea.PhaseRunning
		if end < math.MaxInt64 {
			is.Left = end - p.Elapsed
		}
	}
	return is
}

// longest is the most that a job may take; 0 when nothing limits it.
func (x *execution) longest() time.Duration {
	longest := min(x.timeout, cmp.Or(x.jobs.Longest, forever))
	if x.jobs.Waiter != nil && x.jobs.Faults == nil {
		longest = min(longest, x.jobs.Waiter.Longest())
	}
	if longest == forever {
		return 0
	}
	return longest
}
