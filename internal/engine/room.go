package engine

import (
	"sync"
	"sync/atomic"
	"time"
)

// lateFloor is the longest lateness of a start that an event loop counts as none.
// The validity of a result asks for more, so most starts cost one comparison.
const lateFloor = 100 * time.Microsecond

// A room says when there was a free slot for the next arrival of an open plan. The
// generator is late with an arrival while it is due and has room; without room it
// waits for the target. Times are on the plan's clock, which a pause stops.
type room struct {
	since  time.Duration // when a slot became free last
	before time.Duration // there was room from here to fullAt
	fullAt time.Duration // when no slot was left for the other arrivals that were due by then
}

// fill notes that an arrival has taken the last slot. If it was due before fullAt,
// so may be the next, which has found no room since.
func (r *room) fill(due, now time.Duration) {
	if due >= r.fullAt {
		r.before, r.fullAt = r.since, now
	}
}

// free notes that a slot was freed, at the time at which the engine saw it.
func (r *room) free(now time.Duration) { r.since = max(r.since, r.fullAt, now) }

// lateSince returns from when on an arrival that has room is late. If it was due
// before fullAt, the generator was late then, too, and this moment is earlier by as
// much.
func (r *room) lateSince(due time.Duration) time.Duration {
	if due < r.fullAt {
		return r.since - (r.fullAt - max(due, r.before))
	}
	return max(due, r.since)
}

// A sharedRoom is a room of several goroutines. They take its lock only in a run
// that has filled all slots.
type sharedRoom struct {
	used atomic.Bool // fill was called
	full atomic.Bool // no slot was freed since fill
	mu   sync.Mutex  // guards room
	room room
}

func (r *sharedRoom) fill(due, now time.Duration) {
	if r.full.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.room.fill(due, now)
	r.used.Store(true)
	r.full.Store(true)
}

func (r *sharedRoom) free(now time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.full.Swap(false) {
		r.room.free(now)
	}
}

func (r *sharedRoom) lateSince(due time.Duration) time.Duration {
	if !r.used.Load() {
		return due
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.room.lateSince(due)
}

// noteFull notes that an arrival has taken the last slot, if it has.
func (p *workerPool) noteFull(cumulative float64, now time.Duration) {
	if !p.full() {
		return
	}
	snap := p.latest.Load()
	p.room.fill(snap.Plan.Due(cumulative), snap.Clock(now))
	if !p.full() { // freed before it was noted
		p.noteFree(now)
	}
}

// noteFree notes that a slot was freed or found.
func (p *workerPool) noteFree(now time.Duration) {
	if p.room.full.Load() {
		snap := p.latest.Load()
		p.room.free(snap.Clock(now))
	}
}

// lateSince returns from when on an arrival with a slot is late. This and due are on
// the plan's clock.
func (p *workerPool) lateSince(due, now time.Duration) time.Duration {
	p.noteFree(now) // if nothing else has
	return p.room.lateSince(due)
}
