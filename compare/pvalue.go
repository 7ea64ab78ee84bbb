package compare

import (
	"cmp"
	"slices"

	"golang.org/x/perf/benchmath"
)

// pValue returns the p-value of the two-sided Mann–Whitney U test: how likely a
// difference of this size or more is if both samples have the same
// distribution. It is exact for up to 50 values (25 with ties) and 1 if a
// sample is empty. Swapping the samples does not change it.
func pValue(base, head []float64) float64 {
	if len(base) == 0 || len(head) == 0 {
		return 1
	}
	// With ties U is not symmetric, and benchmath doubles the tail below the first
	// sample's U. The lower sample must come first, or it doubles the wrong tail.
	if superiority(base, head) < 0.5 {
		base, head = head, base
	}
	compared := benchmath.AssumeNothing.Compare(newSample(base), newSample(head))
	return min(compared.P, 1) // a doubled tail may be more
}

// newSample passes benchmath a copy, because benchmath sorts its argument.
func newSample(values []float64) *benchmath.Sample {
	return benchmath.NewSample(slices.Clone(values), &benchmath.Thresholds{CompareAlpha: testLevel})
}

// superiority returns the share of pairs in which head's value is above base's,
// the probability of superiority. A tie counts as half a pair, so the share is
// 0.5 without a difference. Neither sample may be empty.
func superiority(base, head []float64) float64 {
	var above float64
	for _, b := range base {
		for _, h := range head {
			above += float64(cmp.Compare(h, b)+1) / 2
		}
	}
	return above / float64(len(base)*len(head))
}

// benjaminiHochberg corrects the p-values of several tests, by Benjamini and
// Hochberg (1995). Among the corrected values up to α, the expected share of
// false positives is at most α. If nothing differs, the chance of any is α.
//
// The correction holds for metrics that rise and fall together (Benjamini and
// Yekutieli, 2001), as the metrics of a run do. Holm's correction would need
// many more runs.
func benjaminiHochberg(ps []float64) []float64 {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(ps[j], ps[i]) })
	adjusted := make([]float64, len(ps))
	least := 1.0
	for i, at := range order {
		rank := len(ps) - i
		least = min(least, ps[at]*float64(len(ps))/float64(rank))
		adjusted[at] = least
	}
	return adjusted
}
