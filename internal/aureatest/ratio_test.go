package aureatest

import (
	"math"
	"testing"
)

// A drifting machine and a few disturbed segments do not change a ratio.
func TestRatioOfADriftingMachine(t *testing.T) {
	const want = 0.97
	const blocks = 12
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
	r := MeasureRatio(blocks, rate(want), rate(1))
	if segment != 4*blocks {
		t.Errorf("%d segments, want %d", segment, 4*blocks)
	}
	if math.Abs(r.Median-want) > 1e-9 {
		t.Errorf("the ratio is %v, want %v", r.Median, want)
	}
	if r.Low > r.Median || r.High < r.Median {
		t.Errorf("the interval %v to %v does not contain the median %v", r.Low, r.High, r.Median)
	}
	if r.High-r.Low > 1e-9 {
		t.Errorf("two disturbed blocks widen the interval to %v to %v", r.Low, r.High)
	}
}

// The 3rd and the 10th of 12 sorted values are the limits, and the 1st and the
// 6th of 6, as tables of the sign test have it.
func TestOutsideMedian(t *testing.T) {
	for n, want := range map[int]int{6: 0, 8: 0, 9: 1, 12: 2, 20: 5, 50: 17, 100: 39} {
		if got := outsideMedian(n); got != want {
			t.Errorf("of %d values %d lie outside, want %d", n, got, want)
		}
	}
}
