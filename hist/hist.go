// Package hist is a mergeable latency histogram.
//
// Percentiles cannot be merged, but counts can. The histograms of cores,
// intervals and machines are merged by adding counts, and a quantile is computed
// once, at the end. Minimum, maximum, mean and standard deviation are exact; a
// quantile is at most 0.1 % above the true one.
//
// The buckets are those of an HdrHistogram with three digits. So any two
// histograms can be merged without loss, and other programs can read them. A
// histogram also holds the exact values that buckets lack. The package imports
// no other package of Aurea.
package hist

import (
	"math"
	"math/bits"
	"time"
)

const (
	lowest = 1                     // ns
	digits = 3                     // significant decimal digits of a bucket
	top    = int64(24 * time.Hour) // the last bucket counts all longer durations
)

// A Histogram counts durations from 0 to 24 hours with nanosecond resolution and
// three significant digits. It takes 1 KiB for each eighth of a power of two
// with recorded durations, for any number of samples. A longer duration is counted
// in the last bucket, but Max, Mean and StdDev are still exact. A negative one
// counts as 0.
//
// A Histogram belongs to one goroutine at a time. Recording allocates only for
// the first duration in such a part. New makes a Histogram; a nil Histogram
// reads as empty.
type Histogram struct {
	counts   counts
	min, max int64
	// The sum has 128 bits; 64 bits would overflow within ten million jobs of an hour.
	sumHigh, sumLow uint64
	squares         squares
}

// New returns an empty histogram.
func New() *Histogram {
	return &Histogram{min: math.MaxInt64}
}

// Record counts one duration.
func (h *Histogram) Record(d time.Duration) {
	v := max(int64(d), 0)
	h.min = min(h.min, v)
	if v > 0 { // 0, as the delay of most jobs, adds nothing
		h.max = max(h.max, v)
		var carry uint64
		h.sumLow, carry = bits.Add64(h.sumLow, uint64(v), 0)
		h.sumHigh += carry
		h.squares.record(uint64(v))
	}
	h.counts.add(bucket(v), 1)
}

// RecordN counts the same duration n times.
func (h *Histogram) RecordN(d time.Duration, n int64) {
	if n <= 0 {
		return
	}
	v := max(int64(d), 0)
	h.min = min(h.min, v)
	h.max = max(h.max, v)
	high, low := bits.Mul64(uint64(v), uint64(n))
	var carry uint64
	h.sumLow, carry = bits.Add64(h.sumLow, low, 0)
	h.sumHigh += high + carry
	h.squares.recordN(uint64(v), uint64(n))
	h.counts.add(bucket(v), n)
}

// Merge adds other. It does not change other. Merging is commutative and
// associative: the result is the same as with all samples recorded in a single
// histogram.
func (h *Histogram) Merge(other *Histogram) {
	if other.Count() == 0 {
		return
	}
	first, last := other.span()
	h.counts.merge(&other.counts, first, last)
	h.min = min(h.min, other.min)
	h.max = max(h.max, other.max)
	var carry uint64
	h.sumLow, carry = bits.Add64(h.sumLow, other.sumLow, 0)
	h.sumHigh += other.sumHigh + carry
	h.squares.add(other.squares)
}

// Reset empties the histogram and keeps its memory.
func (h *Histogram) Reset() {
	if h.Count() == 0 {
		return
	}
	h.empty()
}

func (h *Histogram) empty() {
	h.counts.reset(h.span())
	h.min, h.max, h.sumHigh, h.sumLow, h.squares = math.MaxInt64, 0, 0, 0, squares{}
}

// Clone returns an independent copy.
func (h *Histogram) Clone() *Histogram {
	if h == nil {
		return New()
	}
	clone := *h
	clone.counts = h.counts.clone(h.span())
	return &clone
}

// Count returns the number of recorded durations.
func (h *Histogram) Count() int64 {
	if h == nil {
		return 0
	}
	return h.counts.total
}

// Sum returns the sum of all durations in seconds, rounded once.
func (h *Histogram) Sum() float64 {
	if h == nil {
		return 0
	}
	return (float64(h.sumHigh)*(1<<64) + float64(h.sumLow)) / float64(time.Second)
}

// Min returns the exact shortest duration; 0 without samples.
func (h *Histogram) Min() time.Duration {
	if h.Count() == 0 {
		return 0
	}
	return time.Duration(h.min)
}

// Max returns the exact longest duration; 0 without samples.
func (h *Histogram) Max() time.Duration {
	if h == nil {
		return 0
	}
	return time.Duration(h.max)
}

// Mean returns the exact mean in seconds; 0 without samples.
func (h *Histogram) Mean() float64 {
	if h.Count() == 0 {
		return 0
	}
	return h.Sum() / float64(h.Count())
}

// StdDev returns the exact standard deviation of the samples in seconds, rounded
// once; 0 without samples.
func (h *Histogram) StdDev() float64 {
	if h.Count() == 0 {
		return 0
	}
	scaled, _ := h.scaledVariance().Float64()
	return math.Sqrt(scaled) / float64(h.Count()) / float64(time.Second)
}

// Quantile returns the ⌈q·n⌉-th of n samples in order, q from 0 to 1: the shortest
// duration that a share q of the samples did not exceed. The value is never below
// that sample, at most 0.1 % above it, and always between Min and Max. It is 0
// without samples.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.Count() == 0 || q <= 0 {
		return h.Min()
	}
	left := rank(q, h.Count())
	for i, n := range h.each {
		if left -= n; left <= 0 {
			_, upTo := bounds(i)
			return time.Duration(min(max(upTo, h.min), h.max))
		}
	}
	return time.Duration(h.max)
}

// rank returns the rank of a quantile among count samples, from 1: ⌈q·count⌉. A
// product that rounding puts just above an integer, such as 0.07 × 100, counts
// as that integer.
func rank(q float64, count int64) int64 {
	const roundoff = 1e-15 // a few units in the last place, of a decimal share and the product
	if place := math.Ceil(q * float64(count) * (1 - roundoff)); place < float64(count) {
		return max(int64(place), 1)
	}
	return count
}

// Each calls f for every bucket with samples, shortest first, with the longest
// duration of the bucket and its count.
func (h *Histogram) Each(f func(upTo time.Duration, count int64)) {
	if h.Count() == 0 {
		return
	}
	for i, count := range h.each {
		_, upTo := bounds(i)
		f(time.Duration(upTo), count)
	}
}
