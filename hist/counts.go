package hist

import "math/bits"

// half is half of the buckets that share a width: 10^3 digits, as a power of 2.
const half = 1 << 10

// chunks is how many chunks of half a histogram's buckets are.
const chunks = 38

// counts are those of the buckets, in chunks of half, which is a power of two of
// durations. A chunk is there once something was counted in it: a short run has
// two or three, and to make, merge, read and empty them takes no longer than that.
type counts struct {
	chunks [chunks]*[half]int64
	total  int64
}

// add counts n in bucket i.
func (c *counts) add(i int, n int64) {
	at := uint(i) // a power of two divides it by a shift alone, and leaves what is in bounds
	chunk := c.chunks[at/half]
	if chunk == nil {
		chunk = new([half]int64)
		c.chunks[at/half] = chunk
	}
	chunk[at%half] += n
	c.total += n
}

// merge adds those of other, all of which are in the chunks first to last.
func (c *counts) merge(other *counts, first, last int) {
	for k := first; k <= last; k++ {
		from := other.chunks[k]
		if from == nil {
			continue
		}
		if c.chunks[k] == nil {
			c.chunks[k] = new([half]int64)
		}
		to := c.chunks[k]
		for i, n := range from {
			to[i] += n
		}
	}
	c.total += other.total
}

// reset counts nothing and keeps the memory. All that is counted is in the chunks
// first to last.
func (c *counts) reset(first, last int) {
	for k := first; k <= last; k++ {
		if c.chunks[k] != nil {
			clear(c.chunks[k][:])
		}
	}
	c.total = 0
}

// clone is an independent copy, likewise.
func (c *counts) clone(first, last int) counts {
	var copied counts
	copied.merge(c, first, last)
	return copied
}

// span is the first and the last chunk that the samples are in; the last is before
// the first when there are none.
func (h *Histogram) span() (first, last int) { return bucket(h.min) / half, bucket(h.max) / half }

// each yields every bucket that holds samples, shortest first.
func (h *Histogram) each(yield func(i int, n int64) bool) {
	first, last := h.span()
	for k := first; k <= last; k++ {
		if h.counts.chunks[k] == nil {
			continue
		}
		for i, n := range h.counts.chunks[k] {
			if n > 0 && !yield(k*half+i, n) {
				return
			}
		}
	}
}

// bucket is the one that counts v. The first 2,048 are 1 ns wide, the next 1,024
// are 2 ns, the next 4 ns, and so on.
func bucket(v int64) int {
	v = min(v, top)
	shift := max(bits.Len64(uint64(v))-bits.Len64(half), 0)
	return shift*half + int(v>>shift)
}

// bounds are the shortest and the longest duration that bucket i stands for.
func bounds(i int) (from, upTo int64) {
	if i < 2*half {
		return int64(i), int64(i)
	}
	shift := i/half - 1
	from = int64(i%half+half) << shift
	return from, from + 1<<shift - 1
}
