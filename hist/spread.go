package hist

import (
	"math"
	"time"
)

// A Bucket counts the durations up to a limit that are above the limit of the
// bucket before it.
type Bucket struct {
	UpTo  time.Duration
	Count int64
}

// Spread returns the histogram as at most n buckets, to be drawn: their counts add
// up to Count. The limits grow by a constant factor from the first half percent to
// the last one; the last bucket reaches to Max. So neither a single fast sample nor
// a slow one takes the room of the others. It is nil without samples or if n is
// below 1.
func (h *Histogram) Spread(n int) []Bucket {
	if h.Count() == 0 || n < 1 {
		return nil
	}
	buckets := h.limits(n)
	i := 0
	for fine, count := range h.each {
		// Its shortest duration, because the limits are above samples by rounding.
		from, _ := bounds(fine)
		for i < len(buckets)-1 && from > int64(buckets[i].UpTo) {
			i++
		}
		buckets[i].Count += count
	}
	return buckets
}

// limits returns at most n empty buckets.
func (h *Histogram) limits(n int) []Bucket {
	const finest = 1.002 // two buckets of the histogram
	high := h.Quantile(0.995)
	low := max(h.Quantile(0.005), min(high, 1))
	ratio := max(float64(high)/float64(max(low, 1)), 1)
	n = min(n, 2+int(math.Log(ratio)/math.Log(finest)))
	if high < h.Max() {
		n-- // the last bucket is for the rest
	}
	var buckets []Bucket
	for i := range n {
		upTo := high
		if i < n-1 {
			upTo = time.Duration(float64(low) * math.Pow(ratio, float64(i)/float64(n-1)))
		}
		if len(buckets) == 0 || upTo > buckets[len(buckets)-1].UpTo {
			buckets = append(buckets, Bucket{UpTo: upTo})
		}
	}
	if high < h.Max() {
		buckets = append(buckets, Bucket{UpTo: h.Max()})
	}
	return buckets
}
