package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A snapshot is the live plan from one control to the next, with the values
// that event loops and workers read often. It is immutable. Before they start
// jobs, they compare the one they hold with execution.latest: one atomic load,
// and the only cost of a run that can be controlled.
type snapshot struct {
	aurea.LivePlan
	end    time.Duration   // when to stop starting jobs
	warmup time.Duration   // jobs intended before this are not judged
	ctx    context.Context // done when a newer snapshot is published or the run is stopped
}

// nextRise returns when the concurrency may rise next by the plan, after the
// given time.
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

// controller applies pause, resume and load changes to an execution. Event
// loops and workers never block on it; they load the latest snapshot. The mutex
// guards all fields.
type controller struct {
	mu             sync.Mutex
	live           aurea.LivePlan
	cancelSnapshot context.CancelFunc // cancels the ctx of the latest snapshot
	timeline       []aurea.RunEvent
}

// serveControls starts a goroutine that applies the commands from controls.
// release stops it and waits until it has ended.
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

// stop makes the run start no more jobs and cancel those in flight.
func (x *execution) stop() {
	x.stopped.Store(true)
	x.wakeAll()
}

// apply applies a control to the live plan and publishes the result. It first
// publishes a paused snapshot and reads the control's time after that. So every
// job started before that time was started by the old snapshot, and none starts
// in a pause.
func (x *execution) apply(control aurea.Control) (aurea.RunEvent, error) {
	c := &x.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, _, err := c.live.Apply(control, x.now()); err != nil {
		return aurea.RunEvent{}, err
	}
	if x.plan.Deal.SlotsBelow(control.Concurrency) > x.maxInFlight {
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

// publishSnapshot makes a snapshot of the live plan the latest and wakes all
// that sleep by the one before. The caller holds controller.mu.
func (x *execution) publishSnapshot(live aurea.LivePlan) {
	cancelPrevious := x.controller.cancelSnapshot
	next := &snapshot{LivePlan: live, end: live.End(), warmup: live.WarmupEnd()}
	next.ctx, x.controller.cancelSnapshot = context.WithCancel(x.ctx)
	x.latest.Store(next)
	if cancelPrevious != nil {
		cancelPrevious()
	}
}

// wakeAll wakes all sleeping event loops and workers, by publishing a new
// snapshot of the same live plan.
func (x *execution) wakeAll() {
	x.controller.mu.Lock()
	defer x.controller.mu.Unlock()
	x.publishSnapshot(x.controller.live)
}

// close cancels the latest snapshot and returns the final live plan and the
// timeline.
func (x *execution) close() (aurea.LivePlan, []aurea.RunEvent) {
	x.controller.mu.Lock()
	defer x.controller.mu.Unlock()
	x.controller.cancelSnapshot()
	return x.controller.live, x.controller.timeline
}
