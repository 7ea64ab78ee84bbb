package engine

import "time"

// runSize is how many timers a timerRun holds. Most runs have fewer jobs in
// flight on a core.
const runSize = blockSize

// A timerRun is a short list of timers in the order of their deadlines, but
// those that are due may come first in any order. Taking the first and adding a
// last one cost a few nanoseconds, as where all jobs take the same time.
type timerRun struct {
	head, tail int // both are 0 if the run is empty
	timers     [runSize]timer
}

func (r *timerRun) empty() bool { return r.head == r.tail }

func (r *timerRun) full() bool { return r.tail-r.head == runSize }

// first returns the earliest deadline, or any that is due. The run must not be
// empty.
func (r *timerRun) first() time.Duration { return r.timers[r.head].at }

// last returns the latest deadline. The run must not be empty.
func (r *timerRun) last() time.Duration { return r.timers[r.tail-1].at }

// start adds a timer to an empty run.
func (r *timerRun) start(t timer) { r.timers[0], r.tail = t, 1 }

// fill puts timers that are due, at most runSize, into an empty run as they are.
func (r *timerRun) fill(due []timer) { r.tail = copy(r.timers[:], due) }

// add inserts a timer behind those that are not later. The run must not be full.
func (r *timerRun) add(t timer) {
	if r.tail == runSize {
		r.tail = copy(r.timers[:], r.timers[r.head:])
		r.head = 0
	}
	i := r.tail
	for ; i > r.head && r.timers[i-1].at > t.at; i-- {
		r.timers[i] = r.timers[i-1]
	}
	r.timers[i] = t
	r.tail++
}

// takeFirst removes and returns the earliest timer. The run must not be empty.
func (r *timerRun) takeFirst() timer {
	t := r.timers[r.head]
	r.head++
	if r.head == r.tail {
		r.head, r.tail = 0, 0
	}
	return t
}

// takeLast removes and returns the latest timer. The run must be full.
func (r *timerRun) takeLast() timer {
	r.tail--
	return r.timers[r.tail]
}
