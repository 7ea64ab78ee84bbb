package metrics

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
)

func record(samples ...time.Duration) *hist.Histogram {
	h := hist.New()
	for _, sample := range samples {
		h.Record(sample)
	}
	return h
}

// exported is the histogram as a scraper of protobuf gets it.
func exported(t testing.TB, h *hist.Histogram) *dto.Histogram {
	t.Helper()
	tally := aurea.NewTally()
	tally.ServiceTime = h
	families := scrape(t, handler(t, always(of("sleep", tally))), acceptProtobuf)
	family := families["benchmark_job_duration_seconds"]
	if family.GetType() != dto.MetricType_HISTOGRAM || len(family.GetMetric()) != 1 {
		t.Fatalf("exported as %v", family)
	}
	return family.GetMetric()[0].GetHistogram()
}

// buckets are the counts of a native histogram by index.
func buckets(h *dto.Histogram) map[int]int64 {
	counts := map[int]int64{}
	index, i, count := 0, 0, int64(0)
	for _, span := range h.GetPositiveSpan() {
		index += int(span.GetOffset())
		for range span.GetLength() {
			count += h.GetPositiveDelta()[i]
			if count != 0 {
				counts[index] = count
			}
			i++
			index++
		}
	}
	return counts
}

// The classic buckets count what is not longer than their bound.
func TestClassicBuckets(t *testing.T) {
	for i, bound := range bounds {
		exact := time.Duration(math.Round(bound * 1e9))
		below, above := exact-exact/500, exact+exact/500 // by 0.2 %
		h := exported(t, record(below, below, above, 0))
		if len(h.GetBucket()) != len(bounds) || h.GetSampleCount() != 4 || h.GetSampleSum() != (2*below+above).Seconds() {
			t.Fatalf("%d buckets, count %d, sum %v", len(h.GetBucket()), h.GetSampleCount(), h.GetSampleSum())
		}
		for k, bucket := range h.GetBucket() {
			want := uint64(1) // the zero
			if k >= i {
				want += 2
			}
			if k > i {
				want++
			}
			if bucket.GetUpperBound() != bounds[k] || bucket.GetCumulativeCount() != want {
				t.Errorf("two of %v and one of %v: %d up to %v, want %d up to %v",
					below, above, bucket.GetCumulativeCount(), bucket.GetUpperBound(), want, bounds[k])
			}
		}
	}
}

func durations() *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		bits := rapid.IntRange(0, 46).Draw(t, "bits") // evenly over the orders of magnitude, to 20 hours
		return time.Duration(rapid.Int64Range(0, 1<<bits).Draw(t, "ns"))
	})
}

// Law: a classic bucket never counts a sample that is longer than its bound, and
// misses only those that are shorter by less than 0.1 %. Count and sum are
// exact.
func TestClassicBucketsAreCumulative(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		samples := rapid.SliceOfN(durations(), 1, 50).Draw(rt, "samples")
		h := exported(t, record(samples...))
		var sum time.Duration
		for _, sample := range samples {
			sum += sample
		}
		if h.GetSampleCount() != uint64(len(samples)) || h.GetSampleSum() != sum.Seconds() && math.Abs(h.GetSampleSum()/sum.Seconds()-1) > 1e-15 {
			rt.Errorf("count %d, sum %v, want %d, %v", h.GetSampleCount(), h.GetSampleSum(), len(samples), sum.Seconds())
		}
		for _, bucket := range h.GetBucket() {
			atMost, atLeast := uint64(0), uint64(0)
			for _, sample := range samples {
				if sample.Seconds() <= bucket.GetUpperBound() {
					atMost++
				}
				if sample.Seconds()*1.001 <= bucket.GetUpperBound() {
					atLeast++
				}
			}
			if got := bucket.GetCumulativeCount(); got < atLeast || got > atMost {
				rt.Errorf("%d samples up to %v, want %d to %d", got, bucket.GetUpperBound(), atLeast, atMost)
			}
		}
	})
}

// Law: the native buckets are those of Prometheus' own histogram of the same
// samples, unless a sample lies within 0.1 % of a bound.
func TestNativeBuckets(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		samples := slices.DeleteFunc(rapid.SliceOfN(durations(), 1, 50).Draw(rt, "samples"), func(sample time.Duration) bool {
			index := func(seconds float64) float64 { return math.Ceil(math.Log2(seconds) * 8) }
			return sample > 0 && index(sample.Seconds()*1.001) != index(sample.Seconds()*0.999)
		})
		reference := prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "reference", Buckets: bounds[:], NativeHistogramBucketFactor: 1.1, NativeHistogramZeroThreshold: nativeZero,
		})
		for _, sample := range samples {
			reference.Observe(sample.Seconds())
		}
		var metric dto.Metric
		if err := reference.Write(&metric); err != nil {
			rt.Fatal(err)
		}
		want, got := metric.GetHistogram(), exported(t, record(samples...))
		if want.GetSchema() != 3 || got.GetSchema() != want.GetSchema() || got.GetZeroThreshold() != want.GetZeroThreshold() {
			rt.Fatalf("schema %d, zero below %v; want %d, %v", got.GetSchema(), got.GetZeroThreshold(), want.GetSchema(), want.GetZeroThreshold())
		}
		if got.GetZeroCount() != want.GetZeroCount() || got.GetSampleCount() != want.GetSampleCount() {
			rt.Errorf("%d zeros of %d, want %d of %d", got.GetZeroCount(), got.GetSampleCount(), want.GetZeroCount(), want.GetSampleCount())
		}
		if diff := cmp.Diff(buckets(want), buckets(got)); diff != "" {
			rt.Errorf("buckets (-want +got):\n%s", diff)
		}
	})
}

// Law: wherever the samples lie, the native buckets and the zeros are all of
// them, and each is in the bucket of its duration or of one 0.1 % longer.
func TestNativeBucketsCountAll(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sample := durations().Draw(rt, "sample")
		h := exported(t, record(sample, sample, 0))
		counts := buckets(h)
		total := int64(h.GetZeroCount())
		for index, count := range counts {
			total += count
			low, high := math.Exp2(float64(index-1)/8), math.Exp2(float64(index)/8)
			const rounding = 1e-9
			if s := sample.Seconds(); s > high*(1+rounding) || s*1.001 <= low*(1-rounding) {
				rt.Errorf("%v is in bucket %d, which is %v to %v", sample, index, low, high)
			}
		}
		if total != 3 || h.GetSampleCount() != 3 || len(h.GetNegativeSpan()) != 0 {
			rt.Errorf("%d in buckets of %d, want 3 of 3", total, h.GetSampleCount())
		}
	})
}

// What lies exactly at a native bound, a power of two, is below it.
func TestNativeBounds(t *testing.T) {
	for _, test := range []struct {
		sample time.Duration
		index  int
	}{
		{time.Second + 2*ms, 1}, {time.Second - 2*ms, 0}, {2*time.Second - 4*ms, 8}, {2*time.Second + 4*ms, 9},
		{500*ms - ms, -8}, {500*ms + ms, -7}, {1500 * ms, 5}, {time.Nanosecond, -239}, {20 * time.Hour, 130},
	} {
		if diff := cmp.Diff(map[int]int64{test.index: 1}, buckets(exported(t, record(test.sample)))); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.sample, diff)
		}
	}
}

// Beyond a day durations are counted as a day, and still summed exactly.
func TestLongest(t *testing.T) {
	h := exported(t, record(30*time.Hour))
	if h.GetSampleSum() != 30*3600 || h.GetSampleCount() != 1 || h.GetBucket()[len(bounds)-1].GetCumulativeCount() != 0 {
		t.Errorf("exported as %v", h)
	}
	if diff := cmp.Diff(map[int]int64{132: 1}, buckets(h)); diff != "" { // 2^(131/8) s is 23 h 40 min
		t.Errorf("buckets (-want +got):\n%s", diff)
	}
}

// A histogram without samples is exported as one that is native, and empty.
func TestEmpty(t *testing.T) {
	h := exported(t, record())
	if h.GetSampleCount() != 0 || h.GetSampleSum() != 0 || h.GetZeroCount() != 0 || len(buckets(h)) != 0 || len(h.GetBucket()) != len(bounds) {
		t.Errorf("exported as %v", h)
	}
	if h.GetZeroThreshold() == 0 && len(h.GetPositiveSpan()) == 0 {
		t.Error("nothing says that the histogram is native")
	}
}

// When the counting began is either not said, or said truly.
func TestCreatedTimestamp(t *testing.T) {
	created := exported(t, record(ms)).GetCreatedTimestamp()
	if created != nil && created.AsTime().Year() < 2000 {
		t.Errorf("the histogram says it was created at %v", created.AsTime())
	}
}
