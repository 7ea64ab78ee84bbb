package compare

import (
	"testing"

	"golang.org/x/perf/benchmath"
	"pgregory.net/rapid"
)

// Law: p-values, medians and their intervals are those that benchstat prints for
// the same numbers. With ties benchstat's p-value depends on which sample comes
// first; ours is the one with the lower sample first.
func TestBenchstat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		latency := rapid.OneOf(rapid.Float64Range(0.5, 2), rapid.SampledFrom([]float64{1, 1.25, 1.5}))
		lower := rapid.SliceOfN(latency, 1, 12).Draw(t, "lower")
		upper := rapid.SliceOfN(latency, 1, 12).Draw(t, "upper")
		if superiority(lower, upper) < 0.5 {
			lower, upper = upper, lower
		}
		thresholds := &benchmath.DefaultThresholds
		base := benchmath.NewSample(append([]float64{}, lower...), thresholds)
		head := benchmath.NewSample(append([]float64{}, upper...), thresholds)
		c := Results(resultsOf("base", lower...), resultsOf("head", upper...), Options{})
		m := findMetric(t, c, "mean_latency")
		want := benchmath.AssumeNothing.Compare(base, head)
		if m.P != min(want.P, 1) {
			t.Fatalf("p = %v, and %v of benchstat", m.P, want.P)
		}
		for _, side := range []struct {
			sample *benchmath.Sample
			got    Median
		}{{base, m.Base}, {head, m.Head}} {
			summary := benchmath.AssumeNothing.Summary(side.sample, 0.95)
			if side.got.Median != summary.Center {
				t.Fatalf("the median is %v, and %v of benchstat", side.got.Median, summary.Center)
			}
			if i := side.got.Interval; i != nil && (i.Low != summary.Lo || i.High != summary.Hi) {
				t.Fatalf("the interval is %+v, and [%v, %v] of benchstat", i, summary.Lo, summary.Hi)
			}
		}
	})
}
