package hist

import "math/bits"

// half is half the number of buckets of one width: 1,000 for three digits, as a
// power of 2.
const half = 1 << 10

// chunks is the number of chunks of half buckets in a histogram.
const chunks = 38

// counts has the counts of all buckets, in chunks. A chunk covers a power of two of
// durations and is allocated by the first sample in it. A short run has two or
// three chunks, so it is quick to make, merge, read and reset.
type counts struct {
	chunks [chunks]*[half]int64
	total  int64
}

// add adds n samples to bucket i.
func (c *counts) add(i int, n int64) {
	at := uint(i) // unsigned, so dividing is a shift and the bounds check goes away
	chunk := c.chunks[at/half]
	if chunk == nil {
		chunk = new([half]int64)
		c.chunks[at/half] = chunk
	}
	chunk[at%half] += n
	c.total += n
}

// merge adds other, whose samples are all in the chunks from first to last.
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

// reset removes all samples and keeps the memory. All samples are in the chunks
// from first to last.
func (c *counts) reset(first, last int) {
	for k := first; k <= last; k++ {
		if c.chunks[k] != nil {
			clear(c.chunks[k][:])
		}
	}
	c.total = 0
}

// clone returns an independent copy. All samples are in the chunks from first to
// last.
func (c *counts) clone(first, last int) counts {
	var copied counts
	copied.merge(c, first, last)
	return copied
}

// span returns the first and the last chunk with samples. Without samples the last
// is before the first.
func (h *Histogram) span() (first, last int) { return bucket(h.min) / half, bucket(h.max) / half }

// each yields every bucket with samples, shortest first.
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

// bucket returns the bucket of v. The first 2,048 buckets are 1 ns wide, the next
// 1,024 are 2 ns wide, the next 4 ns, and so on.
func bucket(v int64) int {
	v = min(v, top)
	shift := max(bits.Len64(uint64(v))-bits.Len64(half), 0)
	return shift*half + int(v>>shift)
}

// bounds returns the shortest and the longest duration of bucket i.
func bounds(i int) (from, upTo int64) {
	if i < 2*half {
		return int64(i), int64(i)
	}
	shift := i/half - 1
	from = int64(i%half+half) << shift
	return from, from + 1<<shift - 1
}
