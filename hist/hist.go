// Package hist is the latency histogram everything else adds up.
//
// Its stance: counts travel, percentiles never. A histogram made by one core,
// one interval or one machine is merged with others by adding counts, and a
// quantile is taken once, at the end, from the sum. Minimum, maximum, mean and
// standard deviation are exact; a quantile is at most 0.1 % above the true one.
//
// The buckets are HdrHistogram's of three digits, so that any two histograms can be
// merged without loss and others can read them; what they cannot tell is added.
// It imports nothing of ours and stands at the middle of the flow: samples
// become histograms, histograms become results.
package hist

import (
	"math"
	"math/bits"
	"time"
)

const (
	lowest = 1                     // ns
	digits = 3                     // significant decimal digits of a bucket
	top    = int64(24 * time.Hour) // longer durations count as this in the buckets
)

// A Histogram counts durations of 0 to 24 hours at nanosecond resolution and
// three significant digits, in 8 KiB for each power of two of durations that was
// seen, whatever the number of samples. A longer duration is counted in the last
// bucket; Max, Mean and StdDev are exact nevertheless. A negative one counts as 0.
//
// A Histogram belongs to one goroutine at a time. Recording allocates only when
// it meets a new power of two.
// Make one with New; a nil Histogram reads as an empty one.
type Histogram struct {
	counts   counts
	min, max int64
	// The sum in 128 bits: 64 would overflow within ten million jobs of an hour.
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
	if v > 0 { // the delay of most jobs is 0, and adds nothing
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

// Merge adds the counts of other, which it leaves alone. Merging is
// commutative and associative, and the result is the one that recording every
// sample in a single histogram would have given.
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

// Count is the number of durations recorded.
func (h *Histogram) Count() int64 {
	if h == nil {
		return 0
	}
	return h.counts.total
}

// Sum is the sum of all durations in seconds, rounded once.
func (h *Histogram) Sum() float64 {
	if h == nil {
		return 0
	}
	return (float64(h.sumHigh)*(1<<64) + float64(h.sumLow)) / float64(time.Second)
}

// Min is the shortest duration recorded, exactly; 0 when there is none.
func (h *Histogram) Min() time.Duration {
	if h.Count() == 0 {
		return 0
	}
	return time.Duration(h.min)
}

// Max is the longest duration recorded, exactly; 0 when there is none.
func (h *Histogram) Max() time.Duration {
	if h == nil {
		return 0
	}
	return time.Duration(h.max)
}

// Mean is the exact mean in seconds; 0 when nothing was recorded.
func (h *Histogram) Mean() float64 {
	if h.Count() == 0 {
		return 0
	}
	return h.Sum() / float64(h.Count())
}

// StdDev is the exact standard deviation of the samples in seconds, rounded
// once; 0 when nothing was recorded.
func (h *Histogram) StdDev() float64 {
	if h.Count() == 0 {
		return 0
	}
	spread, _ := h.spread().Float64()
	return math.Sqrt(spread) / float64(h.Count()) / float64(time.Second)
}

// Quantile is the shortest duration that a share q (0 to 1) of the samples did
// not exceed: the ⌈q·n⌉-th of n in order. It is never below that sample, at most
// 0.1 % above it, and never outside Min and Max. It is 0 when nothing was
// recorded.
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

// rank is the place of a quantile among count samples: the first of them, from 1
// on, that has a share q of all at or below it. A product that falls above a
// whole number by rounding alone, such as 0.07 × 100, is that number.
func rank(q float64, count int64) int64 {
	const roundoff = 1e-15 // of a decimal share and of its product: a few units in the last place
	if place := math.Ceil(q * float64(count) * (1 - roundoff)); place < float64(count) {
		return max(int64(place), 1)
	}
	return count
}

// Each calls f for every bucket that holds samples, shortest first, with the
// longest duration the bucket stands for and its count.
func (h *Histogram) Each(f func(upTo time.Duration, count int64)) {
	if h.Count() == 0 {
		return
	}
	for i, count := range h.each {
		_, upTo := bounds(i)
		f(time.Duration(upTo), count)
	}
}
