package server

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
)

// A semaphore limits how many requests read runs from the store and encode them
// at a time. A decoded run is many times as large as its encoding.
type semaphore chan struct{}

// readSize is what a run with the largest spec takes while it is read. The
// reads under way may take half of the budget, and are maxReads at most.
const (
	readSize = 64 << 20
	maxReads = 16
)

// newReadSemaphore returns the semaphore for a budget.
func newReadSemaphore(b *budget.Budget) semaphore {
	width := int64(maxReads)
	if _, limit, _ := b.Usage(); limit > 0 {
		width = min(max(limit/2/readSize, 1), maxReads)
	}
	return make(semaphore, width)
}

// do waits for a slot and calls f. It returns f's error, or an
// aurea.ErrUnavailable when ctx ends first.
func (s semaphore) do(ctx context.Context, f func() error) error {
	select {
	case s <- struct{}{}:
		defer func() { <-s }()
		return f()
	case <-ctx.Done():
		return fmt.Errorf("%w: the request was given up while it waited for its turn", aurea.ErrUnavailable)
	}
}

const (
	maxStreams = maxConnections / 4 // leaves connections for other requests
	streamSize = 64 << 10           // what one stream takes, with its connection
)

// A streamLimit limits how many event streams are open.
type streamLimit struct {
	budget *budget.Budget
	open   atomic.Int64
}

// acquire counts a stream until release is called. The error is an
// aurea.ErrUnavailable.
func (l *streamLimit) acquire() (release func(), err error) {
	if l.open.Add(1) > maxStreams {
		l.open.Add(-1)
		return nil, fmt.Errorf(
			"%w: %d readers of events are connected, which is the limit; ask for the run instead, or try again later",
			aurea.ErrUnavailable, maxStreams)
	}
	if err := l.budget.Reserve(streamSize, "a reader of events"); err != nil {
		l.open.Add(-1)
		return nil, err
	}
	return func() {
		l.budget.Release(streamSize)
		l.open.Add(-1)
	}, nil
}
