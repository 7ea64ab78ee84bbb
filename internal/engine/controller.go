package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A course is what holds from one control to the next. It is not changed; those
// who drive the jobs look, before they start some, whether it is still the
// latest. That is all that a run which can be controlled costs them.
type course struct {
	aurea.LivePlan
	end    time.Duration   // when to start no more jobs
	warmup time.Duration   // jobs intended before this are not judged
	ctx    context.Context // done when this is not the latest any more, or the run is stopped
}

// nextRise is when, after the given moment, the concurrency may rise by itself.
func (c *course) nextRise(after time.Duration) time.Duration {
	if c.Paused {
		return forever
	}
	rise := nextRise(c.Plan, c.Clock(after))
	if rise == forever {
		return forever
	}
	return rise + c.PausedFor
}

// A helm is where a run is controlled from. It works beside those who drive the
// jobs: they never wait for it.
type helm struct {
	mu       sync.Mutex
	course   aurea.LivePlan
	retire   context.CancelFunc // wakes those who sleep by the latest course
	timeline []aurea.RunEvent
}

// steered has what is commanded done until it is released.
func (x *execution) steered(controls <-chan aurea.Command) (release func()) {
	over, released := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(released)
		for {
			select {
			case command := <-controls:
				command.Answer(x.turn(command.Control))
			case <-over:
				return
			}
		}
	}()
	return func() {
		close(over)
		<-released
	}
}

// stop has no more jobs started, and ends those in flight.
func (x *execution) stop() {
	x.stopped.Store(true)
	x.wake()
}

// turn has a control done. Its moment is told after all have been halted, so that
// it is exact: what was started before it was started by the old course, and in
// a pause no job starts at all.
func (x *execution) turn(control aurea.Control) (aurea.RunEvent, error) {
	h := &x.helm
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, _, err := h.course.Apply(control, x.now()); err != nil {
		return aurea.RunEvent{}, err
	}
	if control.Concurrency > x.most {
		return aurea.RunEvent{}, &aurea.InvalidError{Fields: []aurea.FieldError{{Location: "concurrency",
			Message: fmt.Sprintf("must be at most %d with this workload; got %d", x.most, control.Concurrency)}}}
	}
	if halted := h.course; !halted.Paused {
		halted.Paused, halted.ChangedAt = true, x.now()
		x.publish(halted)
	}
	next, event, err := h.course.Apply(control, x.now())
	if err != nil {
		next = h.course
	} else {
		event.At = x.start.Add(next.ChangedAt).UTC()
		h.timeline = append(h.timeline, event)
	}
	h.course = next
	x.publish(next)
	return event, err
}

// publish makes a course the latest and wakes those who sleep. The helm is
// locked.
func (x *execution) publish(c aurea.LivePlan) {
	retire := x.helm.retire
	next := &course{LivePlan: c, end: c.End(), warmup: c.WarmupEnd()}
	next.ctx, x.helm.retire = context.WithCancel(x.ctx)
	x.latest.Store(next)
	if retire != nil {
		retire()
	}
}

// wake has all who sleep look again.
func (x *execution) wake() {
	x.helm.mu.Lock()
	defer x.helm.mu.Unlock()
	x.publish(x.helm.course)
}

// close lets go of the latest course, and tells what the run came to.
func (x *execution) close() (aurea.LivePlan, []aurea.RunEvent) {
	x.helm.mu.Lock()
	defer x.helm.mu.Unlock()
	x.helm.retire()
	return x.helm.course, x.helm.timeline
}
