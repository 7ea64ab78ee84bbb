package hist

import "math/bits"

// half is half the number of buckets of one width: 1,000 for three digits, as a
// power of 2.
const half = 1 << 10

// blockSize is the number of buckets in a block.
const blockSize = 1 << 7

// counts has the counts of all buckets, in blocks. A block is allocated by the
// first sample in it. A short run has a few blocks of 1 KiB, so it is quick to
// make, merge, read and reset.
type counts struct {
	blocks []*[blockSize]int64 // up to the last one with samples, at least
	total  int64
}

// add adds n samples to bucket i.
func (c *counts) add(i int, n int64) {
	at := uint(i) // unsigned, so dividing is a shift
	k := at / blockSize
	if k >= uint(len(c.blocks)) || c.blocks[k] == nil {
		c.allocate(k)
	}
	c.blocks[k][at%blockSize] += n
	c.total += n
}

// allocate adds block k.
func (c *counts) allocate(k uint) {
	c.reach(int(k))
	c.blocks[k] = new([blockSize]int64)
}

// reach makes the blocks go up to block last.
func (c *counts) reach(last int) {
	if missing := last + 1 - len(c.blocks); missing > 0 {
		c.blocks = append(c.blocks, make([]*[blockSize]int64, missing)...)
	}
}

// merge adds other, whose samples are all in the blocks from first to last.
func (c *counts) merge(other *counts, first, last int) {
	c.reach(last)
	for k := first; k <= last; k++ {
		from := other.blocks[k]
		if from == nil {
			continue
		}
		if c.blocks[k] == nil {
			c.allocate(uint(k))
		}
		to := c.blocks[k]
		for i, n := range from {
			to[i] += n
		}
	}
	c.total += other.total
}

// reset removes all samples and keeps the memory. All samples are in the blocks
// from first to last.
func (c *counts) reset(first, last int) {
	for k := first; k <= last && k < len(c.blocks); k++ {
		if c.blocks[k] != nil {
			clear(c.blocks[k][:])
		}
	}
	c.total = 0
}

// clone returns an independent copy. All samples are in the blocks from first to
// last.
func (c *counts) clone(first, last int) counts {
	var copied counts
	copied.merge(c, first, last)
	return copied
}

// span returns the first and the last block with samples. Without samples the last
// is before the first.
func (h *Histogram) span() (first, last int) {
	return bucket(h.min) / blockSize, bucket(h.max) / blockSize
}

// each yields every bucket with samples, shortest first.
func (h *Histogram) each(yield func(i int, n int64) bool) {
	first, last := h.span()
	for k := first; k <= last; k++ {
		if h.counts.blocks[k] == nil {
			continue
		}
		for i, n := range h.counts.blocks[k] {
			if n > 0 && !yield(k*blockSize+i, n) {
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
