package engine

import (
	"cmp"
	"math"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// activity tracks what a run is doing, from interval to interval.
type activity struct {
	*execution
	started       int64         // jobs that were started or dropped
	quietFor      time.Duration // time since a job ended
	drainingSince time.Duration // when the last job was started at the latest; negative before that
}

// withActivity returns an observer that adds the activity and the paused time
// to the progress before it calls observe.
func (x *execution) withActivity(observe func(aurea.Progress)) func(aurea.Progress) {
	a := activity{execution: x, drainingSince: -1}
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

// at returns the activity at the end of the progress's interval.
func (a *activity) at(live *aurea.LivePlan, p aurea.Progress) aurea.Activity {
	a.started += p.Interval.Started + p.Interval.Dropped
	a.quietFor += p.Length
	if p.Interval.Ended() > 0 || p.InFlight == 0 {
		a.quietFor = 0
	}
	longest := a.longest()
	is := aurea.Activity{
		Quiet: a.quietFor, Longest: longest, Rate: live.DueRate(p.Elapsed), Limit: live.Limit(p.Elapsed),
	}
	switch end := live.End(); {
	case a.stopped.Load():
		is.Phase = aurea.PhaseStopping
	case live.Paused:
		is.Phase = aurea.PhasePaused
	case p.Elapsed >= end || a.started >= a.plan.Jobs:
		if a.drainingSince < 0 {
			a.drainingSince = min(p.Elapsed, end)
		}
		is.Phase = aurea.PhaseDraining
		if longest > 0 {
			is.Left = max(a.drainingSince+longest-p.Elapsed, 0)
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

// longest returns the longest time that a job may take; 0 if nothing limits it.
func (x *execution) longest() time.Duration {
	longest := min(x.timeout, cmp.Or(x.jobs.DefaultTimeout, forever))
	if x.jobs.Delayer != nil && x.jobs.Faults == nil {
		longest = min(longest, x.jobs.Delayer.MaxDelay())
	}
	if longest == forever {
		return 0
	}
	return longest
}
