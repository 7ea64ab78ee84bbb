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

// exported returns the histogram as a scraper receives it in protobuf.
func exported(t testing.TB, h *hist.Histogram) *dto.Histogram {
	t.Helper()
	tally := aurea.NewTally()
	tally.ServiceTime = h
	families := scrape(t, handler(t, constantStats(statsOf("sleep", tally))), acceptProtobuf)
	family := families["benchmark_job_duration_seconds"]
	if family.GetType() != dto.MetricType_HISTOGRAM || len(family.GetMetric()) != 1 {
		t.Fatalf("exported as %v", family)
	}
	return family.GetMetric()[0].GetHistogram()
}

// buckets returns the counts of a native histogram by index.
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

// checkTotals compares the number of classic buckets, the count and the sum of a
// histogram.
func checkTotals(t *testing.T, h *dto.Histogram, count uint64, sum float64) {
	t.Helper()
	if got := len(h.GetBucket()); got != len(bounds) {
		t.Fatalf("%d classic buckets, want %d", got, len(bounds))
	}
	if got := h.GetSampleCount(); got != count {
		t.Fatalf("sample count %d, want %d", got, count)
	}
	if got := h.GetSampleSum(); got != sum {
		t.Fatalf("sample sum %v, want %v", got, sum)
	}
}

// A classic bucket counts the samples up to its bound.
func TestClassicBuckets(t *testing.T) {
	for i, bound := range bounds {
		exact := time.Duration(math.Round(bound * 1e9))
		below, above := exact-exact/500, exact+exact/500 // by 0.2 %
		h := exported(t, record(below, below, above, 0))
		checkTotals(t, h, 4, (2*below + above).Seconds())
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

// durations generates durations up to 20 hours, evenly over the orders of
// magnitude.
func durations() *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		bits := rapid.IntRange(0, 46).Draw(t, "bits")
		return time.Duration(rapid.Int64Range(0, 1<<bits).Draw(t, "ns"))
	})
}

// Law: a classic bucket never counts a sample above its bound, and misses only
// samples less than 0.1 % below it. Count and sum are exact.
func TestClassicBucketsAreCumulative(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		samples := rapid.SliceOfN(durations(), 1, 50).Draw(rt, "samples")
		h := exported(t, record(samples...))
		var sum time.Duration
		for _, sample := range samples {
			sum += sample
		}
		if h.GetSampleCount() != uint64(len(samples)) {
			rt.Errorf("count %d, want %d", h.GetSampleCount(), len(samples))
		}
		if got := h.GetSampleSum(); got != sum.Seconds() && math.Abs(got/sum.Seconds()-1) > 1e-15 {
			rt.Errorf("sum %v, want %v", got, sum.Seconds())
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

// Law: the native buckets equal those of Prometheus' own histogram of the same
// samples, unless a sample is within 0.1 % of a bound.
func TestNativeBuckets(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		samples := slices.DeleteFunc(rapid.SliceOfN(durations(), 1, 50).Draw(rt, "samples"),
			func(sample time.Duration) bool {
				index := func(seconds float64) float64 { return math.Ceil(math.Log2(seconds) * 8) }
				return sample > 0 && index(sample.Seconds()*1.001) != index(sample.Seconds()*0.999)
			})
		reference := prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "reference", Buckets: bounds[:], NativeHistogramBucketFactor: 1.1,
			NativeHistogramZeroThreshold: nativeZero,
		})
		for _, sample := range samples {
			reference.Observe(sample.Seconds())
		}
		var metric dto.Metric
		if err := reference.Write(&metric); err != nil {
			rt.Fatal(err)
		}
		want, got := metric.GetHistogram(), exported(t, record(samples...))
		if want.GetSchema() != 3 {
			rt.Fatalf("Prometheus' schema is %d, want 3", want.GetSchema())
		}
		if got.GetSchema() != want.GetSchema() {
			rt.Fatalf("schema %d, want %d", got.GetSchema(), want.GetSchema())
		}
		if got.GetZeroThreshold() != want.GetZeroThreshold() {
			rt.Fatalf("zero threshold %v, want %v", got.GetZeroThreshold(), want.GetZeroThreshold())
		}
		if got.GetZeroCount() != want.GetZeroCount() {
			rt.Errorf("zero count %d, want %d", got.GetZeroCount(), want.GetZeroCount())
		}
		if got.GetSampleCount() != want.GetSampleCount() {
			rt.Errorf("sample count %d, want %d", got.GetSampleCount(), want.GetSampleCount())
		}
		if diff := cmp.Diff(buckets(want), buckets(got)); diff != "" {
			rt.Errorf("buckets (-want +got):\n%s", diff)
		}
	})
}

// Law: the native buckets and the zero bucket count every sample, each in the
// bucket of its duration or of one 0.1 % longer.
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
		if total != 3 || h.GetSampleCount() != 3 {
			rt.Errorf("%d in buckets of %d, want 3 of 3", total, h.GetSampleCount())
		}
		if n := len(h.GetNegativeSpan()); n != 0 {
			rt.Errorf("%d spans of negative buckets, want none", n)
		}
	})
}

// A sample exactly at a native bound, a power of two, is counted below it.
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

// Durations above a day are counted as a day; their sum is exact.
func TestLongest(t *testing.T) {
	h := exported(t, record(30*time.Hour))
	checkTotals(t, h, 1, 30*3600)
	if n := h.GetBucket()[len(bounds)-1].GetCumulativeCount(); n != 0 {
		t.Errorf("the longest classic bucket counts %d, want 0", n)
	}
	if diff := cmp.Diff(map[int]int64{132: 1}, buckets(h)); diff != "" { // 2^(131/8) s is 23 h 40 min
		t.Errorf("buckets (-want +got):\n%s", diff)
	}
}

// An empty histogram is exported as an empty native histogram.
func TestEmpty(t *testing.T) {
	h := exported(t, record())
	checkTotals(t, h, 0, 0)
	if n := h.GetZeroCount(); n != 0 {
		t.Errorf("zero count %d, want 0", n)
	}
	if got := buckets(h); len(got) != 0 {
		t.Errorf("native buckets %v, want none", got)
	}
	if h.GetZeroThreshold() == 0 && len(h.GetPositiveSpan()) == 0 {
		t.Error("the histogram is not marked as native")
	}
}

// The created timestamp is absent or correct.
func TestCreatedTimestamp(t *testing.T) {
	created := exported(t, record(ms)).GetCreatedTimestamp()
	if created != nil && created.AsTime().Year() < 2000 {
		t.Errorf("created timestamp %v", created.AsTime())
	}
}
