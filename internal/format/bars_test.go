package format

import (
	"math"
	"testing"
)

// A bar is as long as its share; a share above 0 is visible.
func TestBar(t *testing.T) {
	for share, want := range map[float64]string{
		0: "", 1: "████", 0.5: "██", 0.28125: "█▏", 1e-9: "▏", -1: "", 2: "████",
	} {
		if got := Bar(share, 4); got != want {
			t.Errorf("%g is %q, want %q", share, got, want)
		}
	}
	if got := Bar(0.5, -1); got != "" {
		t.Errorf("without room the bar is %q", got)
	}
}

// A sparkline is from 0 to the highest value, with gaps.
func TestSparkline(t *testing.T) {
	for want, values := range map[string][]float64{
		"▁▃▅▇█": {0, 1, 2, 3, 4}, "█ █": {5, math.NaN(), 5}, "▁▁": {0, 0}, " ": {math.NaN()}, "": nil,
	} {
		if got := Sparkline(values); got != want {
			t.Errorf("%v is %q, want %q", values, got, want)
		}
	}
}
