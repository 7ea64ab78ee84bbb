package workload

import (
	"math"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A distribution turns a number from [0, 1) into a duration, by the inverse of
// its distribution function.
type distribution func(u float64) time.Duration

// distributions are the shapes that a duration may have around its mean, with
// the coefficient of variation (standard deviation ÷ mean) where the shape
// leaves it open. To add one, add its line.
var distributions = []struct {
	name string
	make func(mean, cv float64) distribution
}{
	{"fixed", func(mean, _ float64) distribution {
		return func(float64) time.Duration { return time.Duration(mean) }
	}},
	{"exponential", func(mean, _ float64) distribution {
		return func(u float64) time.Duration { return time.Duration(-mean * math.Log1p(-u)) }
	}},
	{"lognormal", func(mean, cv float64) distribution {
		variance := math.Log1p(cv * cv)
		mu, sigma := math.Log(mean)-variance/2, math.Sqrt(variance)
		return func(u float64) time.Duration {
			// u stands for an interval; its middle is never 0 or 1, which are infinitely far out.
			middle := math.Min(u+0x1p-54, 1-0x1p-53)
			normal := math.Sqrt2 * math.Erfinv(2*middle-1)
			return time.Duration(math.Min(math.Exp(mu+sigma*normal), longestDraw))
		}
	}},
}

// longestDraw is the longest duration that a distribution may give, in
// nanoseconds. Only a lognormal one with a large cv comes near it.
const longestDraw = float64(24 * time.Hour)

func distributionNames() []string {
	var names []string
	for _, d := range distributions {
		names = append(names, d.name)
	}
	return names
}

// newDistribution makes the distribution that three parameters describe.
func newDistribution(name string, mean aurea.Duration, cv float64) distribution {
	if mean == 0 {
		name = "fixed"
	}
	for _, d := range distributions {
		if d.name == name {
			return d.make(float64(mean), cv)
		}
	}
	panic("workload: " + name + " is an option without a distribution") // the options come from the same table
}
