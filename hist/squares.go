package hist

import (
	"math"
	"math/big"
	"math/bits"
)

// squares is the exact sum of the squares of samples in 192 bits, enough for 2^62
// samples of 2^63 ns. Because it is exact, the sums of parts add up in any order,
// and subtracting the square of the mean loses no digits.
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

// bigFromWords returns the number of the given words, the most significant first.
func bigFromWords(parts ...uint64) *big.Int {
	n := new(big.Int)
	for _, part := range parts {
		n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(part))
	}
	return n
}

func (s *squares) big() *big.Int { return bigFromWords(s.high, s.middle, s.low) }

// setBig sets s to a number from 0 to 2^192-1.
func (s *squares) setBig(n *big.Int) {
	for i, word := range []*uint64{&s.low, &s.middle, &s.high} {
		shifted := new(big.Int).Rsh(n, uint(64*i))
		*word = shifted.And(shifted, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
	}
}

// scaledVariance returns n·Σv² − (Σv)², which is n² times the variance, in square
// nanoseconds.
func (h *Histogram) scaledVariance() *big.Int {
	sum := bigFromWords(h.sumHigh, h.sumLow)
	scaled := new(big.Int).Mul(big.NewInt(h.Count()), h.squares.big())
	return scaled.Sub(scaled, sum.Mul(sum, sum))
}

// maxSquares returns the maximum of Σv² for the count, sum, minimum and maximum. It
// is reached if every sample is the minimum or the maximum (Bhatia and Davis, "A
// better bound on the variance", 2000).
func (h *Histogram) maxSquares() *big.Int {
	low, high := big.NewInt(h.min), big.NewInt(h.max)
	limit := new(big.Int).Add(low, high)
	limit.Mul(limit, bigFromWords(h.sumHigh, h.sumLow))
	return limit.Sub(limit, low.Mul(low, high).Mul(low, big.NewInt(h.Count())))
}

// estimateSquares sets Σv² so that the variance is that of the buckets' middles,
// within the possible range.
func (h *Histogram) estimateSquares() {
	var mean, deviations, seen float64
	for i, n := range h.each { // Welford's algorithm, a bucket at a time
		from, upTo := bounds(i)
		off := float64(from+(upTo-from+1)/2) - mean
		seen += float64(n)
		mean += off * float64(n) / seen
		deviations += off * off * float64(n) * (seen - float64(n)) / seen
	}
	sum, count := bigFromWords(h.sumHigh, h.sumLow), big.NewInt(h.Count())
	least := sum.Mul(sum, sum)
	least.Add(least, count).Sub(least, big.NewInt(1)).Quo(least, count) // rounded up
	estimate, _ := big.NewFloat(deviations).Int(nil)
	estimate.Add(estimate, least)
	if limit := h.maxSquares(); estimate.Cmp(limit) > 0 {
		estimate = limit
	}
	h.squares.setBig(estimate)
}
