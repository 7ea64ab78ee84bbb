package workload

import (
	"context"
	"iter"
	"math/bits"
	"os"
)

// A region is memory that a job goes through. What a word holds is the key and
// the word's place, so that their sum tells whether all of it was written and
// read, in whatever order.
type region struct {
	ctx    context.Context
	words  []uint64
	random bool
	key    uint64
}

const (
	wordBytes = 8
	lineWords = 64 / wordBytes // of a cache line, the least that memory moves
	lookBytes = 256 << 10      // between two looks at the context: some ten microseconds
)

// touch writes one word of every page, which is when the system really gives
// the page.
func (r region) touch() error {
	page := os.Getpagesize() / wordBytes
	return r.walk(page, func(first int) { r.words[first] = r.key })
}

// write fills the memory, and says how many bytes it came to.
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

// read adds the words up, and says how many bytes it came to.
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

// sum is what read finds if everything is as it was written.
func (r region) sum() uint64 {
	n := uint64(len(r.words))
	return n*r.key + n*(n-1)/2
}

// unit is how many words in a row are gone through, of which the next may be
// anywhere.
func (r region) unit() int {
	if r.random {
		return lineWords
	}
	return os.Getpagesize() / wordBytes
}

// walk visits every unit of so many words once, by its first word. It stops when
// the context is cancelled.
func (r region) walk(unit int, visit func(first int)) error {
	order := inOrder
	if r.random {
		order = shuffled
	}
	look := max(lookBytes/(unit*wordBytes), 1)
	visited := 0
	for i := range order(uint64(len(r.words)/unit), r.key) {
		if visited%look == 0 && r.ctx.Err() != nil {
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

// shuffled yields the numbers below n, each once, in an order that no cache
// foresees and that takes no memory: a congruential generator with full period
// (Hull and Dobell, "Random number generators", 1962) over the next power of two,
// with its upper half mixed into its weaker lower one. It leaves out what is not
// below n.
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
