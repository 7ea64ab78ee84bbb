package engine

import (
	"math"
	"math/bits"
	"time"
)

// A waiting job is one that was started and ends by itself at a known moment.
// Its start is not kept: it is the deadline less what the job waits, which is a
// pure function of its number.
type waiting struct {
	at       time.Duration // when it ends
	intended time.Duration // when it should have started
	job      int64
}

// deadlines is a priority queue of waiting jobs that exploits one fact: nothing
// is put in before the last thing taken out, for time does not run backwards.
// It is a radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, "Faster algorithms for
// the shortest path problem", 1990) over the eight bytes of a deadline, which
// makes it an exact timing wheel: level n holds the jobs whose deadline first
// differs from the last one taken in byte n, in 256 slots by that byte. A job
// moves down at most once a level, in sequential memory, so ten million cost
// tens of nanoseconds each where a binary heap costs hundreds.
//
// Jobs lie in blocks from a free list. Emptied blocks are used again, so memory
// follows the most jobs that waited at once, at 24 bytes each and a little.
type deadlines struct {
	last   time.Duration // of the last job taken out; everything inside is later or equal
	length int64
	alone  bool // there is one job, and it is only; the levels are empty
	only   waiting
	min    time.Duration // earliest deadline inside, when there is one
	busy   uint8         // which levels hold jobs, a bit each
	levels [8]level
	free   *block
}

type level struct {
	used  [4]uint64 // which slots hold jobs, a bit each
	slots [256]slot
}

type slot struct {
	min  time.Duration // earliest deadline within
	head *block
}

const blockSize = 32

type block struct {
	next *block
	n    int
	jobs [blockSize]waiting
}

const slab = 256 // blocks taken from the heap at once

// add puts a job in. Its deadline must not be before the last one taken out.
func (d *deadlines) add(w waiting) {
	d.length++
	if d.length == 1 {
		d.alone, d.only, d.min = true, w, w.at
		return
	}
	d.min = min(d.min, w.at)
	if d.alone {
		d.alone = false
		d.place(d.only)
	}
	d.place(w)
}

func (d *deadlines) place(w waiting) {
	n := 0
	if differs := uint64(w.at ^ d.last); differs != 0 {
		n = (bits.Len64(differs) - 1) / 8
	}
	l := &d.levels[n]
	i := uint8(uint64(w.at) >> (8 * n))
	s := &l.slots[i]
	b := s.head
	if b == nil {
		d.busy |= 1 << n
		l.used[i/64] |= 1 << (i % 64)
		s.min = w.at
	}
	if b == nil || b.n == blockSize {
		b = d.take()
		b.next = s.head
		s.head = b
	}
	s.min = min(s.min, w.at)
	b.jobs[b.n] = w
	b.n++
}

// next is the earliest deadline; math.MaxInt64 when nothing waits.
func (d *deadlines) next() time.Duration {
	if d.length == 0 {
		return math.MaxInt64
	}
	return d.min
}

// prepare does what the next pop would have to do first. It may be called when
// nothing will be put in before the earliest deadline.
func (d *deadlines) prepare() {
	if d.alone {
		return
	}
	if n, s := d.first(); n > 0 && (s.head.n > 1 || s.head.next != nil) {
		d.last = s.min
		d.spread(n)
	}
}

// warm reads the jobs that end first, so that the core has them at hand after a
// sleep in which others had its caches. What it returns means nothing; but for
// it the compiler would leave the reading out.
func (d *deadlines) warm() (sum int64) {
	blocks := slab
	for n := range d.levels {
		for word, used := range d.levels[n].used {
			for ; used != 0; used &= used - 1 {
				slot := &d.levels[n].slots[word*64+bits.TrailingZeros64(used)]
				for b := slot.head; b != nil; b = b.next {
					if blocks == 0 {
						return sum
					}
					blocks--
					for i := 0; i < b.n; i += 2 { // every line of 64 bytes
						sum += b.jobs[i].job
					}
				}
			}
		}
	}
	return sum
}

// pop takes a job with the earliest deadline out. There must be one.
func (d *deadlines) pop() waiting {
	if d.alone {
		d.alone, d.length, d.last = false, 0, d.only.at
		return d.only
	}
	d.prepare()
	n, s := d.first()
	d.last = s.min
	b := s.head
	b.n--
	w := b.jobs[b.n]
	if b.n == 0 {
		s.head = b.next
		d.release(b)
		if s.head == nil {
			d.clear(n, w.at)
		}
	}
	d.length--
	if d.length > 0 {
		_, s = d.first()
		d.min = s.min
	}
	return w
}

// first finds the slot with the earliest deadline: the first one used, of the
// lowest level that has one.
func (d *deadlines) first() (int, *slot) {
	n := bits.TrailingZeros8(d.busy)
	l := &d.levels[n]
	for word, used := range l.used {
		if used != 0 {
			return n, &l.slots[word*64+bits.TrailingZeros64(used)]
		}
	}
	panic("engine: no deadline in an empty queue")
}

// spread moves the jobs of the slot that holds the last deadline, which has
// just become known, to the levels below.
func (d *deadlines) spread(n int) {
	s := &d.levels[n].slots[uint8(uint64(d.last)>>(8*n))]
	b := s.head
	s.head = nil
	d.clear(n, d.last)
	for b != nil {
		for _, w := range b.jobs[:b.n] {
			d.place(w)
		}
		next := b.next
		d.release(b)
		b = next
	}
}

func (d *deadlines) clear(n int, at time.Duration) {
	i := uint8(uint64(at) >> (8 * n))
	used := &d.levels[n].used
	used[i/64] &^= 1 << (i % 64)
	if used[0]|used[1]|used[2]|used[3] == 0 {
		d.busy &^= 1 << n
	}
}

// reserve takes the memory for the first of so many jobs now, so that none of
// them waits for it.
func (d *deadlines) reserve(jobs int64) {
	d.grow(min(jobs/blockSize, slab))
}

// grow takes memory for that many blocks from the heap.
func (d *deadlines) grow(blocks int64) {
	taken := make([]block, blocks)
	for i := range taken {
		d.release(&taken[i])
	}
}

func (d *deadlines) take() *block {
	if d.free == nil {
		d.grow(slab)
	}
	b := d.free
	d.free = b.next
	b.n = 0
	return b
}

func (d *deadlines) release(b *block) {
	b.next = d.free
	d.free = b
}
