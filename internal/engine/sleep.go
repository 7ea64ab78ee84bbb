package engine

import (
	"context"
	"sync"
	"time"
)

// A sleeper blocks for d, or until ctx is cancelled if that is much sooner. It
// may return early; the lane looks at its clock and sleeps again. It belongs to
// one lane.
type sleeper func(ctx context.Context, d time.Duration)

const (
	// timerMargin is by how much Go's timers may be late on an idle machine,
	// with something to spare: the netpoller rounds up to a millisecond.
	timerMargin = 1500 * time.Microsecond
	// spinMargin is by how much the kernel is late to wake a thread.
	spinMargin = 70 * time.Microsecond
	// spinShare is how much of the time slept may be spun instead.
	spinShare = 10
	// leastSleep is the shortest sleep in the kernel, which costs some
	// microseconds of CPU itself. At 200,000 jobs a second, sleeping for every gap
	// of theirs would take more CPU than spinning.
	leastSleep = 50 * time.Microsecond
)

// preciseSleep returns a sleeper that is as precise as can be had cheaply. With the
// first sleep it gives its goroutine a thread of its own, which takes longer to get
// and to leave than a short run that never sleeps. It sleeps on a timer,
// which can be cancelled, to a millisecond and a half before the end; then in
// the kernel, which wakes within tens of microseconds; and
// spins the rest, as long as all spinning together stays below a tenth of all
// sleeping. Beyond that it sleeps longer instead, and jobs start in small groups,
// some 50 µs late. So a lane with nothing to do costs no CPU, one that waits
// again and again costs a tenth of a core, and only short gaps cost precision.
func preciseSleep() sleeper {
	own := sync.OnceFunc(ownThread)
	var slept, spun time.Duration
	return func(ctx context.Context, d time.Duration) {
		own()
		maySpin := spun <= slept/spinShare
		switch {
		case d > timerMargin:
			timerSleep(ctx, d-timerMargin)
			slept += d - timerMargin
		case !maySpin:
			d = max(d, leastSleep)
			kernelSleep(d)
			slept += d
		case d > spinMargin:
			kernelSleep(d - spinMargin)
			slept += d - spinMargin
		default:
			spin(d)
			spun += d
		}
	}
}

func spin(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
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
