package engine

import "time"

// maxEager is how long an eagerWait polls at most. To block costs some five
// microseconds on each side: a thread that sleeps must be woken by the kernel, on
// the server's core if the server has the same machine.
const maxEager = 20 * time.Microsecond

// maxWithout is how many waits block at once, at most, after one that polled in
// vain.
const maxWithout = 63

// An eagerWait decides which waits for events poll for a while before they block.
// As long as events come while it polls, all do. Where they do not, because the
// server is slow or needs this core, one wait of 64 does.
type eagerWait struct {
	without int // waits after the latest vain one that block at once
	left    int // of them
}

// polls reports whether the next wait is to poll.
func (e *eagerWait) polls() bool {
	if e.left > 0 {
		e.left--
		return false
	}
	return true
}

// note notes whether events came while a wait polled.
func (e *eagerWait) note(came bool) {
	if came {
		e.without = 0
		return
	}
	e.without = min(2*e.without+1, maxWithout)
	e.left = e.without
}
