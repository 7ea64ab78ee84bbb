package cluster

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// activity tracks what a run is doing, from interval to interval, as far as the
// coordinator knows: the longest time that a job may take is only known if the
// spec has a timeout.
type activity struct {
	live          aurea.LivePlan
	stopped       bool
	started       int64         // jobs that were started or dropped
	quietFor      time.Duration // time since a job ended
	drainingSince time.Duration // when the last job was started at the latest; negative before that
}

func newActivity(plan aurea.Plan) activity {
	return activity{live: aurea.NewLivePlan(plan), drainingSince: -1}
}

// add adds the paused time and the activity to the progress.
func (a *activity) add(p *aurea.Progress) {
	judged, warmup := a.live.Pauses(p.Elapsed)
	p.Paused = min(judged+warmup, p.Elapsed)
	a.started += p.Interval.Started + p.Interval.Dropped
	a.quietFor += p.Length
	if p.Interval.Ended() > 0 || p.InFlight == 0 {
		a.quietFor = 0
	}
	p.Activity = aurea.Activity{
		Quiet: a.quietFor, Longest: time.Duration(a.live.Plan.Spec.Timeout),
		Rate: a.live.DueRate(p.Elapsed), Limit: a.live.Limit(p.Elapsed),
	}
	p.Activity.Phase, p.Activity.Left = a.phase(p)
}

// phase returns the phase at the end of the interval, and the time left in it.
func (a *activity) phase(p *aurea.Progress) (aurea.Phase, time.Duration) {
	end, warmupEnd := a.live.End(), a.live.WarmupEnd()
	switch {
	case a.stopped:
		return aurea.PhaseStopping, 0
	case a.live.Paused && p.Elapsed >= a.live.ChangedAt:
		return aurea.PhasePaused, 0
	case p.Elapsed >= end || a.started >= a.live.Plan.Jobs:
		if a.drainingSince < 0 {
			a.drainingSince = min(p.Elapsed, end)
		}
		if timeout := time.Duration(a.live.Plan.Spec.Timeout); timeout > 0 {
			return aurea.PhaseDraining, max(a.drainingSince+timeout-p.Elapsed, 0)
		}
		return aurea.PhaseDraining, 0
	case p.Elapsed < warmupEnd:
		return aurea.PhaseWarmup, warmupEnd - p.Elapsed
	case end == time.Duration(aurea.Forever):
		return aurea.PhaseRunning, 0
	}
	return aurea.PhaseRunning, end - p.Elapsed
}
