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
	until  time.Duration   // when the next control takes effect, if known; then no job starts by this snapshot
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
	nextControl    time.Duration      // moment of the next pending control; forever without one
	cancelSnapshot context.CancelFunc // cancels the ctx of the latest snapshot
	timeline       []aurea.RunEvent
}

// stop makes the run start no more jobs and cancel those in flight. It returns
// when the snapshot that says so is published, also to a caller that finds the
// run stopped: an event loop must not go on by the snapshot before.
func (x *execution) stop() {
	x.stopping.Do(func() {
		x.stopped.Store(true)
		x.wakeAll()
	})
}

// apply applies a control to the live plan and publishes the result. It first
// publishes a paused snapshot and reads the control's time after that. So every
// job started before that time was started by the old snapshot, and none starts
// in a pause.
func (x *execution) apply(control aurea.Control) (aurea.RunEvent, error) {
	c := &x.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := x.checkControl(control); err != nil {
		return aurea.RunEvent{}, err
	}
	if halted := c.live; !halted.Paused {
		halted.Paused, halted.ChangedAt = true, max(x.now(), 0)
		x.publishSnapshot(halted)
	}
	return x.publishControl(control, max(x.now(), 0))
}

// announce publishes that a control takes effect at the given moment. From then
// on no job starts until it is applied.
func (x *execution) announce(at time.Duration) {
	x.controller.mu.Lock()
	defer x.controller.mu.Unlock()
	x.controller.nextControl = at
	x.publishSnapshot(x.controller.live)
}

// applyAt applies a control whose moment has come or passed. It takes effect at
// that moment, but not before the control before it. next is the moment of the
// next pending control.
//
// If the control was not announced in time, some jobs have started since its
// moment by the old plan. They stay in the run.
func (x *execution) applyAt(control aurea.Control, at, next time.Duration) (aurea.RunEvent, error) {
	c := &x.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nextControl = next
	if err := x.checkControl(control); err != nil {
		x.publishSnapshot(c.live)
		return aurea.RunEvent{}, err
	}
	return x.publishControl(control, max(at, c.live.ChangedAt))
}

// checkControl reports whether a control is possible now. The caller holds
// controller.mu.
func (x *execution) checkControl(control aurea.Control) error {
	live := &x.controller.live
	if _, _, err := live.Apply(control, live.ChangedAt); err != nil {
		return err
	}
	if x.plan.Deal.SlotsBelow(control.Concurrency) > x.maxInFlight {
		return &aurea.InvalidError{Fields: []aurea.FieldError{{Location: "concurrency",
			Message: fmt.Sprintf("must be at most %d with this workload; got %d", x.maxInFlight, control.Concurrency)}}}
	}
	return nil
}

// publishControl applies a control that is possible, with the given moment. The
// caller holds controller.mu.
func (x *execution) publishControl(control aurea.Control, at time.Duration) (aurea.RunEvent, error) {
	c := &x.controller
	next, event, err := c.live.Apply(control, at)
	if err == nil {
		event.At = x.start.Add(at).UTC()
		c.live, c.timeline = next, append(c.timeline, event)
	}
	x.publishSnapshot(c.live)
	return event, err
}

// publishSnapshot makes a snapshot of the live plan the latest and wakes all
// that sleep by the one before. The caller holds controller.mu.
func (x *execution) publishSnapshot(live aurea.LivePlan) {
	cancelPrevious := x.controller.cancelSnapshot
	next := &snapshot{LivePlan: live, end: live.End(), warmup: live.WarmupEnd(), until: x.controller.nextControl}
	if x.stopped.Load() {
		next.until = forever // no control is applied any more
	}
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
