// Package hist is the latency histogram everything else adds up.
//
// Its stance: counts travel, percentiles never. A histogram made by one core,
// one interval or one machine is merged with others by adding counts, and a
// quantile is taken once, at the end, from the sum. Minimum, maximum and mean
// are exact; a quantile is at most 0.1 % above the true one.
//
// The counting is HdrHistogram's; this package fixes its geometry, so that any
// two histograms can be merged without loss, and adds what buckets cannot tell.
// It imports nothing of ours and stands at the middle of the flow: samples
// become histograms, histograms become results.
package hist

import (
	"math"
	"math/bits"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	lowest = 1                     // ns
	digits = 3                     // significant decimal digits of a bucket
	top    = int64(24 * time.Hour) // longer durations count as this in the buckets
)

// A Histogram counts durations of 0 to 24 hours at nanosecond resolution and
// three significant digits, in about 300 KiB whatever the number of samples. A
// longer duration is counted in the last bucket; Max and Mean still tell it
// exactly. A negative one counts as 0.
//
// A Histogram belongs to one goroutine at a time. Recording never allocates.
// Make one with New; a nil Histogram reads as an empty one.
type Histogram struct {
	buckets  *hdrhistogram.Histogram
	min, max int64
	// The sum in 128 bits: 64 would overflow within ten million jobs of an hour.
	sumHigh, sumLow uint64
}

// New returns an empty histogram.
func New() *Histogram {
	return &Histogram{buckets: hdrhistogram.New(lowest, top, digits), min: math.MaxInt64}
}

// Record counts one duration.
func (h *Histogram) Record(d time.Duration) {
	v := max(int64(d), 0)
	h.min = min(h.min, v)
	h.max = max(h.max, v)
	var carry uint64
	h.sumLow, carry = bits.Add64(h.sumLow, uint64(v), 0)
	h.sumHigh += carry
	// RecordValue fails only outside [0, top].
	_ = h.buckets.RecordValue(min(v, top))
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
	_ = h.buckets.RecordValues(min(v, top), n)
}

// Merge adds the counts of other, which it leaves alone. Merging is
// commutative and associative, and the result is the one that recording every
// sample in a single histogram would have given.
func (h *Histogram) Merge(other *Histogram) {
	if other.Count() == 0 {
		return
	}
	if other.narrow() {
		_ = h.buckets.RecordValues(min(other.min, top), other.Count())
	} else {
		// Nothing is dropped: both histograms have the same geometry.
		_ = h.buckets.Merge(other.buckets)
	}
	h.min = min(h.min, other.min)
	h.max = max(h.max, other.max)
	var carry uint64
	h.sumLow, carry = bits.Add64(h.sumLow, other.sumLow, 0)
	h.sumHigh += other.sumHigh + carry
}

// narrow reports whether all samples are in one bucket, as those of a run of one
// job are: then there is no need to look for them in all of them.
func (h *Histogram) narrow() bool { return bucket(h.min) == bucket(min(h.max, top)) }

// Reset empties the histogram and keeps its memory.
func (h *Histogram) Reset() {
	if h.Count() == 0 {
		return
	}
	h.buckets.Reset()
	*h = Histogram{buckets: h.buckets, min: math.MaxInt64}
}

// Clone returns an independent copy.
func (h *Histogram) Clone() *Histogram {
	if h == nil {
		return New()
	}
	clone := *h
	clone.buckets = h.buckets.Clone()
	return &clone
}

// Count is the number of durations recorded.
func (h *Histogram) Count() int64 {
	if h == nil {
		return 0
	}
	return h.buckets.TotalCount()
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

// StdDev is the standard deviation in seconds, of the buckets' middles.
func (h *Histogram) StdDev() float64 {
	if h.Count() == 0 || h.narrow() {
		return 0
	}
	return h.buckets.StdDev() / float64(time.Second)
}

// Quantile is the duration that a share q (0 to 1) of the samples did not
// exceed: never below the true order statistic, at most 0.1 % above it, and
// never outside Min and Max. It is 0 when nothing was recorded.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.Count() == 0 {
		return 0
	}
	v := h.buckets.ValueAtPercentile(q * 100)
	return time.Duration(min(max(v, h.min), h.max))
}

// Each calls f for every bucket that holds samples, shortest first, with the
// longest duration the bucket stands for and its count.
func (h *Histogram) Each(f func(upTo time.Duration, count int64)) {
	if h.Count() == 0 {
		return
	}
	for i, count := range h.buckets.Export().Counts {
		if count > 0 {
			f(upTo(i), count)
		}
	}
}

// half is half of the buckets that share a width: 10^3 digits, as a power of 2.
const half = 1 << 10

// upTo is the longest duration that bucket i stands for. The first 2,048 buckets
// are 1 ns wide, the next 1,024 are 2 ns, the next 4 ns, and so on.
func upTo(i int) time.Duration {
	if i < 2*half {
		return time.Duration(i)
	}
	shift := i/half - 1
	return time.Duration((i%half+half+1)<<shift - 1)
}
