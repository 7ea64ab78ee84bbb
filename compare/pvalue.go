package compare

import (
	"cmp"
	"slices"

	"golang.org/x/perf/benchmath"
)

// pValue is how likely it is that two samples differ as much as these or more when
// nothing but chance tells them apart: the two-sided Mann–Whitney U test, exact for
// up to 50 values (25 where some are equal). It is 1 when either is empty, and the
// same when the samples are swapped.
func pValue(base, head []float64) float64 {
	if len(base) == 0 || len(head) == 0 {
		return 1
	}
	// Where values are equal U is not symmetric, and the test doubles the tail below
	// the first sample's: the lower one must go first, or it is the wrong tail.
	if superiority(base, head) < 0.5 {
		base, head = head, base
	}
	compared := benchmath.AssumeNothing.Compare(sample(base), sample(head))
	return min(compared.P, 1) // a doubled tail may be more
}

// sample hands over a copy, since benchmath sorts what it is given.
func sample(values []float64) *benchmath.Sample {
	return benchmath.NewSample(slices.Clone(values), &benchmath.Thresholds{CompareAlpha: 1 - confidence})
}

// superiority is the share of pairs in which the value of head is above that of
// base, an equal pair being half of one; neither is empty. It is 0.5 when there is no difference.
func superiority(base, head []float64) float64 {
	var above float64
	for _, b := range base {
		for _, h := range head {
			above += float64(cmp.Compare(h, b)+1) / 2
		}
	}
	return above / float64(len(base)*len(head))
}

// adjusted corrects the p-values of tests that are made at once: of those that are
// then still at or below α, a share of α at most is expected to be false, and when
// nothing differs the chance that there is any at all is α. It is Benjamini and
// Hochberg's way (1995), which holds for measures that rise and fall together
// (Benjamini and Yekutieli, 2001), as those of one run do; Holm's would ask for
// many more runs.
func adjusted(ps []float64) []float64 {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(ps[j], ps[i]) })
	result := make([]float64, len(ps))
	least := 1.0
	for i, at := range order {
		rank := len(ps) - i
		least = min(least, ps[at]*float64(len(ps))/float64(rank))
		result[at] = least
	}
	return result
}
