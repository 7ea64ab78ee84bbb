package workload

import (
	"context"
	"iter"
	"math/bits"
	"os"
)

// A region is memory that a job writes and reads. A word contains the key plus
// the word's index. So the sum of all words shows, in whatever order, whether
// each was written and read.
type region struct {
	ctx    context.Context
	words  []uint64
	random bool
	key    uint64
}

const (
	wordBytes     = 8
	lineWords     = 64 / wordBytes // of a cache line, the smallest unit that memory moves
	bytesPerCheck = 256 << 10      // between two checks of the context: some ten microseconds
)

// touch writes one word of every page. That is when the system provides the
// page.
func (r region) touch() error {
	page := os.Getpagesize() / wordBytes
	return r.walk(page, func(first int) { r.words[first] = r.key })
}

// write fills the memory and returns how many bytes it has written.
func (r region) write() (written int64, err error) {
	unit := r.unit()
	err = r.walk(unit, func(first int) {
		words := r.words[first : first+unit]
		for i := range words {
			words[i] = r.key + uint64(first+i)
		}
		written += int64(unit) * wordBytes
	})
	return written, err
}

// read adds up the words and returns how many bytes it has read.
func (r region) read() (read int64, sum uint64, err error) {
	unit := r.unit()
	err = r.walk(unit, func(first int) {
		for _, word := range r.words[first : first+unit] {
			sum += word
		}
		read += int64(unit) * wordBytes
	})
	return read, sum, err
}

// sum returns the sum that read returns if the memory is as it was written.
func (r region) sum() uint64 {
	n := uint64(len(r.words))
	return n*r.key + n*(n-1)/2
}

// unit returns how many consecutive words are visited at a time. The next unit
// may be anywhere.
func (r region) unit() int {
	if r.random {
		return lineWords
	}
	return os.Getpagesize() / wordBytes
}

// walk visits every unit once, by the index of its first word. It stops when
// the context is cancelled.
func (r region) walk(unit int, visit func(first int)) error {
	order := inOrder
	if r.random {
		order = shuffled
	}
	perCheck := max(bytesPerCheck/(unit*wordBytes), 1)
	visited := 0
	for i := range order(uint64(len(r.words)/unit), r.key) {
		if visited%perCheck == 0 && r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		visited++
		visit(int(i) * unit)
	}
	return nil
}

func inOrder(n, _ uint64) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for i := uint64(0); i < n && yield(i); i++ {
		}
	}
}

// shuffled yields each number below n once, in an order that no cache predicts
// and that needs no memory. It is a congruential generator with full period
// (Hull and Dobell, "Random number generators", 1962) over the next power of
// two. Its upper half is mixed into the weaker lower one. It skips numbers that
// are not below n.
func shuffled(n, seed uint64) iter.Seq[uint64] {
	width := bits.Len64(n - 1)
	mask, half := uint64(1)<<width-1, (width+1)/2
	return func(yield func(uint64) bool) {
		x := seed & mask
		for range mask + 1 {
			x = (x*6364136223846793005 + 1442695040888963407) & mask
			if i := x ^ x>>half; i < n && !yield(i) {
				return
			}
		}
	}
}
