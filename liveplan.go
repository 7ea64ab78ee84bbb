package aurea

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// A Course is a plan under way: the plan as the controls so far have made it,
// and its clock, which stands still while the run is paused. The plan's schedule,
// stages, duration and warm-up go by that clock; what is measured goes by the
// run's, which never stands still.
//
// A Course is a value that is not changed: whoever applies the same controls at
// the same moments has the same course. Moments are on the run's clock unless
// something else is said.
type Course struct {
	Plan    Plan
	Paused  bool
	Turned  time.Duration // when the last control came
	Shift   time.Duration // how long the run had been paused by then
	Warming time.Duration // how much of Shift was in the warm-up
	Turns   int           // how many controls there were
}

// MaxTurns is how many controls a run may have. Beyond it only a paused run can
// be resumed.
const MaxTurns = 200

// NewCourse is the course of a plan that begins.
func NewCourse(plan Plan) Course { return Course{Plan: plan} }

// Apply is the course after a control at the given moment, which is not before
// the last one's, and the event to note, without its At. The error is that of
// Plan.Control, or an ErrConflict with the course's present state.
func (c Course) Apply(control Control, at time.Duration) (Course, RunEvent, error) {
	event := RunEvent{T: at.Seconds(), Kind: control.Kind, Rate: control.Rate, Concurrency: control.Concurrency}
	if err := c.check(control); err != nil {
		return c, RunEvent{}, err
	}
	c = c.turn(at)
	switch control.Kind {
	case Pause:
		c.Paused = true
	case Resume:
		c.Paused = false
	case ChangeLoad:
		event.Detail = c.load(control)
	}
	return c, event, nil
}

func (c Course) check(control Control) error {
	if err := c.Plan.Control(control); err != nil {
		return err
	}
	switch {
	case control.Kind == Pause && c.Paused:
		return fmt.Errorf("%w: the run is paused already", ErrConflict)
	case control.Kind == Resume && !c.Paused:
		return fmt.Errorf("%w: the run is not paused", ErrConflict)
	case control.Kind != Resume && c.Turns >= MaxTurns:
		return fmt.Errorf("%w: a run can be paused, resumed and changed %d times", ErrConflict, MaxTurns)
	}
	return nil
}

// turn moves on to another control, with what was paused so far.
func (c Course) turn(at time.Duration) Course {
	if c.Paused {
		paused := at - c.Turned
		if c.warming() {
			c.Warming += paused
		}
		c.Shift += paused
	}
	c.Turned = at
	c.Turns++
	return c
}

// load changes the load from the present moment on, and says how.
func (c *Course) load(control Control) string {
	var changes []string
	now := c.Clock(c.Turned).Seconds()
	if to := control.Rate; to != 0 {
		changes = append(changes, fmt.Sprintf("rate %s to %s", formatNumber(c.Plan.Rate.At(now)), formatNumber(to)))
		c.Plan.Rate = c.Plan.Rate.Then(now, to)
	}
	if to := control.Concurrency; to != 0 {
		changes = append(changes, fmt.Sprintf("concurrency%s to %d", c.bound(now), to))
		c.Plan.Level, c.Plan.Concurrency = nil, to
	}
	return strings.Join(changes, ", ")
}

// bound says how many jobs may be in flight, where the spec has set a number.
func (c *Course) bound(second float64) string {
	if c.Plan.Open() && c.Plan.Spec.Concurrency == 0 {
		return ""
	}
	return fmt.Sprintf(" %d", c.Plan.LevelAt(second))
}

// Clock is what the plan's clock shows.
func (c *Course) Clock(now time.Duration) time.Duration {
	if c.Paused {
		now = c.Turned
	}
	return now - c.Shift
}

// warming reports whether the run is paused in its warm-up.
func (c *Course) warming() bool {
	return c.Paused && c.Clock(c.Turned) < time.Duration(c.Plan.Spec.Warmup)
}

// End is when to start no more jobs, as far as is known; Forever when time does
// not tell.
func (c *Course) End() time.Duration {
	if c.Plan.End == Forever || c.Paused && c.Clock(c.Turned) < time.Duration(c.Plan.End) {
		return math.MaxInt64
	}
	return time.Duration(c.Plan.End) + c.Shift
}

// WarmupEnd is when the warm-up ends, as far as is known.
func (c *Course) WarmupEnd() time.Duration {
	if c.warming() {
		return math.MaxInt64
	}
	return time.Duration(c.Plan.Spec.Warmup) + c.Warming
}

// Due is when a job of an open plan should start, by its mark on the schedule. A
// job that has not started when the run is paused should start later by as long
// as the pause takes.
func (c *Course) Due(mark float64) time.Duration {
	due := c.Plan.Due(mark)
	if due == math.MaxInt64 {
		return due
	}
	return due + c.Shift
}

// Level is how many jobs to keep in flight; none while the run is paused.
func (c *Course) Level(now time.Duration) int64 {
	switch {
	case c.Paused:
		return 0
	case c.Plan.Level == nil:
		return c.Plan.Concurrency
	}
	return c.Plan.LevelAt(c.Clock(now).Seconds())
}

// Pauses is how long a run that ended at end was paused, in its judged part and
// in its warm-up.
func (c Course) Pauses(end time.Duration) (judged, warmup time.Duration) {
	if c.Paused {
		c = c.turn(max(end, c.Turned))
	}
	return c.Shift - c.Warming, c.Warming
}
