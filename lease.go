package aurea

import (
	"sync/atomic"
	"time"
)

// A Lease is a worker's permission to start jobs, up to a moment on the run's
// clock. Code that starts jobs reads it before each one, so that a process that
// was suspended starts none after the lease has ended. A nil Lease never ends.
//
// Its methods are safe for concurrent use, and a read costs one atomic load.
type Lease struct {
	until atomic.Int64
	_     [56]byte // fills a cache line, so that no other write makes a read slow
}

// NewLease returns a lease that ends at the given moment of the run's clock.
func NewLease(until time.Duration) *Lease {
	l := new(Lease)
	l.until.Store(int64(until))
	return l
}

// Until returns when the lease ends.
func (l *Lease) Until() time.Duration {
	if l == nil {
		return time.Duration(Forever)
	}
	return time.Duration(l.until.Load())
}

// Renew moves the end of the lease forward. An earlier moment changes nothing.
func (l *Lease) Renew(until time.Duration) {
	for current := l.until.Load(); int64(until) > current; current = l.until.Load() {
		if l.until.CompareAndSwap(current, int64(until)) {
			return
		}
	}
}

// A Start says when an execution begins. At is time zero of the run's clock, a
// time of this process with a monotonic reading; the zero value means now. No job
// starts after the lease.
type Start struct {
	At    time.Time
	Lease *Lease // nil for a run that needs no permission
}
