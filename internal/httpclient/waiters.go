package httpclient

import (
	"context"
	"sync"
	"time"
)

// A waiter is a request that waits for a lease. It receives a connection, or
// nil for a slot to open one.
type waiter struct {
	origin     *origin
	granted    chan *conn // buffered
	cancelled  chan struct{}
	prev, next *waiter
	queued     bool
	timer      *time.Timer
}

// waiters is a queue in order of arrival. It links the waiters themselves, so
// waiting does not allocate.
type waiters struct {
	first, last *waiter
	cancelled   chan struct{} // closed when all waiters are cancelled
	once        sync.Once
}

var waiterPool = sync.Pool{New: func() any {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &waiter{granted: make(chan *conn, 1), timer: timer}
}}

// push adds a waiter at the end.
func (q *waiters) push(o *origin) *waiter {
	q.once.Do(func() { q.cancelled = make(chan struct{}) })
	w := waiterPool.Get().(*waiter)
	w.origin, w.cancelled, w.queued = o, q.cancelled, true
	w.prev, w.next = q.last, nil
	if q.last != nil {
		q.last.next = w
	} else {
		q.first = w
	}
	q.last = w
	return w
}

// remove removes a waiter. It reports whether the waiter was in the queue.
func (q *waiters) remove(w *waiter) bool {
	if !w.queued {
		return false
	}
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		q.first = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		q.last = w.prev
	}
	w.prev, w.next, w.queued = nil, nil, false
	return true
}

// pop removes the first waiter, or returns nil.
func (q *waiters) pop() *waiter {
	w := q.first
	if w != nil {
		q.remove(w)
	}
	return w
}

// cancelAll cancels all present and future waiters.
func (q *waiters) cancelAll() {
	q.once.Do(func() { q.cancelled = make(chan struct{}) })
	select {
	case <-q.cancelled:
	default:
		close(q.cancelled)
	}
}

// await waits until the waiter is granted a connection and puts it into the
// lease. It returns the context's error if that is done first.
func (p *pool) await(ctx context.Context, w *waiter, l *lease) error {
	start := now()
	err := w.await(ctx, l)
	l.wait = now() - start
	if err != nil {
		p.giveUp(w)
	}
	w.origin = nil
	waiterPool.Put(w)
	return err
}

// await waits for a grant, the context, or the end of the pool.
func (w *waiter) await(ctx context.Context, l *lease) error {
	// A context may have a deadline and the Done of another context, which is
	// cheap for a caller with many requests.
	if deadline, ok := ctx.Deadline(); ok {
		w.timer.Reset(time.Until(deadline))
		defer w.timer.Stop()
	}
	select {
	case l.conn = <-w.granted:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.timer.C:
		return context.DeadlineExceeded
	case <-w.cancelled:
		return ErrClosed
	}
}

// giveUp removes a waiter from the queue, or releases what it was granted in
// the meantime.
func (p *pool) giveUp(w *waiter) {
	p.mu.Lock()
	if p.waiters.remove(w) {
		w.origin.users--
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	p.release(w.origin, <-w.granted)
}

// epoch is the start of the package's clock: one reading of the monotonic clock
// costs half of time.Now.
var epoch = time.Now()

func now() time.Duration { return time.Since(epoch) }
