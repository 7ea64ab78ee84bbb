package workload

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// draw takes n durations, in seconds and in order, from a distribution.
func draw(t *testing.T, name string, mean time.Duration, cv float64, n int64) []float64 {
	t.Helper()
	d, stream := newDistribution(name, aurea.Duration(mean), cv), aurea.NewStream(42, aurea.StreamJobs)
	drawn := make([]float64, n)
	for i := range n {
		drawn[i] = d(stream.Uniform(i)).Seconds()
	}
	slices.Sort(drawn)
	return drawn
}

// Each distribution has the law that its name promises: its Kolmogorov–Smirnov
// distance from it is below the 0.1 % point.
func TestDistributions(t *testing.T) {
	const n, mean = 100_000, 0.02
	normal := func(z float64) float64 { return (1 + math.Erf(z/math.Sqrt2)) / 2 }
	lognormal := func(cv float64) func(x float64) float64 {
		sigma := math.Sqrt(math.Log1p(cv * cv))
		mu := math.Log(mean) - sigma*sigma/2
		return func(x float64) float64 { return normal((math.Log(x) - mu) / sigma) }
	}
	for _, test := range []struct {
		name string
		cv   float64
		law  func(x float64) float64
	}{
		{"exponential", 1, func(x float64) float64 { return 1 - math.Exp(-x/mean) }},
		{"exponential", 7, func(x float64) float64 { return 1 - math.Exp(-x/mean) }}, // which has its own cv
		{"lognormal", 1, lognormal(1)},
		{"lognormal", 0.1, lognormal(0.1)},
		{"lognormal", 3, lognormal(3)},
	} {
		for i, x := range draw(t, test.name, 20*time.Millisecond, test.cv, n) {
			if distance := math.Abs(test.law(x) - float64(i+1)/n); distance > 1.95/math.Sqrt(n) {
				t.Fatalf("%s, cv %v: distance %v at %v s", test.name, test.cv, distance, x)
			}
		}
	}
	for _, name := range distributionNames() {
		var sum float64
		for _, x := range draw(t, name, 20*time.Millisecond, 0.5, n) {
			sum += x
		}
		if got := sum / n; math.Abs(got-mean) > 0.01*mean {
			t.Errorf("%s: mean %v, want %v", name, got, mean)
		}
		if some := draw(t, name, 0, 1, 10); some[0] != 0 || some[9] != 0 {
			t.Errorf("%s with a mean of 0 gives %v", name, some)
		}
	}
	if fixed := draw(t, "fixed", 20*time.Millisecond, 1, 1000); fixed[0] != mean || fixed[999] != mean {
		t.Errorf("fixed gives %v to %v, want %v", fixed[0], fixed[999], mean)
	}
}

// Nothing that a stream can draw makes a duration that is none.
func TestDistributionsAtTheEnds(t *testing.T) {
	for _, name := range distributionNames() {
		for _, cv := range []float64{0, 0.001, 1, 10} {
			for _, mean := range []time.Duration{0, 1, time.Second, time.Hour} {
				d := newDistribution(name, aurea.Duration(mean), cv)
				for _, u := range []float64{0, 0x1p-53, 0.5, 1 - 0x1p-53} {
					if got := d(u); got < 0 || got > 100*24*time.Hour {
						t.Errorf("%s of %v with cv %v at %v: %v", name, mean, cv, u, got)
					}
				}
			}
		}
	}
}
