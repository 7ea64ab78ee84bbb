package engine

import (
	"math/bits"
	"time"
)

// A completion is a job that has ended, and when the event loop saw it.
type completion struct {
	timer
	seenAt time.Duration
}

// completions is an event loop's ring buffer of ended jobs that are not
// recorded yet. Noticing that a job is due takes a fraction of the time that
// recording it takes. So when many jobs end at once, the loop notices all of
// them first, and none ends late because of the bookkeeping of those before it.
type completions struct {
	ring       []completion // the length is a power of two
	head, tail uint64       // popped and pushed since it was last empty
}

// Limits of the ring buffer and of one batch taken from it.
const (
	maxCompletions = 8192 // 256 KiB an event loop
	recordBatch    = 64   // jobs recorded between two clock reads: some microseconds
)

// newCompletions returns a ring buffer for all of an event loop's jobs in
// flight, or for maxCompletions. It writes to the whole buffer, so that no
// completion waits for a page fault.
func newCompletions(concurrency int64) completions {
	capacity := min(max(concurrency, 1), maxCompletions)
	ring := make([]completion, 1<<bits.Len64(uint64(capacity-1)))
	for i := range ring {
		ring[i].seenAt = -1
	}
	return completions{ring: ring}
}

// size returns how many completions are buffered.
func (c *completions) size() int { return int(c.tail - c.head) }

// full reports whether the buffer has no free entry.
func (c *completions) full() bool { return c.size() == len(c.ring) }

// push appends a completion. The buffer must not be full.
func (c *completions) push(x completion) {
	c.ring[c.tail&uint64(len(c.ring)-1)] = x
	c.tail++
}

// pop removes and returns the oldest completion. The buffer must not be empty.
func (c *completions) pop() completion {
	x := c.ring[c.head&uint64(len(c.ring)-1)]
	c.head++
	if c.head == c.tail {
		c.head, c.tail = 0, 0 // reuse the same memory while few jobs end
	}
	return x
}
