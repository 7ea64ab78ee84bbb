package report

import (
	"math"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// A logBucket counts the durations up to a bound, above the bound before it.
type logBucket struct {
	UpTo  float64 // seconds
	Count int64
}

// logBuckets returns a histogram in at most n buckets of equal ratio, of which
// the last one ends at the maximum. The other bounds are preferred numbers, such
// as 1, 2, 5, 10: the finest series that fits. They span the histogram from its p0.1
// to its p99.5, so a few extremes do not make all buckets wide.
func logBuckets(h *hist.Histogram, n int) []logBucket {
	if h.Count() == 0 {
		return nil
	}
	low := max(h.Quantile(0.001).Seconds(), 1e-9)
	high := max(h.Quantile(0.995).Seconds(), low)
	bounds := preferredBounds(low, high, n-1)
	buckets := make([]logBucket, len(bounds)+1)
	for i, bound := range bounds {
		buckets[i].UpTo = bound
	}
	buckets[len(bounds)].UpTo = h.Max().Seconds()
	i := 0
	h.Each(func(upTo time.Duration, count int64) {
		for i < len(bounds) && upTo.Seconds() > bounds[i]*(1+boundSlack) {
			i++
		}
		buckets[i].Count += count
	})
	buckets = trimEmpty(buckets)
	last := &buckets[len(buckets)-1]
	last.UpTo = min(last.UpTo, h.Max().Seconds())
	return joinLast(buckets)
}

// joinLast joins the last bucket to the one before it if their bounds are
// written alike.
func joinLast(buckets []logBucket) []logBucket {
	n := len(buckets)
	if n < 2 || format.Round(buckets[n-1].UpTo, 3) != format.Round(buckets[n-2].UpTo, 3) {
		return buckets
	}
	buckets[n-2].Count += buckets[n-1].Count
	return buckets[:n-1]
}

// boundSlack is by how much a bucket of a histogram may exceed a bound: its own
// error, as a share.
const boundSlack = 0.001

// perDecade are the numbers of bounds a decade that preferredBounds tries.
var perDecade = []int{384, 192, 96, 48, 24, 12, 6, 5, 3, 1}

// preferredBounds returns at most n bounds, from the first one that is not below
// low to the first one that is not below high.
func preferredBounds(low, high float64, n int) []float64 {
	for _, steps := range perDecade {
		first := int(math.Ceil(math.Log10(low)*float64(steps) - 1e-9))
		last := max(int(math.Ceil(math.Log10(high)*float64(steps)-1e-9)), first)
		if last-first+1 > n && steps > 1 {
			continue
		}
		var bounds []float64
		for i := first; i <= last; i++ {
			bounds = append(bounds, format.Round(math.Pow(10, float64(i)/float64(steps)), digitsOf(steps)))
		}
		return bounds
	}
	return nil
}

// digitsOf returns how many significant digits tell the bounds of a series from
// each other: 1, 2, 5 needs one.
func digitsOf(perDecade int) int {
	switch {
	case perDecade <= 3:
		return 1
	case perDecade <= 24:
		return 2
	}
	return 3
}

// trimEmpty drops empty buckets at both ends.
func trimEmpty(buckets []logBucket) []logBucket {
	for len(buckets) > 0 && buckets[0].Count == 0 {
		buckets = buckets[1:]
	}
	for len(buckets) > 0 && buckets[len(buckets)-1].Count == 0 {
		buckets = buckets[:len(buckets)-1]
	}
	return buckets
}
