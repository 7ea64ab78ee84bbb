package engine

import (
	"context"
	"time"
)

// A sleeper blocks for d, or until ctx is cancelled if that is much sooner. It
// may return early; the lane looks at its clock and sleeps again.
type sleeper func(ctx context.Context, d time.Duration)

// timerMargin is by how much Go's timers may be late on an idle machine, with
// something to spare: the netpoller rounds up to a millisecond.
const timerMargin = 1500 * time.Microsecond

// preciseSleep sleeps on a timer, which can be cancelled, to just before the
// end, and the rest in the kernel, which wakes within tens of microseconds. It
// spins nowhere: a lane that waits costs no CPU.
func preciseSleep(ctx context.Context, d time.Duration) {
	if d > timerMargin {
		timerSleep(ctx, d-timerMargin)
		return
	}
	kernelSleep(d)
}

// timerSleep sleeps on a timer alone.
func timerSleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
