package compare

import "math"

// A sequence is a comparison that is repeated as runs are added, until it has
// planned runs of each side: after each pair of runs there is a look at the
// evidence. The zero value is a comparison that is made once.
//
// It is the group-sequential test of O'Brien and Fleming (1979): the z-value of a
// look, times the square root of the share t of the planned runs that it has, is
// a Brownian motion at time t, and the difference is significant once the motion
// leaves a band of fixed width. Early looks therefore need far stronger evidence,
// and the last one hardly more than a comparison that is made once. The z-value
// follows from the exact Mann–Whitney p-value, which is conservative: few runs
// have few p-values. Jennison and Turnbull, Group Sequential Methods (2000),
// describe the test in chapter 2, and its intervals and p-values, which hold
// after any look, in chapter 9: repeated confidence intervals.
//
// Looks may be left out: that only makes an error less likely. Runs may not be
// added after the planned ones.
type sequence struct {
	planned int     // runs of each side; 0 for a comparison that is made once
	band    float64 // that any look leaves with the probability testLevel, if nothing differs
}

// newSequence returns the sequence of a planned number of runs of each side.
func newSequence(planned int) sequence {
	s := sequence{planned: planned}
	if !s.looks() {
		return s
	}
	low, high := normalQuantile(testLevel), normalQuantile(testLevel/float64(planned))
	for range 30 { // bisection: the band is between those of one look and of independent looks
		if s.band = (low + high) / 2; s.exit(s.band) > testLevel {
			low = s.band
		} else {
			high = s.band
		}
	}
	return s
}

// FewestRuns is how many runs of each side it takes before any difference can be
// significant.
const FewestRuns = 4

// looks reports whether the evidence is looked at more than once.
func (s sequence) looks() bool { return s.planned > FewestRuns }

// share returns the share of the planned evidence that runs have, at most 1. The
// evidence of two samples is as their harmonic mean.
func (s sequence) share(base, head int) float64 {
	both := float64(base + head)
	if both == 0 {
		return 0
	}
	return min(2*float64(base)*float64(head)/(both*float64(s.planned)), 1)
}

// adjust corrects the p-value of a look for the other looks: it returns how likely
// any look is to have as much evidence or more if nothing differs.
func (s sequence) adjust(p float64, base, head int) float64 {
	share := s.share(base, head)
	if !s.looks() || share == 0 || p >= 1 {
		return p
	}
	return max(p, s.exit(normalQuantile(p)*math.Sqrt(share)))
}

// level returns the p-value up to which a look is significant. It is testLevel
// for a comparison that is made once.
func (s sequence) level(base, head int) float64 {
	share := s.share(base, head)
	if !s.looks() || share == 0 {
		return testLevel
	}
	return normalTails(s.band / math.Sqrt(share))
}

// exit returns how likely any look is to be outside ±band.
func (s sequence) exit(band float64) float64 { return exitProbability(band, FewestRuns, s.planned) }

// exitProbability returns how likely a Brownian motion is to be outside ±band at
// one look or more. The looks are at the times first/last, (first+1)/last, and
// so on up to 1. It integrates the density of the paths that are still inside
// from look to look, by Simpson's rule, as Armitage, McPherson and Rowe (1969) do.
func exitProbability(band float64, first, last int) float64 {
	const farOut = 8 // beyond it there is less than 10⁻¹⁴
	if band >= farOut {
		return normalTails(band)
	}
	step := 1 / float64(last)
	deviation := math.Sqrt(step)
	half := max(4*int(math.Ceil(band/deviation)), 8) // grid points on either side of 0
	grid := make([]float64, 2*half+1)
	width := band / float64(half)
	for i := range grid {
		grid[i] = normalDensity(float64(i-half)*width, math.Sqrt(float64(first)*step))
	}
	kernel := make([]float64, len(grid))
	for i := range kernel {
		kernel[i] = normalDensity(float64(i)*width, deviation)
	}
	for range last - first {
		grid = spreadPaths(grid, kernel, width)
	}
	return max(1-simpson(grid, width), 0)
}

// spreadPaths returns the density one look later, of paths that are inside at
// both looks. kernel is the density of a step by its size on the grid.
func spreadPaths(grid, kernel []float64, width float64) []float64 {
	weighted := make([]float64, len(grid))
	for i, density := range grid {
		weighted[i] = density * simpsonWeight(i, len(grid)) * width
	}
	later := make([]float64, len(grid))
	for to := range (len(grid) + 1) / 2 { // the density is symmetric
		sum := 0.0
		for from, density := range weighted {
			sum += density * kernel[max(to-from, from-to)]
		}
		later[to], later[len(grid)-1-to] = sum, sum
	}
	return later
}

// simpson integrates an odd number of values that are width apart.
func simpson(values []float64, width float64) float64 {
	sum := 0.0
	for i, value := range values {
		sum += value * simpsonWeight(i, len(values))
	}
	return sum * width
}

// simpsonWeight returns the weight of one of n values in Simpson's rule.
func simpsonWeight(i, n int) float64 {
	switch {
	case i == 0 || i == n-1:
		return 1.0 / 3
	case i%2 == 1:
		return 4.0 / 3
	}
	return 2.0 / 3
}

func normalDensity(x, deviation float64) float64 {
	return math.Exp(-x*x/(2*deviation*deviation)) / (deviation * math.Sqrt(2*math.Pi))
}

// normalTails returns how likely a standard normal value is to be z or more away
// from 0.
func normalTails(z float64) float64 { return math.Erfc(z / math.Sqrt2) }

// normalQuantile returns the z at which normalTails is p.
func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfcinv(p) }
