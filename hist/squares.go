package hist

import (
	"math"
	"math/big"
	"math/bits"
)

// squares is the sum of the squares of samples, exactly, in 192 bits: 2^62
// samples of 2^63 ns fit. Being exact, sums of parts add up to that of the whole
// in any order, and to subtract the square of the mean loses nothing.
type squares struct{ high, middle, low uint64 }

func (s *squares) record(v uint64) {
	middle, low := bits.Mul64(v, v)
	var carry uint64
	s.low, carry = bits.Add64(s.low, low, 0)
	s.middle, carry = bits.Add64(s.middle, middle, carry)
	s.high += carry
}

// recordN adds n equal squares.
func (s *squares) recordN(v, n uint64) {
	high, low := bits.Mul64(v, v)
	carried, least := bits.Mul64(low, n)
	top, middle := bits.Mul64(high, n)
	middle, carry := bits.Add64(middle, carried, 0)
	s.add(squares{top + carry, middle, least})
}

func (s *squares) add(other squares) {
	var carry uint64
	s.low, carry = bits.Add64(s.low, other.low, 0)
	s.middle, carry = bits.Add64(s.middle, other.middle, carry)
	s.high += other.high + carry
}

// words is a number of so many words, the most significant first.
func words(parts ...uint64) *big.Int {
	n := new(big.Int)
	for _, part := range parts {
		n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(part))
	}
	return n
}

func (s *squares) big() *big.Int { return words(s.high, s.middle, s.low) }

// setBig sets s to a number from 0 to 2^192-1.
func (s *squares) setBig(n *big.Int) {
	for i, word := range []*uint64{&s.low, &s.middle, &s.high} {
		shifted := new(big.Int).Rsh(n, uint(64*i))
		*word = shifted.And(shifted, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
	}
}

// spread is n·Σv² − (Σv)², which is n² times the variance, in square nanoseconds.
func (h *Histogram) spread() *big.Int {
	sum := words(h.sumHigh, h.sumLow)
	spread := new(big.Int).Mul(big.NewInt(h.Count()), h.squares.big())
	return spread.Sub(spread, sum.Mul(sum, sum))
}

// mostSquares is what Σv² is at most, by count, sum, minimum and maximum: as much
// as if all samples were one or the other of these (Bhatia and Davis, "A better
// bound on the variance", 2000).
func (h *Histogram) mostSquares() *big.Int {
	low, high := big.NewInt(h.min), big.NewInt(h.max)
	most := new(big.Int).Add(low, high)
	most.Mul(most, words(h.sumHigh, h.sumLow))
	return most.Sub(most, low.Mul(low, high).Mul(low, big.NewInt(h.Count())))
}

// estimateSquares sets Σv² so that the variance is that of the buckets' middles,
// as far as that is possible.
func (h *Histogram) estimateSquares() {
	var mean, deviations, seen float64
	for i, n := range h.each { // Welford's way, a bucket at a time
		from, upTo := bounds(i)
		off := float64(from+(upTo-from+1)/2) - mean
		seen += float64(n)
		mean += off * float64(n) / seen
		deviations += off * off * float64(n) * (seen - float64(n)) / seen
	}
	sum, count := words(h.sumHigh, h.sumLow), big.NewInt(h.Count())
	least := sum.Mul(sum, sum)
	least.Add(least, count).Sub(least, big.NewInt(1)).Quo(least, count) // rounded up
	estimate, _ := big.NewFloat(deviations).Int(nil)
	estimate.Add(estimate, least)
	if most := h.mostSquares(); estimate.Cmp(most) > 0 {
		estimate = most
	}
	h.squares.setBig(estimate)
}
