package engine

import (
	"context"
	"time"
)

// leased reports whether jobs may start at the given time of the run's clock. If
// its lease is over, it stops the run.
//
// Event loops and workers call it with the clock value of each start. A timer is
// not enough: after a process was suspended, jobs would start before it fires.
func (x *execution) leased(now time.Duration) bool {
	if now < x.lease.Until() {
		return true
	}
	x.expire()
	return false
}

// expire stops the run and cancels the jobs in flight.
func (x *execution) expire() {
	x.stop()
	x.cancel()
}

// watchLease stops the run at the end of its lease, also if event loops and
// workers sleep or their jobs last. unwatch returns when it no longer does.
func (x *execution) watchLease() (unwatch func()) {
	if x.lease == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(x.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for now := x.now(); ctx.Err() == nil && x.leased(now); now = x.now() {
			left := x.lease.Until() - now
			if left < 0 { // of a lease without an end, before the run's start
				left = forever
			}
			timerSleep(ctx, left)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// A leasedContext is the context of the jobs of a worker pool. Its Err reads the
// clock, so that a job that checks it does nothing after the lease.
type leasedContext struct {
	context.Context // the run's
	*execution
}

// Err returns context.Canceled if the run was stopped or its lease is over.
func (c leasedContext) Err() error {
	if c.lease != nil {
		c.leased(c.now())
	}
	return c.Context.Err()
}
