package httpclient

import (
	"context"
	"net"
	"sync"
	"time"
)

// A ctxGuard applies a request's context to its connection. The context's
// deadline becomes the I/O deadline; cancellation sets one in the past.
// Watching a context allocates, so a connection keeps watching a context that
// several requests share.
type ctxGuard struct {
	conn net.Conn

	mu         sync.Mutex
	watched    <-chan struct{} // Done of the watched context
	generation int             // number of the watched context; an earlier one may still call back
	stop       func() bool     // stops watching
	limited    bool            // the connection has a deadline
}

// enter applies a context to the connection. It returns the context's error if
// it is already done.
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

// leave ends the request's use of the connection. The guard keeps watching a
// context that is shared with the next request.
func (g *ctxGuard) leave(shared bool) {
	if shared {
		return
	}
	g.mu.Lock()
	g.unwatch()
	g.mu.Unlock()
}

// withDeadlineTimer returns a context whose Done is closed at its deadline. ctx
// may have a deadline and the Done of another context; the standard library
// does not expect that.
func withDeadlineTimer(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline)
	}
	return context.WithCancel(ctx)
}

// watch starts watching a context.
func (g *ctxGuard) watch(ctx context.Context, done <-chan struct{}) {
	generation := g.generation
	g.watched = done
	g.stop = context.AfterFunc(ctx, func() { g.interrupt(generation) })
}

// unwatch stops watching.
func (g *ctxGuard) unwatch() {
	if g.stop != nil {
		g.stop()
	}
	g.watched, g.stop = nil, nil
	g.generation++
}

// interrupt ends the connection's I/O when the watched context is cancelled.
func (g *ctxGuard) interrupt(generation int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if generation == g.generation {
		g.limit(time.Unix(1, 0))
	}
}

// limit sets the connection's deadline. It fails only on a closed connection.
func (g *ctxGuard) limit(deadline time.Time) {
	_ = g.conn.SetDeadline(deadline)
	g.limited = !deadline.IsZero()
}

// stopWriting ends the current write. The next request may write again.
func (g *ctxGuard) stopWriting() {
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = g.conn.SetWriteDeadline(time.Unix(1, 0))
	g.limited = true
}

// release ends the guard for good.
func (g *ctxGuard) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unwatch()
	g.limit(time.Time{})
}
