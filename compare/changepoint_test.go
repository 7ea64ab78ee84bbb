package compare

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// noisySeries returns 60 values around 100 with a noise of 2 %. From the given
// value on they are larger by step, a share.
func noisySeries(seed uint64, from int, step float64) []float64 {
	random := rand.New(rand.NewPCG(seed, 60))
	series := make([]float64, 60)
	for i := range series {
		level := 100.0
		if i >= from {
			level *= 1 + step
		}
		series[i] = level * (1 + 0.02*random.NormFloat64())
	}
	return series
}

// A step of 5 % in 60 values with 2 % of noise is found within two values of
// where it is, and without a step none is.
func TestChangePointsOfNoisySeries(t *testing.T) {
	if testing.Short() {
		t.Skip("needs seconds of CPU time")
	}
	const seeds, enough = 100, 95
	for _, from := range []int{20, 45} {
		found := 0
		for seed := range uint64(seeds) {
			near := func(c changePoint) bool { return c.at >= from-2 && c.at <= from+2 }
			if slices.ContainsFunc(changePoints(noisySeries(seed, from, 0.05)), near) {
				found++
			}
		}
		if found < enough {
			t.Errorf("a step at %d was found with %d of %d seeds, want %d", from, found, seeds, enough)
		}
	}
	quiet := 0
	for seed := range uint64(seeds) {
		if len(changePoints(noisySeries(seed, 0, 0))) == 0 {
			quiet++
		}
	}
	if quiet < enough {
		t.Errorf("no change was found with %d of %d seeds, want %d", quiet, seeds, enough)
	}
}

// The chance that a series without a change shows one is the significance, give
// or take three standard errors of 2,000 series.
func TestFalseChangePoints(t *testing.T) {
	const all = 2000
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range all {
		series := make([]float64, 20)
		for i := range series {
			series[i] = random.ExpFloat64()
		}
		if len(changePoints(series)) > 0 {
			found++
		}
	}
	if most := significance*all + 3*math.Sqrt(significance*all); float64(found) > most {
		t.Errorf("%d of %d series show a change, want at most %.0f", found, all, most)
	}
}

// level returns n values of a level, which differ a little.
func level(n int, value float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = value * (1 + 0.001*float64(i%3))
	}
	return values
}

func TestChangePointsBetweenLevels(t *testing.T) {
	spike := level(40, 10)
	spike[20] = 100
	for what, test := range map[string]struct {
		series []float64
		want   []int
	}{
		"none":            {level(40, 10), nil},
		"equal values":    {make([]float64, 40), nil},
		"empty":           {nil, nil},
		"too short":       {slices.Concat(level(4, 1), level(4, 10)), nil},
		"shortest":        {slices.Concat(level(MinTrendRuns/2, 1), level(MinTrendRuns/2, 10)), []int{MinTrendRuns / 2}},
		"one up":          {slices.Concat(level(20, 10), level(20, 12)), []int{20}},
		"up and down":     {slices.Concat(level(20, 10), level(20, 12), level(20, 10)), []int{20, 40}},
		"three steps":     {slices.Concat(level(15, 1), level(15, 2), level(15, 3), level(15, 4)), []int{15, 30, 45}},
		"the newest runs": {slices.Concat(level(40, 10), level(3, 12)), []int{40}},
		"one spike":       {spike, nil},
		"from zero":       {slices.Concat(make([]float64, 10), level(10, 0.5)), []int{10}},
	} {
		var got []int
		for _, c := range changePoints(test.series) {
			got = append(got, c.at)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

// Law: the best cut is the one that the definition of the divergence gives.
func TestCutSegmentFollowsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		segment := rapid.SliceOfN(rapid.Float64Range(0, 1000), 2*minSegment, 20).Draw(t, "segment")
		most := 0.0
		divergenceOf := func(at int) float64 { return divergence(segment[:at], segment[at:]) }
		for at := minSegment; at <= len(segment)-minSegment; at++ {
			most = max(most, divergenceOf(at))
		}
		at, d := cutSegment(pointsOf(segment, []int{0, len(segment)}))
		if math.Abs(d-most) > 1e-6*(1+most) {
			t.Fatalf("the divergence is %v, want %v", d, most)
		}
		if at > 0 && math.Abs(divergenceOf(at)-most) > 1e-6*(1+most) {
			t.Fatalf("the cut at %d diverges by %v, want %v", at, divergenceOf(at), most)
		}
	})
}

// divergence is the scaled energy distance of two samples, by its definition.
func divergence(x, y []float64) float64 {
	mean := func(a, b []float64, pairs float64) float64 {
		sum := 0.0
		for _, v := range a {
			for _, w := range b {
				sum += math.Abs(v - w)
			}
		}
		return sum / pairs
	}
	n, m := float64(len(x)), float64(len(y))
	return n * m / (n + m) * (2*mean(x, y, n*m) - mean(x, x, n*(n-1)) - mean(y, y, m*(m-1)))
}

// Law: changes do not depend on the unit of the values, nor on the direction in
// which they go.
func TestChangePointsKeepTheirPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Map(rapid.IntRange(0, 1000), func(n int) float64 { return float64(n) })
		series := rapid.SliceOfN(value, 10, 30).Draw(t, "series")
		want := changePoints(series)
		other := make([]float64, len(series))
		for i, value := range series {
			other[i] = 8000 - 4*value // exact, so that ties stay ties
		}
		if diff := cmp.Diff(want, changePoints(other), cmp.AllowUnexported(changePoint{})); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}
