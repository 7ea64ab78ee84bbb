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
type snapshot struct {
	aurea.LivePlan
	end    time.Duration   // when to start no more jobs
	warmup time.Duration   // jobs intended before this are not judged
	ctx    context.Context // done when this is not the latest any more, or the run is stopped
}

// nextRise is when, after the given moment, the concurrency may rise by itself.
func (s *snapshot) nextRise(after time.Duration) time.Duration {
	if s.Paused {
		return forever
	}
	rise := planNextRise(s.Plan, s.Clock(after))
	if rise == forever {
		return forever
	}
	return rise + s.PausedFor
}

// A helm is where a run is controlled from. It works beside those who drive the
// jobs: they never wait for it.
type controller struct {
	mu             sync.Mutex
	live           aurea.LivePlan
	cancelSnapshot context.CancelFunc // wakes those who sleep by the latest course
	timeline       []aurea.RunEvent
}

// steered has what is commanded done until it is released.
func (x *execution) serveControls(controls <-chan aurea.Command) (release func()) {
	over, released := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(released)
		for {
			select {
			case command := <-controls:
				command.Answer(x.apply(command.Control))
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
	x.wakeAll()
}

// turn has a control done. Its moment is told after all have been halted, so that
// it is exact: what was started before it was started by the old course, and in
// a pause no job starts at all.
func (x *execution) apply(control aurea.Control) (aurea.RunEvent, error) {
	c := &x.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, _, err := c.live.Apply(control, x.now()); err != nil {
		return aurea.RunEvent{}, err
	}
	if control.Concurrency > x.maxInFlight {
		return aurea.RunEvent{}, &aurea.InvalidError{Fields: []aurea.FieldError{{Location: "concurrency",
			Message: fmt.Sprintf("must be at most %d with this workload; got %d", x.maxInFlight, control.Concurrency)}}}
	}
	if halted := c.live; !halted.Paused {
		halted.Paused, halted.ChangedAt = true, x.now()
		x.publishSnapshot(halted)
	}
	next, event, err := c.live.Apply(control, x.now())
	if err != nil {
		next = c.live
	} else {
		event.At = x.start.Add(next.ChangedAt).UTC()
		c.timeline = append(c.timeline, event)
	}
	c.live = next
	x.publishSnapshot(next)
	return event, err
}

// publish makes a course the latest and wakes those who sleep. The helm is
// locked.
func (x *execution) publishSnapshot(live aurea.LivePlan) {
	cancelPrevious := x.controller.cancelSnapshot
	next := &snapshot{LivePlan: live, end: live.End(), warmup: live.WarmupEnd()}
	next.ctx, x.controller.cancelSnapshot = context.WithCancel(x.ctx)
	x.latest.Store(next)
	if cancelPrevious != nil {
		cancelPrevious()
	}
}

// wake has all who sleep look again.
func (x *execution) wakeAll() {
	x.controller.mu.Lock()
	defer x.controller.mu.Unlock()
	x.publishSnapshot(x.controller.live)
}

// close lets go of the latest course, and tells what the run came to.
func (x *execution) close() (aurea.LivePlan, []aurea.RunEvent) {
	x.controller.mu.Lock()
	defer x.controller.mu.Unlock()
	x.controller.cancelSnapshot()
	return x.controller.live, x.controller.timeline
}
