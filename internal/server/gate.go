package server

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
)

// A gate lets a few through at a time: those who read runs from the store and
// encode them. What is decoded for that is many times as large as what is sent.
type gate chan struct{}

// A run whose spec is as large as a body may be takes up to readSize while it is
// read; so many are read at once that half of the budget would do.
const (
	readSize = 64 << 20
	maxReads = 16
)

func newGate(b *budget.Budget) gate {
	width := int64(maxReads)
	if _, limit, _ := b.Usage(); limit > 0 {
		width = min(max(limit/2/readSize, 1), maxReads)
	}
	return make(gate, width)
}

// pass calls f when its turn has come. The error is f's, or that of ctx.
func (g gate) pass(ctx context.Context, f func() error) error {
	select {
	case g <- struct{}{}:
		defer func() { <-g }()
		return f()
	case <-ctx.Done():
		return fmt.Errorf("%w: the request was given up while it waited for its turn", aurea.ErrUnavailable)
	}
}

const (
	maxReaders = maxConnections / 4 // of events, so that others get connections
	readerSize = 64 << 10           // what one takes, with its connection
)

// readers counts those who read events now.
type readers struct {
	budget *budget.Budget
	now    atomic.Int64
}

// enter counts a reader until leave is called. The error is an
// aurea.ErrUnavailable.
func (r *readers) enter() (leave func(), err error) {
	if r.now.Add(1) > maxReaders {
		r.now.Add(-1)
		return nil, fmt.Errorf("%w: %d readers of events are connected, which is the limit; ask for the run instead, or try again later", aurea.ErrUnavailable, maxReaders)
	}
	if err := r.budget.Take(readerSize, "a reader of events"); err != nil {
		r.now.Add(-1)
		return nil, err
	}
	return func() {
		r.budget.Give(readerSize)
		r.now.Add(-1)
	}, nil
}
