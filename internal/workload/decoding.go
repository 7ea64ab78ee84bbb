package workload

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// Large answers are decoded and looked into a few at a time: they take up to some
// fifty times their length then, and jobs that all did so at once would not fit.
// More of them at once than there are cores would not be any faster.
const (
	largeAnswer = 64 << 10 // bytes from which on one waits for its turn
	mostDecoded = 64 << 20 // bytes that one takes
)

// turns lets a few through at a time.
type turns chan struct{}

// decoding is as wide as a quarter of what jobs may take lets it be, and as there
// are cores.
var decoding = sync.OnceValue(func() turns {
	return make(turns, max(1, min(int64(runtime.GOMAXPROCS(0)), halfTheMemory()/4/mostDecoded)))
})

// enter waits for a turn, until ctx is done or its deadline has passed.
func (t turns) enter(ctx context.Context) (leave func(), err error) {
	leave = func() { <-t }
	select {
	case t <- struct{}{}:
		return leave, nil
	default:
	}
	var late <-chan time.Time
	if deadline, limited := ctx.Deadline(); limited {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case t <- struct{}{}:
		return leave, nil
	case <-late:
		return nil, context.DeadlineExceeded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
