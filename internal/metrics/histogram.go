package metrics

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/aurea-orchestrator/aurea/hist"
)

// bounds are the classic buckets, in seconds: 100 µs to 60 s.
var bounds = [...]float64{
	0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
	0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
}

// nativeSchema makes a native bucket 2^(1/8), about 9 %, wider than the last.
const nativeSchema = 3

// nativeZero is the width of the native zero bucket: nothing shorter than a
// nanosecond is told apart.
const nativeZero = 0.5e-9

// A both is one histogram in its two forms: classic buckets for whoever reads
// text, native ones for whoever asks for protobuf.
type both struct {
	classic, native prometheus.Metric
	created         bool // it is known since when is counted
}

// newBoth makes a metric of merged counts, without an observation anywhere,
// which are counted since a moment; the zero time says nothing of it.
func newBoth(desc *prometheus.Desc, h *hist.Histogram, since time.Time, workload string) (prometheus.Metric, error) {
	c := bucketed(h)
	metric := both{created: !since.IsZero()}
	var err error
	metric.classic, err = prometheus.NewConstHistogram(desc, uint64(h.Count()), h.Sum(), c.classic(), workload)
	if err != nil {
		return nil, err
	}
	metric.native, err = prometheus.NewConstNativeHistogram(desc, uint64(h.Count()), h.Sum(), c.native, nil, c.zero, nativeSchema, nativeZero, since, workload)
	return metric, err
}

// counts are a histogram's samples, sorted into both kinds of buckets.
type counts struct {
	upTo   [len(bounds)]uint64 // up to a bound and above the one before
	native map[int]int64       // by index
	zero   uint64              // of no duration
}

// bucketed sorts a histogram's buckets, the shortest first, into the others. A
// bucket of the histogram is 0.1 % wide and goes where its upper end lies. There
// are tens of thousands, so what stays the same from one to the next is kept.
func bucketed(h *hist.Histogram) counts {
	c := counts{native: map[int]int64{}}
	bound, index := 0, 0
	below, within := 0.0, int64(0) // where native bucket index ends, and what is in it so far
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
			c.put(index, within)
			// Bucket i holds what is above 2^((i-1)/2^schema), up to 2^(i/2^schema).
			index = int(math.Ceil(math.Log2(seconds) * (1 << nativeSchema)))
			below = math.Exp2(float64(index) / (1 << nativeSchema))
			within = count
		default:
			within += count
		}
	})
	c.put(index, within)
	return c
}

func (c counts) put(index int, count int64) {
	if count > 0 {
		c.native[index] = count
	}
}

// classic are the cumulative counts by upper bound.
func (c counts) classic() map[float64]uint64 {
	cumulative := make(map[float64]uint64, len(bounds))
	var sum uint64
	for i, bound := range bounds {
		sum += c.upTo[i]
		cumulative[bound] = sum
	}
	return cumulative
}

// Desc describes the metric.
func (b both) Desc() *prometheus.Desc { return b.native.Desc() }

// Write fills in both forms.
func (b both) Write(out *dto.Metric) error {
	if err := b.native.Write(out); err != nil {
		return err
	}
	var classic dto.Metric
	if err := b.classic.Write(&classic); err != nil {
		return err
	}
	out.Histogram.Bucket = classic.Histogram.Bucket
	if !b.created {
		out.Histogram.CreatedTimestamp = nil // the constructor wants a time
	}
	return nil
}
