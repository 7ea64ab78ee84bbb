package report

import (
	"math"
	"testing"
)

func pow10(e float64) float64 { return math.Pow(10, e) }

// A bar is as long as its share; a share above 0 is visible.
func TestBar(t *testing.T) {
	for share, want := range map[float64]string{0: "", 1: "████", 0.5: "██", 0.28125: "█▏", 1e-9: "▏"} {
		if got := bar(share, 4); got != want {
			t.Errorf("%g is %q, want %q", share, got, want)
		}
	}
}

// A sparkline is from 0 to the highest value, with gaps.
func TestSparkline(t *testing.T) {
	for want, values := range map[string][]float64{
		"▁▃▅▇█": {0, 1, 2, 3, 4}, "█ █": {5, math.NaN(), 5}, "▁▁": {0, 0}, " ": {math.NaN()}, "": nil,
	} {
		if got := sparkline(values); got != want {
			t.Errorf("%v is %q, want %q", values, got, want)
		}
	}
}
