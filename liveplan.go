package aurea

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// A LivePlan is a plan under way: the plan as changed by the controls so far,
// and the plan's clock. The plan's clock stands still while the run is paused.
// The schedule, stages, duration and warm-up follow the plan's clock;
// measurements follow the run's clock, which never stops.
//
// A LivePlan is an immutable value: the same controls at the same times give
// the same LivePlan. Times are on the run's clock unless stated otherwise.
type LivePlan struct {
	Plan           Plan
	Paused         bool
	ChangedAt      time.Duration // when the last control was applied
	PausedFor      time.Duration // total pause up to ChangedAt
	PausedInWarmup time.Duration // the part of PausedFor in the warm-up
	Changes        int           // number of controls applied
}

// MaxChanges is the most controls that a run accepts. Beyond it, only resuming
// a paused run is allowed.
const MaxChanges = 200

// NewLivePlan returns the LivePlan of a plan that begins.
func NewLivePlan(plan Plan) LivePlan { return LivePlan{Plan: plan} }

// Apply returns the LivePlan after a control at the given time, and the event
// to log, without its At. The time must not be before the previous control's.
// The error is the one of Plan.Control, or an ErrConflict with the current
// state.
func (l LivePlan) Apply(control Control, at time.Duration) (LivePlan, RunEvent, error) {
	event := RunEvent{T: at.Seconds(), Kind: control.Kind, Rate: control.Rate, Concurrency: control.Concurrency}
	if err := l.check(control); err != nil {
		return l, RunEvent{}, err
	}
	l = l.change(at)
	switch control.Kind {
	case Pause:
		l.Paused = true
	case Resume:
		l.Paused = false
	case ChangeLoad:
		event.Detail = l.changeLoad(control)
	}
	return l, event, nil
}

// check reports whether the control is possible now.
func (l LivePlan) check(control Control) error {
	if err := l.Plan.Control(control); err != nil {
		return err
	}
	switch {
	case control.Kind == Pause && l.Paused:
		return fmt.Errorf("%w: the run is paused already", ErrConflict)
	case control.Kind == Resume && !l.Paused:
		return fmt.Errorf("%w: the run is not paused", ErrConflict)
	case control.Kind != Resume && l.Changes >= MaxChanges:
		return fmt.Errorf("%w: a run can be paused, resumed and changed %d times", ErrConflict, MaxChanges)
	}
	return nil
}

// change records a control at the given time and adds the pause that it ends,
// if any, to the totals.
func (l LivePlan) change(at time.Duration) LivePlan {
	if l.Paused {
		paused := at - l.ChangedAt
		if l.warmupPaused() {
			l.PausedInWarmup += paused
		}
		l.PausedFor += paused
	}
	l.ChangedAt = at
	l.Changes++
	return l
}

// changeLoad sets the rate and the concurrency from ChangedAt on. It returns a
// description of the change.
func (l *LivePlan) changeLoad(control Control) string {
	var changes []string
	now := l.Clock(l.ChangedAt).Seconds()
	if to := control.Rate; to != 0 {
		from := l.Plan.Rate.At(now)
		changes = append(changes, fmt.Sprintf("rate %s to %s", param.FormatNumber(from), param.FormatNumber(to)))
		l.Plan.Rate = l.Plan.Rate.HoldFrom(now, to)
	}
	if to := control.Concurrency; to != 0 {
		to = l.Plan.Deal.SlotsBelow(to) // a shard's part of it
		changes = append(changes, fmt.Sprintf("concurrency%s to %d", l.limitText(now), to))
		l.Plan.Level, l.Plan.Concurrency = nil, to
	}
	return strings.Join(changes, ", ")
}

// limitText returns the present concurrency for the event's text; "" if the
// spec sets none.
func (l *LivePlan) limitText(second float64) string {
	if l.Plan.Open() && l.Plan.Spec.Concurrency == 0 {
		return ""
	}
	return fmt.Sprintf(" %d", l.Plan.LevelAt(second))
}

// Clock returns the time on the plan's clock.
func (l *LivePlan) Clock(now time.Duration) time.Duration {
	if l.Paused {
		now = l.ChangedAt
	}
	return now - l.PausedFor
}

// warmupPaused reports whether the run is paused during its warm-up.
func (l *LivePlan) warmupPaused() bool {
	return l.Paused && l.Clock(l.ChangedAt) < time.Duration(l.Plan.Spec.Warmup)
}

// End returns when the run stops starting jobs. It is Forever if the end
// depends on a job count or on a pause that is still open.
func (l *LivePlan) End() time.Duration {
	if l.Plan.End == Forever || l.Paused && l.Clock(l.ChangedAt) < time.Duration(l.Plan.End) {
		return math.MaxInt64
	}
	return time.Duration(l.Plan.End) + l.PausedFor
}

// WarmupEnd returns when the warm-up ends. It is Forever while the warm-up is
// paused.
func (l *LivePlan) WarmupEnd() time.Duration {
	if l.warmupPaused() {
		return math.MaxInt64
	}
	return time.Duration(l.Plan.Spec.Warmup) + l.PausedInWarmup
}

// Due returns when a job of an open plan should start, by its
// Schedule.Cumulative value. A pause delays every job that has not started by
// the length of the pause.
func (l *LivePlan) Due(cumulative float64) time.Duration {
	due := l.Plan.Due(cumulative)
	if due == math.MaxInt64 {
		return due
	}
	return due + l.PausedFor
}

// Level returns how many jobs to keep in flight; 0 while the run is paused.
func (l *LivePlan) Level(now time.Duration) int64 {
	switch {
	case l.Paused:
		return 0
	case l.Plan.Level == nil:
		return l.Plan.Concurrency
	}
	return l.Plan.LevelAt(l.Clock(now).Seconds())
}

// DueRate returns the rate at which jobs of an open plan are due, in jobs a
// second; 0 in the closed model and while none are due.
func (l *LivePlan) DueRate(now time.Duration) float64 {
	if !l.Plan.Open() || l.Paused || now >= l.End() {
		return 0
	}
	return l.Plan.Rate.At(l.Clock(now).Seconds())
}

// Limit returns how many jobs may be in flight, also while the run is paused; 0 if
// the spec sets a rate and no limit.
func (l *LivePlan) Limit(now time.Duration) int64 {
	if l.Plan.Open() && l.Plan.Spec.Concurrency == 0 {
		return 0
	}
	return l.Plan.LevelAt(l.Clock(now).Seconds())
}

// Pauses returns how long a run that ended at end was paused, in its judged
// part and in its warm-up.
func (l LivePlan) Pauses(end time.Duration) (judged, warmup time.Duration) {
	if l.Paused {
		l = l.change(max(end, l.ChangedAt))
	}
	return l.PausedFor - l.PausedInWarmup, l.PausedInWarmup
}
