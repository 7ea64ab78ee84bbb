package metrics

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/aurea-orchestrator/aurea/hist"
)

// bounds are the upper bounds of the classic buckets, in seconds: 100 µs to 60
// s.
var bounds = [...]float64{
	0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
	0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
}

// nativeSchema makes each native bucket 2^(1/8), about 9 %, wider than the
// previous one.
const nativeSchema = 3

// nativeZero is the width of the native zero bucket, which holds only durations
// below a nanosecond.
const nativeZero = 0.5e-9

// dualHistogram is one histogram with classic buckets, for the text formats,
// and native buckets, for protobuf.
type dualHistogram struct {
	classic, native prometheus.Metric
	created         bool // whether the start of the counting is known
}

// newHistogram returns the metric of a histogram that has counted since the
// given time. The zero time means that the start is unknown.
func newHistogram(desc *prometheus.Desc, h *hist.Histogram, since time.Time, workload string) (prometheus.Metric,
	error) {
	c := countBuckets(h)
	metric := dualHistogram{created: !since.IsZero()}
	var err error
	metric.classic, err = prometheus.NewConstHistogram(desc, uint64(h.Count()), h.Sum(), c.classic(), workload)
	if err != nil {
		return nil, err
	}
	metric.native, err = prometheus.NewConstNativeHistogram(desc, uint64(h.Count()), h.Sum(),
		c.native, nil, c.zero, nativeSchema, nativeZero, since, workload)
	return metric, err
}

// bucketCounts are a histogram's samples in classic and in native buckets.
type bucketCounts struct {
	upTo   [len(bounds)]uint64 // by classic bucket, not cumulative
	native map[int]int64       // by index
	zero   uint64              // samples of 0 s
}

// countBuckets distributes the buckets of h over classic and native buckets. A
// bucket of h is 0.1 % wide and belongs to the bucket that contains its upper
// end. h has tens of thousands of buckets in ascending order, so the loop
// computes a native index only when a bound is passed.
func countBuckets(h *hist.Histogram) bucketCounts {
	c := bucketCounts{native: map[int]int64{}}
	bound, index := 0, 0
	below, within := 0.0, int64(0) // the upper bound and the count of native bucket index
	h.Each(func(upTo time.Duration, count int64) {
		seconds := upTo.Seconds()
		for bound < len(bounds) && seconds > bounds[bound] {
			bound++
		}
		if bound < len(bounds) {
			c.upTo[bound] += uint64(count)
		}
		switch {
		case upTo == 0:
			c.zero = uint64(count)
		case seconds > below:
			c.setNative(index, within)
			// Bucket i holds what is above 2^((i-1)/2^schema), up to 2^(i/2^schema).
			index = int(math.Ceil(math.Log2(seconds) * (1 << nativeSchema)))
			below = math.Exp2(float64(index) / (1 << nativeSchema))
			within = count
		default:
			within += count
		}
	})
	c.setNative(index, within)
	return c
}

// setNative sets the count of a native bucket, unless the bucket is empty.
func (c bucketCounts) setNative(index int, count int64) {
	if count > 0 {
		c.native[index] = count
	}
}

// classic returns the cumulative counts by upper bound.
func (c bucketCounts) classic() map[float64]uint64 {
	cumulative := make(map[float64]uint64, len(bounds))
	var sum uint64
	for i, bound := range bounds {
		sum += c.upTo[i]
		cumulative[bound] = sum
	}
	return cumulative
}

// Desc returns the metric's description.
func (b dualHistogram) Desc() *prometheus.Desc { return b.native.Desc() }

// Write adds both kinds of buckets to out.
func (b dualHistogram) Write(out *dto.Metric) error {
	if err := b.native.Write(out); err != nil {
		return err
	}
	var classic dto.Metric
	if err := b.classic.Write(&classic); err != nil {
		return err
	}
	out.Histogram.Bucket = classic.Histogram.Bucket
	if !b.created {
		out.Histogram.CreatedTimestamp = nil // the constructor sets one
	}
	return nil
}
