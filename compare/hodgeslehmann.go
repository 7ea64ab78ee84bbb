package compare

import (
	"math"
	"slices"
)

// confidence is the confidence of every interval of a comparison. 1 − confidence
// is the accepted share of false positives.
const confidence = 0.95

// testLevel is the level of the tests of a comparison: a p-value up to it is
// significant.
const testLevel = 1 - confidence

// A shift is how far one sample lies above another. low and high bound the true
// shift with a confidence; bounded is false if there are too few values for
// bounds.
type shift struct {
	estimate, low, high float64
	bounded             bool
}

// hodgesLehmann estimates the shift from base to head by Hodges and Lehmann
// (1963): the median of the differences of all pairs. Neither sample may be
// empty. Swapping the samples negates the shift.
//
// The interval contains the shifts that the Mann–Whitney test does not reject at
// the level alpha, so its confidence is 1 − alpha.
// It assumes only that both distributions have the same shape (Moses; see
// Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, §4.3).
func hodgesLehmann(base, head []float64, alpha float64) shift {
	differences := make([]float64, 0, len(base)*len(head))
	for _, b := range base {
		for _, h := range head {
			difference := h - b
			if h == b { // two equal infinities do not differ
				difference = 0
			}
			differences = append(differences, difference)
		}
	}
	slices.Sort(differences)
	s := shift{estimate: medianOfSorted(differences)}
	if rank := intervalRank(len(base), len(head), alpha); rank > 0 {
		s.low, s.high, s.bounded = differences[rank-1], differences[len(differences)-rank], true
	}
	return s
}

func medianOfSorted(sorted []float64) float64 {
	low, high := sorted[(len(sorted)-1)/2], sorted[len(sorted)/2]
	if low == high { // two infinities too
		return low
	}
	return (low + high) / 2
}

// intervalRank returns which of the sorted differences of n1 × n2 pairs bound
// the interval, counted from 1 at either end. It is the largest k for which
// U < k is at most alpha / 2 likely. It is 0 if the samples are too
// small for bounds; then no test can find a difference either.
func intervalRank(n1, n2 int, alpha float64) int {
	if n1 == 0 || n2 == 0 {
		return 0
	}
	if n1*n2 > maxExactPairs {
		return normalRank(float64(n1), float64(n2), alpha)
	}
	ways := countByU(n1, n2)
	allowed := alpha / 2 * math.Round(binomial(n1+n2, n1))
	rank, sum := 0, 0.0
	for ; rank < len(ways); rank++ {
		if sum += ways[rank]; sum > allowed*(1+1e-12) { // equality is allowed despite rounding
			break
		}
	}
	return rank
}

// maxExactPairs is the most pairs for which the distribution of U is counted,
// 50 × 50 as in the test. Beyond it the normal approximation is as good.
const maxExactPairs = 2500

// normalRank returns intervalRank by the normal approximation of U.
func normalRank(n1, n2, alpha float64) int {
	return int(n1*n2/2 - normalQuantile(alpha)*math.Sqrt(n1*n2*(n1+n2+1)/12))
}

// countByU returns how many orders of n1 and n2 values have U = 0, 1, and so on
// up to half of all pairs. U is the number of inverted pairs. The recurrence is
// Mann and Whitney's (1947), by the sample that the largest value belongs to.
func countByU(n1, n2 int) []float64 {
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

// binomial returns how many ways there are to choose k of n.
func binomial(n, k int) float64 {
	ways := 1.0
	for i := 1; i <= k; i++ {
		ways = ways * float64(n-k+i) / float64(i)
	}
	return ways
}
