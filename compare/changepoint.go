package compare

import (
	"math"
	"math/rand/v2"
	"slices"
)

// The settings of the search for change points.
const (
	// significance is the accepted chance that a series without a change shows
	// one. A trend looks at several series, so it is smaller than testLevel.
	significance = 0.01
	permutations = 999 // for one p-value
	minSegment   = 3   // values on either side of a change
)

// A changePoint is where the distribution of a series changes: at is the first
// value of the new one, p how likely such a change is by chance.
type changePoint struct {
	at int
	p  float64
}

// changePoints finds where the distribution of a series changes, in order, by
// E-divisive means: Matteson and James, A Nonparametric Approach for Multiple
// Change Point Analysis of Multivariate Data, JASA 109 (2014), with α = 1. It
// assumes nothing about the distribution. Each step adds the best cut of all
// segments, if a permutation test finds it significant. As in MongoDB's use of it
// (Daly et al., ICPE 2020), a cut compares all of a segment before it with all
// after it. Equal series have equal changes: the permutations are seeded.
func changePoints(series []float64) []changePoint {
	random := rand.New(rand.NewPCG(1, uint64(len(series))))
	var found []changePoint
	bounds := []int{0, len(series)}
	for {
		points := pointsOf(series, bounds)
		at, best := bestCut(points, bounds)
		if at == 0 {
			break
		}
		p := permutationTest(points, bounds, best, random)
		if p > significance {
			break
		}
		found = append(found, changePoint{at, p})
		bounds = append(bounds, at)
		slices.Sort(bounds)
	}
	slices.SortFunc(found, func(a, b changePoint) int { return a.at - b.at })
	return found
}

// A point is a value with the sum of its distances to all values of its segment,
// which no permutation changes.
type point struct{ value, distances float64 }

// pointsOf returns the values of a series as points of the segments between
// neighboring bounds.
func pointsOf(series []float64, bounds []int) []point {
	points := make([]point, len(series))
	for i := 1; i < len(bounds); i++ {
		segment := series[bounds[i-1]:bounds[i]]
		for j, x := range segment {
			of := &points[bounds[i-1]+j]
			of.value = x
			for _, y := range segment {
				of.distances += math.Abs(x - y)
			}
		}
	}
	return points
}

// bestCut returns the cut with the greatest divergence of all segments between
// neighboring bounds; 0 if nothing differs.
func bestCut(points []point, bounds []int) (at int, divergence float64) {
	for i := 1; i < len(bounds); i++ {
		from := bounds[i-1]
		if cut, d := cutSegment(points[from:bounds[i]]); d > divergence {
			at, divergence = from+cut, d
		}
	}
	return at, divergence
}

// cutSegment returns the cut of a segment with the greatest divergence: the scaled
// energy distance between the values before and after it. It is 0 for a segment
// that is too short.
func cutSegment(segment []point) (at int, divergence float64) {
	var before, after, between float64 // sums of the distances of pairs
	for _, p := range segment {
		after += p.distances / 2
	}
	for i, p := range segment {
		var toBefore float64
		for _, earlier := range segment[:i] {
			toBefore += math.Abs(p.value - earlier.value)
		}
		toAfter := p.distances - toBefore
		before, after, between = before+toBefore, after-toAfter, between+toAfter-toBefore
		n, m := float64(i+1), float64(len(segment)-i-1)
		if min(n, m) < minSegment {
			continue
		}
		energy := 2*between/(n*m) - 2*before/(n*(n-1)) - 2*after/(m*(m-1))
		if d := energy * n * m / (n + m); d > divergence*(1+1e-12) {
			at, divergence = i+1, d
		}
	}
	return at, divergence
}

// permutationTest returns how likely the best cut diverges by this much or more
// if the order of the values within the segments means nothing.
func permutationTest(points []point, bounds []int, divergence float64, random *rand.Rand) float64 {
	shuffled := slices.Clone(points)
	reached := 1
	for range permutations {
		for i := 1; i < len(bounds); i++ {
			segment := shuffled[bounds[i-1]:bounds[i]]
			random.Shuffle(len(segment), func(a, b int) { segment[a], segment[b] = segment[b], segment[a] })
		}
		if _, d := bestCut(shuffled, bounds); d >= divergence*(1-1e-9) {
			reached++
		}
	}
	return float64(reached) / (permutations + 1)
}
