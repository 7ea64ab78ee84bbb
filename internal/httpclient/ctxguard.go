package httpclient

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// A ctxGuard applies a request's context to its connection. The context's
// deadline becomes the I/O deadline; cancellation sets one in the past.
// Watching a context allocates, so a connection keeps watching a context that
// several requests share.
//
// Setting a deadline costs as much as a clock read and a lock of the runtime.
// So a connection keeps an earlier request's deadline until it has passed: what
// it interrupts goes on if the deadline of the current request is later. See
// mayGoOn.
type ctxGuard struct {
	conn net.Conn

	mu         sync.Mutex
	watched    <-chan struct{} // Done of the watched context
	generation int             // number of the watched context; an earlier one may still call back
	stop       func() bool     // stops watching
	wanted     time.Time       // deadline of the current request; zero for none
	armed      time.Duration   // deadline of the connection, by now; 0 for none
	cut        bool            // the connection's deadline is in the past, to interrupt it
}

// enter applies a context to the connection, at the given time. It returns the
// context's error if it is already done.
func (g *ctxGuard) enter(ctx context.Context, at time.Duration) error {
	g.mu.Lock()
	if done := ctx.Done(); done != g.watched {
		g.unwatch()
		if done != nil {
			g.watch(ctx, done)
		}
	}
	g.wanted, _ = ctx.Deadline()
	wanted := g.deadline()
	passed := g.cut || g.armed != 0 && g.armed <= at
	if passed || wanted != 0 && (g.armed == 0 || wanted < g.armed) {
		g.cut = false
		g.arm(wanted)
	}
	g.mu.Unlock()
	return ctx.Err()
}

// deadline returns the deadline of the current request; 0 for none.
func (g *ctxGuard) deadline() time.Duration {
	if g.wanted.IsZero() {
		return 0
	}
	return max(g.wanted.Sub(epoch), 1)
}

// arm sets the connection's deadline to that of the current request, which is
// given. It fails only on a closed connection.
func (g *ctxGuard) arm(deadline time.Duration) {
	_ = g.conn.SetDeadline(g.wanted)
	g.armed = deadline
}

// mayGoOn reports whether I/O that ended with an error may be repeated: it was
// interrupted by the deadline of an earlier request. It sets that of the
// current one.
func (g *ctxGuard) mayGoOn(err error) bool {
	if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cut || g.armed == 0 {
		return false
	}
	if wanted := g.deadline(); wanted == 0 || wanted > g.armed {
		g.arm(wanted)
		return true
	}
	return now() < g.armed // another goroutine, which reads or writes, has set it
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
		_ = g.conn.SetDeadline(time.Unix(1, 0))
		g.cut = true
	}
}

// stopWriting ends the current write. The next request may write again.
func (g *ctxGuard) stopWriting() {
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = g.conn.SetWriteDeadline(time.Unix(1, 0))
	g.cut = true
}

// release ends the guard for good.
func (g *ctxGuard) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unwatch()
	g.wanted, g.cut = time.Time{}, false
	g.arm(0)
}

// A guardedSocket is a socket whose reads and writes end at the deadline of the
// current request, as its guard has it.
type guardedSocket struct {
	socket
	guard *ctxGuard
}

// Read reads at least one byte.
func (s *guardedSocket) Read(p []byte) (n int, err error) {
	for {
		n, err = s.socket.Read(p)
		if n > 0 || !s.guard.mayGoOn(err) {
			return n, err
		}
	}
}

// Write writes all of p.
func (s *guardedSocket) Write(p []byte) (n int, err error) {
	for {
		wrote, err := s.socket.Write(p[n:])
		n += wrote
		if !s.guard.mayGoOn(err) {
			return n, err
		}
	}
}
