package compare

import (
	"math"
	"slices"
)

// confidence is that of every interval of a comparison, and 1 − confidence the
// share of false alarms that it accepts.
const confidence = 0.95

// A shift is by how much one sample lies above another, and, where there are
// enough values to tell, the interval that holds the true shift with the
// confidence.
type shift struct {
	estimate, low, high float64
	bounded             bool // there is an interval
}

// shiftOf is the shift from base to head, neither of which is empty: Hodges and
// Lehmann's, the median of the differences of all pairs (1963). The interval is
// what the Mann–Whitney test does not refuse, and so assumes nothing of the
// distribution but that the two are alike apart from where they lie (Moses; as in
// Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, §4.3). Swapping
// the samples negates the shift.
func shiftOf(base, head []float64) shift {
	differences := make([]float64, 0, len(base)*len(head))
	for _, b := range base {
		for _, h := range head {
			difference := h - b
			if h == b { // two that are infinite do not differ
				difference = 0
			}
			differences = append(differences, difference)
		}
	}
	slices.Sort(differences)
	s := shift{estimate: middle(differences)}
	if rank := intervalRank(len(base), len(head)); rank > 0 {
		s.low, s.high, s.bounded = differences[rank-1], differences[len(differences)-rank], true
	}
	return s
}

// middle is the median of sorted values.
func middle(sorted []float64) float64 {
	low, high := sorted[(len(sorted)-1)/2], sorted[len(sorted)/2]
	if low == high { // infinite ones too
		return low
	}
	return (low + high) / 2
}

// intervalRank is which of the sorted differences of n1 × n2 pairs bounds the
// interval, counted from either end: the greatest k for which U < k is no more
// likely than what may lie below. It is 0 when so few values can bound nothing,
// which is when no test of them can tell a difference either.
func intervalRank(n1, n2 int) int {
	if n1 == 0 || n2 == 0 {
		return 0
	}
	if n1*n2 > exactPairs {
		return normalRank(float64(n1), float64(n2))
	}
	ways := orderings(n1, n2)
	below := (1 - confidence) / 2 * math.Round(binomial(n1+n2, n1))
	rank, sum := 0, 0.0
	for ; rank < len(ways); rank++ {
		if sum += ways[rank]; sum > below*(1+1e-12) { // as much as is allowed is allowed, whatever was rounded
			break
		}
	}
	return rank
}

// exactPairs is up to how many pairs the distribution of U is counted out: 50 × 50,
// as the test does. With more the normal one is as good.
const exactPairs = 2500

// normalRank is intervalRank by the normal approximation of U.
func normalRank(n1, n2 float64) int {
	const z = 1.959963984540054 // the normal quantile of (1 + confidence) / 2
	return int(n1*n2/2 - z*math.Sqrt(n1*n2*(n1+n2+1)/12))
}

// orderings is in how many orders of n1 and n2 values U, the number of pairs that
// stand the wrong way round, is 0, 1, and so on to the middle: Mann and Whitney's
// recurrence (1947), by which of the two samples the largest value is of.
func orderings(n1, n2 int) []float64 {
	table := make([][]float64, n1+1)
	for i := range table {
		table[i] = make([]float64, n1*n2/2+1)
		table[i][0] = 1
	}
	for j := 1; j <= n2; j++ {
		for i := 1; i <= n1; i++ {
			for u := j; u < len(table[i]); u++ {
				table[i][u] += table[i-1][u-j]
			}
		}
	}
	return table[n1]
}

// binomial is how many ways there are to choose k of n.
func binomial(n, k int) float64 {
	ways := 1.0
	for i := 1; i <= k; i++ {
		ways = ways * float64(n-k+i) / float64(i)
	}
	return ways
}
