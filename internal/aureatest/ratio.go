package aureatest

import (
	"math"
	"slices"
	"testing"
)

// A RatioEstimate is a ratio of two rates that were measured in turns: the median
// of the ratios of its blocks, and the limits of the 95 % interval of that median.
type RatioEstimate struct{ Median, Low, High float64 }

// MeasureRatio measures the rates of two things in turns and returns the first by
// the second, as the median of 6 or more blocks. Each block measures first, second,
// second, first, and divides the geometric means: a machine that becomes steadily
// slower changes no ratio.
func MeasureRatio(blocks int, first, second func() float64) RatioEstimate {
	ratios := make([]float64, blocks)
	for i := range ratios {
		a, b := first(), second()
		b *= second()
		a *= first()
		ratios[i] = math.Sqrt(a / b)
	}
	slices.Sort(ratios)
	outside := outsideMedian(blocks)
	return RatioEstimate{
		Median: (ratios[(blocks-1)/2] + ratios[blocks/2]) / 2,
		Low:    ratios[outside],
		High:   ratios[blocks-1-outside],
	}
}

// outsideMedian returns how many of n sorted values lie on each side of the
// shortest interval that has their median with 95 %, by the binomial
// distribution of how many are below it.
func outsideMedian(n int) int {
	tail, exactly := 0.0, math.Pow(0.5, float64(n))
	for k := range n / 2 {
		tail += exactly
		if tail > 0.025 {
			return k - 1
		}
		exactly *= float64(n-k) / float64(k+1)
	}
	panic("fewer than 6 values have no such interval")
}

// Report adds the estimate to the metrics of a benchmark.
func (r RatioEstimate) Report(b *testing.B, name string) {
	b.Helper()
	b.ReportMetric(r.Median, name)
	b.ReportMetric(r.Low, name+"-low")
	b.ReportMetric(r.High, name+"-high")
}
