package compare

import (
	"math"
	"testing"
)

// The ranks agree with the published critical values of U for 5 %, two-sided: a
// rank is one above the critical value.
func TestIntervalRank(t *testing.T) {
	for _, row := range []struct{ n1, n2, critical int }{
		{3, 3, -1}, {3, 4, -1}, {2, 7, -1}, {2, 8, 0}, {3, 5, 0}, {4, 4, 0}, {4, 6, 2}, {5, 5, 2}, {5, 10, 8},
		{6, 6, 5}, {7, 7, 8}, {8, 8, 13}, {9, 9, 17}, {10, 10, 23}, {10, 20, 55}, {15, 15, 64}, {20, 20, 127},
		{1, 38, -1}, {1, 39, 0}, {0, 9, -1}, {9, 0, -1},
	} {
		if got := intervalRank(row.n1, row.n2, 0.05); got != row.critical+1 {
			t.Errorf("%d and %d: rank %d, want %d", row.n1, row.n2, got, row.critical+1)
		}
		if got := intervalRank(row.n2, row.n1, 0.05); got != row.critical+1 {
			t.Errorf("%d and %d: rank %d, want %d", row.n2, row.n1, got, row.critical+1)
		}
	}
	// Where the normal approximation takes over, it is the exact rank or one less.
	exact, normal := intervalRank(25, 100, 0.05), intervalRank(26, 100, 0.05)
	if approximate := normalRank(25, 100, 0.05); exact < approximate || exact > approximate+1 {
		t.Errorf("rank %d exact, %d approximate", exact, approximate)
	}
	if normal <= exact {
		t.Errorf("rank %d, and %d with one value more", exact, normal)
	}
}

// countByU agrees with enumerating all orders.
func TestCountByU(t *testing.T) {
	for n1 := 1; n1 <= 5; n1++ {
		for n2 := 1; n2 <= 6; n2++ {
			counted := make([]float64, n1*n2+1)
			for set := range 1 << (n1 + n2) { // the bits are the order
				ones, u := 0, 0
				for i := range n1 + n2 {
					if set>>i&1 == 1 {
						ones++
					} else {
						u += ones
					}
				}
				if ones == n1 {
					counted[u]++
				}
			}
			got := countByU(n1, n2)
			for u, ways := range got {
				if ways != counted[u] {
					t.Errorf("%d and %d: U = %d in %v orders, want %v", n1, n2, u, ways, counted[u])
				}
			}
			if len(got) != n1*n2/2+1 {
				t.Errorf("%d and %d: %d values of U", n1, n2, len(got))
			}
		}
	}
}

// The estimate is the median of all differences, also of infinite values.
func TestHodgesLehmann(t *testing.T) {
	inf := math.Inf(1)
	for _, test := range []struct {
		base, head []float64
		want       shift
	}{
		{[]float64{1}, []float64{3}, shift{estimate: 2}},
		{[]float64{1, 2}, []float64{3, 5}, shift{estimate: 2.5}},
		{[]float64{0, 1, 2, 3}, []float64{10, 10, 10, 10}, shift{8.5, 7, 10, true}},
		{[]float64{-inf, -inf}, []float64{-inf, -inf}, shift{estimate: 0}},
		{[]float64{-inf, -inf, -inf, -inf}, []float64{1, 1, 1, 1}, shift{inf, inf, inf, true}},
	} {
		if got := hodgesLehmann(test.base, test.head, 0.05); got != test.want {
			t.Errorf("from %v to %v: %+v, want %+v", test.base, test.head, got, test.want)
		}
	}
}
