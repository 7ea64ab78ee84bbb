package compare

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// countedPValue returns the p-value by its definition: twice the share of all
// ways to split the values in which head is as extreme as it is, on its side.
func countedPValue(base, head []float64) float64 {
	all := append(append([]float64{}, base...), head...)
	observed := superiority(base, head)
	var above, below, ways float64
	for set := range 1 << len(all) {
		var dealt [2][]float64
		for i, value := range all {
			dealt[set>>i&1] = append(dealt[set>>i&1], value)
		}
		if len(dealt[0]) != len(base) {
			continue
		}
		ways++
		s := superiority(dealt[0], dealt[1])
		if s >= observed {
			above++
		}
		if s <= observed {
			below++
		}
	}
	side := above
	if observed < 0.5 {
		side = below
	}
	if observed == 0.5 {
		return 1
	}
	return min(2*side/ways, 1)
}

// Law: the p-value is the share found by counting all orders, also with ties and
// samples of unequal size.
func TestPValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0.25, 0.5, 0.75}))
		base, head := rapid.SliceOfN(values, 1, 6).Draw(t, "base"), rapid.SliceOfN(values, 1, 6).Draw(t, "head")
		got, back, want := pValue(base, head), pValue(head, base), countedPValue(base, head)
		if math.Abs(got-want) > 1e-9 {
			t.Fatalf("p = %v, want %v", got, want)
		}
		if math.Abs(got-back) > 1e-12 {
			t.Fatalf("p = %v, and %v with swapped samples", got, back)
		}
	})
	if pValue(nil, []float64{1}) != 1 || pValue([]float64{1}, nil) != 1 {
		t.Error("p is below 1 with an empty sample")
	}
	base := []float64{3, 1, 2}
	if pValue(base, []float64{5, 4}); base[0] != 3 {
		t.Error("pValue sorted its argument")
	}
}

// In the example of Benjamini and Hochberg's paper (1995), the four smallest of
// fifteen p-values are significant.
func TestBenjaminiHochberg(t *testing.T) {
	ps := []float64{
		0.0344, 0.0001, 0.0459, 0.0004, 0.3240, 0.0019, 0.4262, 0.0095,
		0.5719, 0.0201, 0.6528, 0.0278, 0.7590, 0.0298, 1,
	}
	significant := map[float64]bool{}
	for i, p := range benjaminiHochberg(ps) {
		if p <= 0.05 {
			significant[ps[i]] = true
		}
	}
	want := map[float64]bool{0.0001: true, 0.0004: true, 0.0019: true, 0.0095: true}
	if diff := cmp.Diff(want, significant); diff != "" {
		t.Errorf("significant (-want +got):\n%s", diff)
	}
	got := benjaminiHochberg([]float64{0.01, 0.03, 0.02})
	if diff := cmp.Diff([]float64{0.03, 0.03, 0.03}, got, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(benjaminiHochberg(nil)) != 0 {
		t.Error("benjaminiHochberg(nil) is not empty")
	}
}
