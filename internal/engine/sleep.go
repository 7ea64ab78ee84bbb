package engine

import (
	"context"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// A sleeper blocks for d, or until ctx is cancelled if that is much sooner. It
// may return early; the caller checks its clock and sleeps again. It belongs to
// one goroutine.
type sleeper func(ctx context.Context, d time.Duration)

// The limits between the three ways to sleep.
const (
	// timerMargin is how late Go's timers may be on an idle machine, with some
	// reserve: the netpoller rounds up to a millisecond.
	timerMargin = 1500 * time.Microsecond
	// spinMargin is how late the kernel may wake a thread.
	spinMargin = 70 * time.Microsecond
	// spinShare limits spinning to 1/spinShare of the time slept.
	spinShare = 10
	// minKernelSleep is the shortest sleep in the kernel, since each costs some
	// microseconds of CPU. At 200,000 jobs a second, a sleep for every gap
	// would take more CPU than spinning.
	minKernelSleep = 50 * time.Microsecond
)

// preciseSleep returns a sleeper that is precise at little cost. It sleeps in
// up to three steps. First on a timer, which can be cancelled, until
// timerMargin before the end. Then in the kernel, which wakes the thread within
// tens of microseconds, until spinMargin before the end. Then it spins, as long
// as all spinning stays below a tenth of all sleeping.
//
// Beyond that share it sleeps longer instead, and jobs start in small groups,
// some 50 µs late. So an idle event loop costs no CPU, and one that waits again
// and again costs a tenth of a core. Only short gaps lose precision.
//
// The first sleep locks the goroutine to its own OS thread. A short run that
// never sleeps does without, because that takes longer than the run.
func preciseSleep() sleeper {
	own := sync.OnceFunc(platform.OwnThread)
	budget := spinBudget{margin: spinMargin}
	return func(ctx context.Context, d time.Duration) {
		own()
		switch block := budget.block(d); {
		case d > timerMargin:
			timerSleep(ctx, d-timerMargin)
			budget.slept += d - timerMargin
		case block > 0:
			platform.KernelSleep(block)
			budget.slept += block
		default:
			spin(d)
			budget.spun += d
		}
	}
}

// A spinBudget limits spinning to a share of the time slept.
type spinBudget struct {
	margin      time.Duration // how long to spin at the end of a wait; 0 never spins
	slept, spun time.Duration
}

// block returns how long to block in the kernel for a wait of d; 0 to spin.
func (b *spinBudget) block(d time.Duration) time.Duration {
	switch {
	case b.spun > b.slept/spinShare:
		return max(d, minKernelSleep)
	case d > b.margin:
		return d - b.margin
	default:
		return 0
	}
}

// spin busy-waits for d.
func spin(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

// timerSleep sleeps on a timer alone; it returns early when ctx is cancelled.
func timerSleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
