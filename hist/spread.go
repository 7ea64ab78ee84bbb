package hist

import (
	"math"
	"strconv"
	"time"
)

// A Bucket counts the durations up to a limit that are above the limit of the
// bucket before it.
type Bucket struct {
	UpTo  time.Duration
	Count int64
}

// Spread returns the histogram as at most n buckets, to be drawn: their counts
// add up to Count. The limits are preferred numbers, such as 1, 2, 5, 10: the
// finest series that fits. They span the histogram from its p0.5 to its p99.5,
// so a few extremes do not make all buckets wide. The last bucket ends at Max;
// the first and the last one are not empty. It is nil without samples or if n
// is below 1.
func (h *Histogram) Spread(n int) []Bucket {
	if h.Count() == 0 || n < 1 {
		return nil
	}
	// The shortest duration of a bucket, because Quantile rounds up.
	low, _ := bounds(bucket(int64(h.Quantile(0.005))))
	var buckets []Bucket
	for _, limit := range preferredLimits(time.Duration(low), h.Quantile(0.995), h.Max(), n-1) {
		buckets = append(buckets, Bucket{UpTo: limit})
	}
	buckets = append(buckets, Bucket{UpTo: h.Max()})
	i := 0
	for fine, count := range h.each {
		from, _ := bounds(fine)
		for i < len(buckets)-1 && from > int64(buckets[i].UpTo) {
			i++
		}
		buckets[i].Count += count
	}
	return buckets
}

// limitsPerDecade are the series that preferredLimits tries, the finest first.
var limitsPerDecade = []float64{384, 192, 96, 48, 24, 12, 6, 5, 3, 1, 0.5, 0.25, 0.125}

// preferredLimits returns at most n limits, from the first one that is not
// below low to the first one that is not below high. All are at least a
// hundredth below top, so that in three digits none is written like it.
func preferredLimits(low, high, top time.Duration, n int) []time.Duration {
	for _, perDecade := range limitsPerDecade {
		if limits := limitsOf(perDecade, low, high, top, n); len(limits) <= n {
			return limits
		}
	}
	return nil
}

// limitsOf returns the limits of one series, or the first n+1 of more.
func limitsOf(perDecade float64, low, high, top time.Duration, n int) []time.Duration {
	var limits []time.Duration
	last := max(low, 1) - 1
	for i := math.Floor(math.Log10(max(float64(low), 1)) * perDecade); len(limits) <= n && last < high; i++ {
		exact := math.Pow(10, i/perDecade)
		if exact > float64(top) {
			break
		}
		limit := time.Duration(math.Round(significant(exact, digitsOf(perDecade))))
		if float64(limit) > 0.99*float64(top) {
			break
		}
		if limit > last {
			limits, last = append(limits, limit), limit
		}
	}
	return limits
}

// digitsOf returns how many significant digits tell the limits of a series from
// each other: 1, 2, 5 needs one.
func digitsOf(perDecade float64) int {
	switch {
	case perDecade <= 3:
		return 1
	case perDecade <= 24:
		return 2
	}
	return 3
}

// significant rounds a number to significant digits.
func significant(n float64, digits int) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'e', digits-1, 64), 64) // cannot fail
	return rounded
}
