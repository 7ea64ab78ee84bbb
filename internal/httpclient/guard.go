package httpclient

import (
	"context"
	"net"
	"sync"
	"time"
)

// A guard ends what a connection waits for when the context of its request is
// over: its deadline becomes the connection's, and its cancellation one that has
// passed. Watching a context for that costs allocations, so a context that many
// requests share is watched once by each connection and for as long as it comes
// again.
type guard struct {
	conn net.Conn

	mu      sync.Mutex
	watched <-chan struct{} // the Done of the context that is watched
	turn    int             // which of the contexts watched it is: one that is over may still call
	stop    func() bool     // ends the watching
	limited bool            // the connection has a deadline
}

// enter puts the connection under a context. It returns the context's error if
// it is over already.
func (g *guard) enter(ctx context.Context) error {
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
func (g *guard) leave(shared bool) {
	if shared {
		return
	}
	g.mu.Lock()
	g.unwatch()
	g.mu.Unlock()
}

// reminding is a context that is done at its deadline, where ctx may have the
// Done of another one. The standard library trusts in that.
func reminding(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline)
	}
	return context.WithCancel(ctx)
}

func (g *guard) watch(ctx context.Context, done <-chan struct{}) {
	turn := g.turn
	g.watched = done
	g.stop = context.AfterFunc(ctx, func() { g.interrupt(turn) })
}

func (g *guard) unwatch() {
	if g.stop != nil {
		g.stop()
	}
	g.watched, g.stop = nil, nil
	g.turn++
}

func (g *guard) interrupt(turn int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if turn == g.turn {
		g.limit(time.Unix(1, 0))
	}
}

// limit sets when the connection gives up. It only fails on one that is closed.
func (g *guard) limit(deadline time.Time) {
	_ = g.conn.SetDeadline(deadline)
	g.limited = !deadline.IsZero()
}

// stopWriting ends the writing that is under way. The next request to enter may
// write again.
func (g *guard) stopWriting() {
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = g.conn.SetWriteDeadline(time.Unix(1, 0))
	g.limited = true
}

// release takes the connection from its guard for good.
func (g *guard) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unwatch()
	g.limit(time.Time{})
}
