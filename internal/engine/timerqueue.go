package engine

import (
	"math"
	"math/bits"
	"time"
)

// A timer is a started job that ends at a known time. The start is not stored:
// it is the deadline minus the job's delay, a pure function of the job's
// number.
type timer struct {
	at       time.Duration // when the job ends
	intended time.Duration // when the job should have started
	job      int64
}

// A timerQueue is a priority queue of timers. It relies on one fact: a new
// timer is never earlier than the last timer popped, since time does not run
// backwards. It is a radix heap over the eight bytes of a deadline (Ahuja,
// Mehlhorn, Orlin and Tarjan, "Faster algorithms for the shortest path
// problem", 1990), which makes it an exact timing wheel. Level n holds the
// timers whose deadline first differs from base in byte n, in 256 slots by that
// byte. A timer moves down at most once a level, in sequential memory. So ten
// million timers cost tens of nanoseconds each (BenchmarkTimerQueue); a binary
// heap costs hundreds.
//
// The earliest timers are in a sorted run. Few timers are there alone; the
// timers of a slot move there as soon as they are few.
//
// A queue whose owner is behind does not sort: all timers of a slot whose last
// deadline has passed are due, and are popped in any order.
//
// Timers are stored in blocks, which are reused. So memory follows the most
// timers that were queued at once, at about 24 bytes each.
type timerQueue struct {
	length int64
	run    timerRun      // none in due or in the levels is earlier
	due    *timerBlock   // list of blocks whose timers are due, taken before those in the levels
	base   time.Duration // none in the levels is earlier, and none will be
	min    time.Duration // earliest deadline in the levels, if any
	busy   uint8         // bit n: level n holds timers
	levels *[8]level     // nil while the run has room for all timers
	blocks timerBlocks
}

type level struct {
	used  [4]uint64 // bit i: slot i holds timers
	slots [256]slot
}

type slot struct {
	min  time.Duration // earliest deadline in the slot
	head *timerBlock
}

// reserve allocates the memory for so many timers, if that is not much, and touches
// it. For those that the run has room for, none is needed.
func (q *timerQueue) reserve(timers int64) {
	if timers > runSize && q.levels == nil {
		q.levels = new([8]level)
		q.blocks.reserve(timers)
	}
}

// add inserts a timer. Its deadline must not be before that of the last timer
// popped, nor before the time given to pop.
func (q *timerQueue) add(t timer) {
	q.length++
	switch {
	case q.length == 1:
		q.run.start(t)
	case q.busy == 0 && q.due == nil && !q.run.full():
		q.run.add(t)
	case q.run.empty() || t.at >= q.run.last():
		q.insert(t)
	default:
		if q.run.full() {
			q.insert(q.run.takeLast())
		}
		q.run.add(t)
	}
}

// insert puts a timer into the slot that its deadline belongs to.
func (q *timerQueue) insert(t timer) {
	if q.busy == 0 || t.at < q.min {
		q.min = t.at
	}
	if q.levels == nil {
		q.levels = new([8]level)
	}
	n := 0
	if differs := uint64(t.at ^ q.base); differs != 0 {
		n = (bits.Len64(differs) - 1) / 8
	}
	l := &q.levels[n]
	i := uint8(uint64(t.at) >> (8 * n))
	s := &l.slots[i]
	b := s.head
	if b == nil {
		q.busy |= 1 << n
		l.used[i/64] |= 1 << (i % 64)
		s.min = t.at
	}
	if b == nil || b.n == blockSize {
		taken := q.blocks.take()
		if b != nil {
			taken.next = b.number
		}
		b = taken
		s.head = b
	}
	s.min = min(s.min, t.at)
	b.timers[b.n] = t
	b.n++
}

// next returns the earliest deadline, or one that was due at the last pop;
// math.MaxInt64 if the queue is empty.
func (q *timerQueue) next() time.Duration {
	switch {
	case !q.run.empty():
		return q.run.first()
	case q.due != nil:
		return q.base // they are not later
	case q.busy != 0:
		return q.min
	default:
		return math.MaxInt64
	}
}

// prepare does the first part of the next pop's work: it moves the earliest
// timers into the run, or any that are due by now. Call it only when no timer
// will be added before the earliest deadline, or before now.
func (q *timerQueue) prepare(now time.Duration) {
	for q.run.empty() {
		if q.due != nil {
			q.takeDue()
			return
		}
		if q.busy == 0 {
			return
		}
		n, s := q.firstSlot()
		if last := s.min | (1<<(8*n) - 1); last <= now {
			q.due = s.head
			q.base = last
			q.takeSlot(n, s)
			continue
		}
		q.base = s.min
		if n > 0 && s.head.next != 0 {
			q.redistribute(n, s)
			continue
		}
		q.takeRun(n, s)
	}
}

// takeDue moves a block of due timers into the empty run.
func (q *timerQueue) takeDue() {
	b := q.due
	q.due = q.blocks.at(b.next)
	q.run.fill(b.timers[:b.n])
	q.blocks.put(b)
}

// takeRun moves a block of the first slot into the empty run. On level 0 all
// timers of the slot have the same deadline; on the others it is the only
// block.
func (q *timerQueue) takeRun(n int, s *slot) {
	b := s.head
	for _, t := range b.timers[:b.n] {
		q.run.add(t)
	}
	if b.next != 0 {
		s.head = q.blocks.at(b.next)
	} else {
		q.takeSlot(n, s)
	}
	q.blocks.put(b)
}

// prefetch reads the earliest timers into the CPU caches, which other processes
// used during a sleep. The caller stores the sum so that the compiler keeps the
// reads.
func (q *timerQueue) prefetch() (sum int64) {
	for i := q.run.head; i < q.run.tail; i += 2 { // about every line of 64 bytes
		sum += q.run.timers[i].job
	}
	blocks := firstSlab
	for n := range bits.Len8(q.busy) {
		for word, used := range q.levels[n].used {
			for ; used != 0; used &= used - 1 {
				slot := &q.levels[n].slots[word*64+bits.TrailingZeros64(used)]
				for b := slot.head; b != nil; b = q.blocks.at(b.next) {
					if blocks == 0 {
						return sum
					}
					blocks--
					for i := 0; i < b.n; i += 2 {
						sum += b.timers[i].job
					}
				}
			}
		}
	}
	return sum
}

// pop removes and returns a timer with the earliest deadline, or any that is
// due by now. The queue must not be empty.
func (q *timerQueue) pop(now time.Duration) timer {
	if q.run.empty() {
		q.prepare(now)
	}
	q.length--
	t := q.run.takeFirst()
	if q.busy == 0 {
		q.base = t.at
	}
	return t
}

// firstSlot returns the slot with the earliest deadline and its level: the
// first used slot of the lowest level in use.
func (q *timerQueue) firstSlot() (int, *slot) {
	n := bits.TrailingZeros8(q.busy)
	l := &q.levels[n]
	for word, used := range l.used {
		if used != 0 {
			return n, &l.slots[word*64+bits.TrailingZeros64(used)]
		}
	}
	panic("engine: no deadline in an empty queue")
}

// redistribute moves the timers of the first slot, which contains q.base, from
// level n to the levels below.
func (q *timerQueue) redistribute(n int, s *slot) {
	b := s.head
	q.takeSlot(n, s)
	for b != nil {
		for _, t := range b.timers[:b.n] {
			q.insert(t)
		}
		next := q.blocks.at(b.next)
		q.blocks.put(b)
		b = next
	}
}

// takeSlot empties the first slot, which is on level n. The caller has its
// blocks.
func (q *timerQueue) takeSlot(n int, s *slot) {
	s.head = nil
	i := uint8(uint64(s.min) >> (8 * n))
	used := &q.levels[n].used
	used[i/64] &^= 1 << (i % 64)
	if used[0]|used[1]|used[2]|used[3] == 0 {
		q.busy &^= 1 << n
	}
	if q.busy != 0 {
		_, first := q.firstSlot()
		q.min = first.min
	}
}
