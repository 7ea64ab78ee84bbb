package compare

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The band that one of K equidistant looks leaves in 5 % of cases is the constant
// of O'Brien and Fleming's test in Jennison and Turnbull (2000), table 2.3.
func TestExitProbability(t *testing.T) {
	for looks, constant := range map[int]float64{
		1: 1.960, 2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040, 8: 2.072, 10: 2.087, 20: 2.126,
	} {
		if got := exitProbability(constant, 1, looks); math.Abs(got-0.05) > 2e-4 {
			t.Errorf("%d looks leave ±%v with a probability of %v, want 0.05", looks, constant, got)
		}
	}
	if got := exitProbability(9, 4, 10); got != normalTails(9) {
		t.Errorf("a band of 9 is left with a probability of %v, want %v", got, normalTails(9))
	}
}

// Law: a look needs stronger evidence than a comparison that is made once, an
// earlier look stronger evidence than a later one. A p-value is significant
// after the correction exactly if it is at most the level of its look.
func TestSequence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSequence(rapid.IntRange(5, 30).Draw(t, "planned"))
		n := rapid.IntRange(4, s.planned).Draw(t, "runs")
		level := s.level(n, n)
		if level > 0.05 {
			t.Fatalf("the level of look %d of %d is %v, above 0.05", n, s.planned, level)
		}
		if before := s.level(n-1, n); before > level {
			t.Fatalf("the level of look %d of %d is %v, after %v", n, s.planned, level, before)
		}
		p := rapid.Float64Range(1e-9, 0.1).Draw(t, "p")
		if math.Abs(p-level) < 1e-6 {
			return // on the edge, where rounding decides
		}
		if adjusted := s.adjust(p, n, n); (adjusted <= 0.05) != (p <= level) {
			t.Fatalf("look %d of %d: p = %v becomes %v, with a level of %v", n, s.planned, p, adjusted, level)
		}
	})
}

// A comparison that is made once needs no correction, and neither do samples
// without values.
func TestSequenceOfOneLook(t *testing.T) {
	for _, s := range []sequence{newSequence(0), newSequence(1), newSequence(4)} {
		if got := s.adjust(0.03, 4, 4); got != 0.03 {
			t.Errorf("%+v: p = 0.03 becomes %v", s, got)
		}
		if got := s.level(4, 4); got != 0.05 {
			t.Errorf("%+v: the level is %v, want 0.05", s, got)
		}
	}
	if got := newSequence(10).adjust(1, 0, 3); got != 1 {
		t.Errorf("without values p = 1 becomes %v", got)
	}
	// The last of ten looks is nearly as good as the only one.
	if got := newSequence(10).level(10, 10); got < 0.035 || got > 0.05 {
		t.Errorf("the level of the last of ten looks is %v", got)
	}
}
