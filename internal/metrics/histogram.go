package metrics

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/aurea-orchestrator/aurea/hist"
)

// bounds are the classic buckets, in seconds: 100 µs to 60 s.
var bounds = []float64{
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
type both struct{ classic, native prometheus.Metric }

// newBoth makes a metric of merged counts, without an observation anywhere.
func newBoth(desc *prometheus.Desc, h *hist.Histogram, workload string) (prometheus.Metric, error) {
	classic, native, zero := counts(h)
	metric := both{}
	var err error
	metric.classic, err = prometheus.NewConstHistogram(desc, uint64(h.Count()), h.Sum(), classic, workload)
	if err != nil {
		return nil, err
	}
	metric.native, err = prometheus.NewConstNativeHistogram(desc, uint64(h.Count()), h.Sum(), native, nil, zero, nativeSchema, nativeZero, time.Time{}, workload)
	return metric, err
}

// counts sorts a histogram's buckets into classic ones (cumulative, by upper
// bound) and native ones (by index), and those of no duration. A bucket of the
// histogram is 0.1 % wide and goes where its upper end lies.
func counts(h *hist.Histogram) (classic map[float64]uint64, native map[int]int64, zero uint64) {
	classic, native = map[float64]uint64{}, map[int]int64{}
	for _, bound := range bounds {
		classic[bound] = 0
	}
	h.Each(func(upTo time.Duration, count int64) {
		seconds := upTo.Seconds()
		for _, bound := range bounds {
			if seconds <= bound {
				classic[bound] += uint64(count)
			}
		}
		if upTo == 0 {
			zero += uint64(count)
			return
		}
		// Bucket i holds what is above 2^((i-1)/2^schema), up to 2^(i/2^schema).
		native[int(math.Ceil(math.Log2(seconds)*(1<<nativeSchema)))] += count
	})
	return classic, native, zero
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
	out.Histogram.CreatedTimestamp = nil // the constructor wants a time; none is known
	return nil
}
