package main

import (
	"math"
	"slices"
	"testing"
)

// A ratioEstimate is a ratio of two rates that were measured in turns: the median
// of the ratios of its blocks, and the 95 % interval of that median.
type ratioEstimate struct{ median, low, high float64 }

// ratioBlocks are the blocks of an estimate. The 3rd and the 10th of 12 sorted
// ratios are the 96 % interval of their median, by the binomial distribution.
const ratioBlocks = 12

// measureRatio measures the rates of two things in turns and returns the first by
// the second. Each block measures first, second, second, first, and divides the
// geometric means: a machine that becomes steadily slower changes no ratio.
func measureRatio(first, second func() float64) ratioEstimate {
	ratios := make([]float64, ratioBlocks)
	for i := range ratios {
		a, b := first(), second()
		b *= second()
		a *= first()
		ratios[i] = math.Sqrt(a / b)
	}
	slices.Sort(ratios)
	return ratioEstimate{
		median: (ratios[ratioBlocks/2-1] + ratios[ratioBlocks/2]) / 2,
		low:    ratios[2],
		high:   ratios[ratioBlocks-3],
	}
}

// report adds the estimate to the metrics of a benchmark.
func (r ratioEstimate) report(b *testing.B, name string) {
	b.Helper()
	b.ReportMetric(r.median, name)
	b.ReportMetric(r.low, name+"-low")
	b.ReportMetric(r.high, name+"-high")
}

// A drifting machine and a few disturbed segments do not change a ratio.
func TestRatioOfADriftingMachine(t *testing.T) {
	const want = 0.97
	segment := 0
	rate := func(share float64) func() float64 {
		return func() float64 {
			segment++
			rate := 1e8 * share * math.Exp(-0.01*float64(segment))
			if segment%17 == 0 { // another process takes half of the machine
				rate /= 2
			}
			return rate
		}
	}
	r := measureRatio(rate(want), rate(1))
	if segment != 4*ratioBlocks {
		t.Errorf("%d segments, want %d", segment, 4*ratioBlocks)
	}
	if math.Abs(r.median-want) > 1e-9 {
		t.Errorf("the ratio is %v, want %v", r.median, want)
	}
	if r.low > r.median || r.high < r.median {
		t.Errorf("the interval %v to %v does not contain the median %v", r.low, r.high, r.median)
	}
	if r.high-r.low > 1e-9 {
		t.Errorf("two disturbed blocks widen the interval to %v to %v", r.low, r.high)
	}
}
