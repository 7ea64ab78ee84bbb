package aureatest

import (
	"math"
	"slices"
	"testing"
)

// A RatioEstimate is a ratio of two rates that were measured in turns: the median
// of the ratios of its blocks, and the limits of the 95 % interval of that median.
type RatioEstimate struct{ Median, Low, High float64 }

// ratioBlocks are the blocks of an estimate. The 3rd and the 10th of 12 sorted
// ratios are the 96 % interval of their median, by the binomial distribution.
const ratioBlocks = 12

// MeasureRatio measures the rates of two things in turns and returns the first by
// the second. Each block measures first, second, second, first, and divides the
// geometric means: a machine that becomes steadily slower changes no ratio.
func MeasureRatio(first, second func() float64) RatioEstimate {
	ratios := make([]float64, ratioBlocks)
	for i := range ratios {
		a, b := first(), second()
		b *= second()
		a *= first()
		ratios[i] = math.Sqrt(a / b)
	}
	slices.Sort(ratios)
	return RatioEstimate{
		Median: (ratios[ratioBlocks/2-1] + ratios[ratioBlocks/2]) / 2,
		Low:    ratios[2],
		High:   ratios[ratioBlocks-3],
	}
}

// Report adds the estimate to the metrics of a benchmark.
func (r RatioEstimate) Report(b *testing.B, name string) {
	b.Helper()
	b.ReportMetric(r.Median, name)
	b.ReportMetric(r.Low, name+"-low")
	b.ReportMetric(r.High, name+"-high")
}
