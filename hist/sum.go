package hist

import "math/big"

// Nanoseconds returns the exact sum of all durations.
func (h *Histogram) Nanoseconds() *big.Int {
	if h == nil {
		return new(big.Int)
	}
	sum := new(big.Int).SetUint64(h.sumHigh)
	return sum.Lsh(sum, 64).Add(sum, new(big.Int).SetUint64(h.sumLow))
}
