package hist

import (
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// durations draws samples of the whole range and its limits, small values as likely
// as large ones.
func durations() *rapid.Generator[[]int64] {
	value := rapid.OneOf(
		rapid.SampledFrom([]int64{0, 1, 2, 2047, 2048, int64(time.Second), top - 1, top, top + 1, math.MaxInt64}),
		rapid.Custom(func(t *rapid.T) int64 {
			return rapid.Int64Min(0).Draw(t, "v") >> rapid.IntRange(0, 62).Draw(t, "shift")
		}),
	)
	return rapid.SliceOfN(value, 0, 200)
}

func record(values []int64) *Histogram {
	h := New()
	for _, v := range values {
		h.Record(time.Duration(v))
	}
	return h
}

// same reports whether two histograms are equal, count by count.
func same(a, b *Histogram) bool {
	return maps.Equal(maps.Collect(a.each), maps.Collect(b.each)) && a.counts.total == b.counts.total &&
		a.min == b.min && a.max == b.max && a.sumHigh == b.sumHigh && a.sumLow == b.sumLow && a.squares == b.squares
}

// Law: merging the parts of any split in any order gives the histogram of the
// whole.
func TestMergeEqualsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := durations().Draw(t, "values")
		parts := make([][]int64, rapid.IntRange(1, 8).Draw(t, "parts"))
		for _, v := range values {
			i := rapid.IntRange(0, len(parts)-1).Draw(t, "part")
			parts[i] = append(parts[i], v)
		}
		forward, backward := New(), New()
		for i := range parts {
			forward.Merge(record(parts[i]))
			backward.Merge(record(parts[len(parts)-1-i]))
		}
		whole := record(values)
		if !same(forward, whole) || !same(backward, whole) {
			t.Fatalf("merged parts differ from the whole of %v", values)
		}
	})
}

// Law: RecordN equals n calls of Record.
func TestRecordN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		atOnce, oneByOne := New(), New()
		for _, v := range durations().Draw(t, "values") {
			n := rapid.Int64Range(-1, 5).Draw(t, "times")
			atOnce.RecordN(time.Duration(v), n)
			for range n {
				oneByOne.Record(time.Duration(v))
			}
		}
		if !same(atOnce, oneByOne) {
			t.Fatalf("%v differs from %v", atOnce, oneByOne)
		}
	})
	many := New()
	many.RecordN(24*time.Hour, 1<<50)
	if got, want := many.Sum(), 86400*float64(1<<50); got != want || many.Count() != 1<<50 {
		t.Errorf("%d samples with a sum of %v, want %v", many.Count(), got, want)
	}
}

func TestExactStatistics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := durations().Filter(func(v []int64) bool { return len(v) > 0 }).Draw(t, "values")
		h := record(values)
		var sum float64
		for _, v := range values {
			sum += float64(v) / 1e9
		}
		if got, want := h.Count(), int64(len(values)); got != want {
			t.Errorf("count %d, want %d", got, want)
		}
		if got, want := h.Min(), time.Duration(slices.Min(values)); got != want {
			t.Errorf("min %d, want %d", got, want)
		}
		if got, want := h.Max(), time.Duration(slices.Max(values)); got != want {
			t.Errorf("max %d, want %d", got, want)
		}
		if got := h.Sum(); math.Abs(got-sum) > sum*1e-12 {
			t.Errorf("sum %v, want %v", got, sum)
		}
		if got, want := h.Mean(), h.Sum()/float64(len(values)); got != want {
			t.Errorf("mean %v, want %v", got, want)
		}
	})
}

// Law: a quantile is the order statistic, or at most 0.1 % above it.
func TestQuantileError(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2))
	shapes := map[string]func() float64{
		"uniform":     func() float64 { return source.Float64() * 1e8 },
		"exponential": func() float64 { return source.ExpFloat64() * 1e7 },
		"lognormal":   func() float64 { return math.Exp(source.NormFloat64()*2 + 12) },
		"pareto":      func() float64 { return 1e4 / math.Pow(1-source.Float64(), 1/1.2) },
		"bimodal": func() float64 {
			if source.Float64() < 0.01 {
				return 1e9 + source.Float64()*1e6
			}
			return 1e6 + source.Float64()*1e3
		},
		"constant":    func() float64 { return 123_456_789 },
		"tiny":        func() float64 { return float64(source.IntN(5)) },
		"narrow":      func() float64 { return 1e8 + source.NormFloat64()*1e3 },
		"normal":      func() float64 { return max(1e8+source.NormFloat64()*2e7, 0) },
		"half normal": func() float64 { return math.Abs(source.NormFloat64()) * 1e6 },
		"weibull 0.5": func() float64 { return 1e6 * math.Pow(source.ExpFloat64(), 2) },
		"weibull 3":   func() float64 { return 1e7 * math.Cbrt(source.ExpFloat64()) },
		"erlang 4": func() float64 {
			return 1e6 * (source.ExpFloat64() + source.ExpFloat64() + source.ExpFloat64() + source.ExpFloat64())
		},
		"triangular":      func() float64 { return 1e8 * (source.Float64() + source.Float64()) },
		"arcsine":         func() float64 { return 1e9 * math.Pow(math.Sin(source.Float64()*math.Pi/2), 2) },
		"cauchy":          func() float64 { return math.Abs(math.Tan(math.Pi*(source.Float64()-0.5))) * 1e5 },
		"log uniform":     func() float64 { return math.Exp(source.Float64() * math.Log(float64(top))) },
		"two constants":   func() float64 { return float64([]int64{1000, 3_600_000_000_000}[source.IntN(2)]) },
		"powers of two":   func() float64 { return float64(int64(1) << source.IntN(46)) },
		"just below them": func() float64 { return float64(int64(1)<<source.IntN(46) - 1) },
	}
	if len(shapes) < 20 {
		t.Fatalf("%d distributions, want 20", len(shapes))
	}
	for name, draw := range shapes {
		t.Run(name, func(t *testing.T) {
			values := make([]int64, 100_000)
			for i := range values {
				values[i] = min(int64(draw()), top)
			}
			h := record(values)
			slices.Sort(values)
			for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1} {
				rank := max(int(math.Ceil(q*float64(len(values)))), 1)
				want := float64(values[rank-1])
				if got := float64(h.Quantile(q)); got < want || got > want*1.001 {
					t.Errorf("q%v = %v, want %v to 0.1 %%", q, got, want)
				}
			}
		})
	}
}

// Law: the standard deviation is the exact one of the samples, not of the buckets.
func TestStdDev(t *testing.T) {
	for _, row := range []struct {
		values []int64
		want   float64
	}{
		{[]int64{1e9, 3e9}, 1},
		{[]int64{2e9, 2e9 + 2}, 1e-9}, // of one bucket, which is 2^20 ns wide
		{[]int64{2e9, 2e9, 2e9}, 0},
		{[]int64{0, math.MaxInt64}, float64(math.MaxInt64) / 2 / 1e9},
	} {
		if got := record(row.values).StdDev(); math.Abs(got-row.want) > row.want*1e-15 {
			t.Errorf("the deviation of %v is %v, want %v", row.values, got, row.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		values := durations().Filter(func(v []int64) bool { return len(v) > 0 }).Draw(t, "values")
		sum := new(big.Rat)
		for _, v := range values {
			sum.Add(sum, new(big.Rat).SetInt64(v))
		}
		n := new(big.Rat).SetInt64(int64(len(values)))
		mean, variance := sum.Quo(sum, n), new(big.Rat)
		for _, v := range values {
			off := new(big.Rat).Sub(new(big.Rat).SetInt64(v), mean)
			variance.Add(variance, off.Mul(off, off))
		}
		exact, _ := variance.Quo(variance, n).Float64()
		want := math.Sqrt(exact) / 1e9
		if got := record(values).StdDev(); math.Abs(got-want) > want*1e-14 {
			t.Errorf("the deviation of %v is %v, want %v", values, got, want)
		}
	})
}

func TestEmpty(t *testing.T) {
	reused := record([]int64{5, 10})
	reused.Reset()
	var absent *Histogram
	for name, h := range map[string]*Histogram{"new": New(), "reset": reused, "nil": absent} {
		if h.Count() != 0 || h.Min() != 0 || h.Max() != 0 || h.Mean() != 0 || h.StdDev() != 0 || h.Quantile(0.99) != 0 {
			t.Errorf("%s histogram is not empty: %+v", name, h)
		}
		h.Each(func(time.Duration, int64) { t.Errorf("%s histogram has a bucket", name) })
	}
}

func TestCloneIsIndependent(t *testing.T) {
	h := record([]int64{1, 2, 3})
	clone := h.Clone()
	if !same(h, clone) {
		t.Fatal("clone differs from its original")
	}
	clone.Record(4)
	if h.Count() != 3 || clone.Count() != 4 {
		t.Errorf("counts %d and %d after recording in the clone, want 3 and 4", h.Count(), clone.Count())
	}
}

// Law: the upper bound of a bucket is the longest duration that HdrHistogram counts
// in the same bucket.
func TestUpperBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, v := range durations().Draw(t, "values") {
			h := record([]int64{v})
			h.Each(func(upTo time.Duration, _ int64) {
				if want := h.hdr().ValueAtPercentile(100); int64(upTo) != want {
					t.Fatalf("the bucket of %d ends at %d, want %d", v, upTo, want)
				}
			})
		}
	})
}

func TestEachAddsUp(t *testing.T) {
	h := record([]int64{0, 1, 1, 5000, int64(time.Hour)})
	var count int64
	last := time.Duration(-1)
	h.Each(func(upTo time.Duration, n int64) {
		if upTo <= last {
			t.Errorf("bucket %v after %v", upTo, last)
		}
		last, count = upTo, count+n
	})
	if count != 5 || last < time.Hour {
		t.Errorf("buckets hold %d samples up to %v, want 5 up to an hour", count, last)
	}
}

func TestNegativeCountsAsZero(t *testing.T) {
	h := record([]int64{-1})
	if h.Count() != 1 || h.Max() != 0 || h.Sum() != 0 {
		t.Errorf("recorded -1 as count %d, max %v, sum %v", h.Count(), h.Max(), h.Sum())
	}
}

func TestRecordAllocatesNothing(t *testing.T) {
	h := New()
	if n := testing.AllocsPerRun(1000, func() { h.Record(12345) }); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
}

func BenchmarkRecord(b *testing.B) {
	h := New()
	b.ReportAllocs()
	for i := range b.N {
		h.Record(time.Duration(i & 0xfffff))
	}
}

func BenchmarkMerge(b *testing.B) {
	h, other := New(), New()
	for i := range 1_000_000 {
		other.Record(time.Duration(i))
	}
	b.ReportAllocs()
	for b.Loop() {
		h.Merge(other)
	}
}
