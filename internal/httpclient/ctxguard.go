package httpclient

import (
	"context"
	"net"
	"sync"
	"time"
)

// A ctxGuard applies a request's context to its connection. The context's deadline
// becomes the I/O deadline; cancellation sets one in the past. Watching a context for that costs allocations, so a context that many
// requests share is watched once by each connection and for as long as it comes
// again.
type ctxGuard struct {
	conn net.Conn

	mu         sync.Mutex
	watched    <-chan struct{} // the Done of the context that is watched
	generation int             // which of the contexts watched it is: one that is over may still call
	stop       func() bool     // ends the watching
	limited    bool            // the connection has a deadline
}

// enter puts the connection under a context. It returns the context's error if
// it is over already.
func (g *ctxGuard) enter(ctx context.Context) error {
	g.mu.Lock()
	if done := ctx.Done(); done != g.watched {
		g.unwatch()
		if done != nil {
			g.watch(ctx, done)
		}
	}
	if deadline, ok := ctx.Deadline(); ok {
		g.limit(deadline)
	} else if g.limited {
		g.limit(time.Time{})
	}
	g.mu.Unlock()
	return ctx.Err()
}

// leave takes the connection from its context's guard, unless it is shared with
// the next request.
func (g *ctxGuard) leave(shared bool) {
	if shared {
		return
	}
	g.mu.Lock()
	g.unwatch()
	g.mu.Unlock()
}

// withDeadlineTimer returns a context that is done at its deadline, where ctx may have the
// Done of another one. The standard library trusts in that.
func withDeadlineTimer(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline)
	}
	return context.WithCancel(ctx)
}

func (g *ctxGuard) watch(ctx context.Context, done <-chan struct{}) {
	generation := g.generation
	g.watched = done
	g.stop = context.AfterFunc(ctx, func() { g.interrupt(generation) })
}

func (g *ctxGuard) unwatch() {
	if g.stop != nil {
		g.stop()
	}
	g.watched, g.stop = nil, nil
	g.generation++
}

func (g *ctxGuard) interrupt(generation int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if generation == g.generation {
		g.limit(time.Unix(1, 0))
	}
}

// limit sets when the connection gives up. It only fails on one that is closed.
func (g *ctxGuard) limit(deadline time.Time) {
	_ = g.conn.SetDeadline(deadline)
	g.limited = !deadline.IsZero()
}

// stopWriting ends the writing that is under way. The next request to enter may
// write again.
func (g *ctxGuard) stopWriting() {
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = g.conn.SetWriteDeadline(time.Unix(1, 0))
	g.limited = true
}

// release takes the connection from its guard for good.
func (g *ctxGuard) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unwatch()
	g.limit(time.Time{})
}
