package workload

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// draw draws n durations from a distribution and returns them sorted, in seconds.
func draw(t *testing.T, name string, mean time.Duration, s shape, n int64) []float64 {
	t.Helper()
	d, stream := newDistribution(name, mean, s), aurea.NewStream(42, aurea.StreamJobs)
	drawn := make([]float64, n)
	for i := range n {
		drawn[i] = d(stream.Uniform(i)).Seconds()
	}
	slices.Sort(drawn)
	return drawn
}

// The draws of each distribution follow its law: their Kolmogorov–Smirnov
// distance from it is below the 0.1 % point.
func TestDistributions(t *testing.T) {
	const n, mean = 100_000, 0.02
	normal := func(z float64) float64 { return (1 + math.Erf(z/math.Sqrt2)) / 2 }
	lognormal := func(cv float64) func(x float64) float64 {
		sigma := math.Sqrt(math.Log1p(cv * cv))
		mu := math.Log(mean) - sigma*sigma/2
		return func(x float64) float64 { return normal((math.Log(x) - mu) / sigma) }
	}
	pareto := func(alpha float64) func(x float64) float64 {
		return func(x float64) float64 { return 1 - math.Pow(mean*(alpha-1)/alpha/x, alpha) }
	}
	for _, test := range []struct {
		name  string
		shape shape
		law   func(x float64) float64
	}{
		{"uniform", shape{}, func(x float64) float64 { return x / (2 * mean) }},
		{"exponential", shape{cv: 7}, func(x float64) float64 { return 1 - math.Exp(-x/mean) }},
		{"lognormal", shape{cv: 1}, lognormal(1)},
		{"lognormal", shape{cv: 0.1}, lognormal(0.1)},
		{"lognormal", shape{cv: 3}, lognormal(3)},
		{"pareto", shape{alpha: 1.5}, pareto(1.5)},
		{"pareto", shape{alpha: 3}, pareto(3)},
	} {
		for i, x := range draw(t, test.name, 20*time.Millisecond, test.shape, n) {
			if distance := math.Abs(test.law(x) - float64(i+1)/n); distance > 1.95/math.Sqrt(n) {
				t.Fatalf("%s %+v: distance %v at %v s", test.name, test.shape, distance, x)
			}
		}
	}
}

// mildShape is a shape whose means converge within 100,000 draws.
var mildShape = shape{cv: 0.5, alpha: 3, slowShare: 0.1, slowFactor: 5}

// Every distribution has the given mean.
func TestDistributionMeans(t *testing.T) {
	const n, mean = 100_000, 0.02
	for _, name := range distributionNames() {
		var sum float64
		for _, x := range draw(t, name, 20*time.Millisecond, mildShape, n) {
			sum += x
		}
		if got := sum / n; math.Abs(got-mean) > 0.01*mean {
			t.Errorf("%s: mean %v, want %v", name, got, mean)
		}
		if zeros := draw(t, name, 0, mildShape, 10); zeros[0] != 0 || zeros[9] != 0 {
			t.Errorf("%s with a mean of 0 draws %v", name, zeros)
		}
	}
	if fixed := draw(t, "fixed", 20*time.Millisecond, mildShape, 1000); fixed[0] != mean || fixed[999] != mean {
		t.Errorf("fixed draws %v to %v, want %v", fixed[0], fixed[999], mean)
	}
}

// bimodal draws two durations: with a mean of 28 ms and mildShape, 100 ms for
// one in ten and 20 ms for the others.
func TestBimodal(t *testing.T) {
	const n = 100_000
	modes := draw(t, "bimodal", 28*time.Millisecond, mildShape, n)
	if ends, want := [2]float64{modes[0], modes[n-1]}, [2]float64{0.02, 0.1}; ends != want {
		t.Errorf("shortest and longest %v, want %v", ends, want)
	}
	if slow := n - slices.Index(modes, 0.1); math.Abs(float64(slow)-n/10) > 400 {
		t.Errorf("%d of %d draws are slow, want about %d", slow, n, n/10)
	}
}

// At the ends of the interval that a stream draws from, a distribution still
// does not decrease and stays within its bounds.
func TestDistributionsAtTheEnds(t *testing.T) {
	for _, name := range distributionNames() {
		for _, s := range []shape{{0, 1.01, 0, 1}, {0.001, 2, 1, 1e6}, {1, 3, 0.5, 2}, {10, 100, 0.001, 10}} {
			for _, mean := range []time.Duration{0, 1, time.Second, time.Hour} {
				checkEnds(t, name, mean, s)
			}
		}
	}
}

func checkEnds(t *testing.T, name string, mean time.Duration, s shape) {
	t.Helper()
	d := newDistribution(name, mean, s)
	last := time.Duration(0)
	for _, u := range []float64{0, 0x1p-53, 0.5, 1 - 0x1p-53} {
		got := d(u)
		if got < last {
			t.Errorf("%s %+v of %v decreases at %v: %v after %v", name, s, mean, u, got, last)
		}
		if got > time.Duration(maxDraw) {
			t.Errorf("%s %+v of %v at %v is %v, over %v", name, s, mean, u, got, time.Duration(maxDraw))
		}
		last = got
	}
}
