package engine

import (
	"math/bits"
	"time"
)

// An ending is a job that has ended: what it was, and when the lane saw that it
// was due.
type ending struct {
	waiting
	seen time.Duration
}

// endings is a lane's ring of jobs that have ended and are not counted yet. To
// see that a job is due takes a fraction of the time that it takes to count it;
// so when many end at once, all of them are seen first, and none is late for
// the book-keeping of those before it.
type endings struct {
	ring       []ending // its length is a power of two
	head, tail uint64   // taken and put so far, since it was last empty
}

const (
	mostEndings    = 8192 // seen and not counted: 256 KiB a lane
	settleTogether = 64   // jobs counted without a look at the clock: some microseconds
)

// newEndings makes a ring with room for all of a lane's jobs in flight, or for
// as many as is good. Its memory is touched, so that no ending waits for the
// kernel to find a page.
func newEndings(concurrency int64) endings {
	room := min(max(concurrency, 1), mostEndings)
	ring := make([]ending, 1<<bits.Len64(uint64(room-1)))
	for i := range ring {
		ring[i].seen = -1
	}
	return endings{ring: ring}
}

func (e *endings) waiting() int { return int(e.tail - e.head) }

func (e *endings) full() bool { return e.waiting() == len(e.ring) }

func (e *endings) put(x ending) {
	e.ring[e.tail&uint64(len(e.ring)-1)] = x
	e.tail++
}

func (e *endings) take() ending {
	x := e.ring[e.head&uint64(len(e.ring)-1)]
	e.head++
	if e.head == e.tail {
		e.head, e.tail = 0, 0 // the same memory again, while there is little to do
	}
	return x
}
