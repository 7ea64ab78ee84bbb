package httpjob

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A large response takes up to some fifty times its length while it is decoded
// and inspected. If all jobs did that at once, the memory would not suffice, and
// more at once than there are cores would not be faster. So a semaphore admits a
// few at a time.
const (
	largeResponse = 64 << 10 // bytes from which on a response needs the semaphore
	maxDecoded    = 64 << 20 // bytes that one takes
)

// A semaphore admits as many holders as it has room for.
type semaphore chan struct{}

// decoders admits one holder per core, but not more than fit into a quarter of
// the default memory limit.
var decoders = sync.OnceValue(func() semaphore {
	return make(semaphore, max(1, min(int64(runtime.GOMAXPROCS(0)), workload.DefaultMemory()/4/maxDecoded)))
})

// acquire waits until the semaphore has room, ctx is done, or its deadline has
// passed.
func (s semaphore) acquire(ctx context.Context) (release func(), err error) {
	release = func() { <-s }
	select {
	case s <- struct{}{}:
		return release, nil
	default:
	}
	var late <-chan time.Time
	if deadline, limited := ctx.Deadline(); limited {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case s <- struct{}{}:
		return release, nil
	case <-late:
		return nil, context.DeadlineExceeded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
