package httpclient

import (
	"context"
	"sync"
	"time"
)

// A waiter is a request that waits for a connection to be free. It is granted
// one, or nil, which is the room for one.
type waiter struct {
	origin     *origin
	granted    chan *conn // has room for one
	dismissed  chan struct{}
	prev, next *waiter
	queued     bool
	timer      *time.Timer
}

// waiters are those who wait, in the order in which they came. They are linked
// by themselves, so that to wait allocates nothing.
type waiters struct {
	first, last *waiter
	over        chan struct{} // closed when there is nothing to wait for any more
	once        sync.Once
}

var spareWaiters = sync.Pool{New: func() any {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &waiter{granted: make(chan *conn, 1), timer: timer}
}}

// join puts one more at the end of the queue.
func (q *waiters) join(o *origin) *waiter {
	q.once.Do(func() { q.over = make(chan struct{}) })
	w := spareWaiters.Get().(*waiter)
	w.origin, w.dismissed, w.queued = o, q.over, true
	w.prev, w.next = q.last, nil
	if q.last != nil {
		q.last.next = w
	} else {
		q.first = w
	}
	q.last = w
	return w
}

// leave takes one out of the queue. It reports whether it was in it.
func (q *waiters) leave(w *waiter) bool {
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

// next takes the first out of the queue; nil when nobody waits.
func (q *waiters) next() *waiter {
	w := q.first
	if w != nil {
		q.leave(w)
	}
	return w
}

// dismiss tells all who wait that it is in vain.
func (q *waiters) dismiss() {
	q.once.Do(func() { q.over = make(chan struct{}) })
	select {
	case <-q.over:
	default:
		close(q.over)
	}
}

// await waits in the queue until a connection is granted, and puts it into the
// lease. It returns ctx's error when that is over first.
func (p *pool) await(ctx context.Context, w *waiter, l *lease) error {
	began := now()
	err := w.await(ctx, l)
	l.wait = now() - began
	if err != nil {
		p.giveUp(w)
	}
	w.origin = nil
	spareWaiters.Put(w)
	return err
}

func (w *waiter) await(ctx context.Context, l *lease) error {
	// A context may have a deadline of its own and the Done of another, which
	// costs a caller with many requests nothing.
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
	case <-w.dismissed:
		return ErrClosed
	}
}

// giveUp takes a waiter out of the queue, or gives back what it was granted in
// the meantime.
func (p *pool) giveUp(w *waiter) {
	p.mu.Lock()
	if p.waiters.leave(w) {
		w.origin.users--
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	p.release(w.origin, <-w.granted)
}

// epoch is where the package's clock begins: one reading of the monotonic clock
// is half of what time.Now costs.
var epoch = time.Now()

func now() time.Duration { return time.Since(epoch) }
