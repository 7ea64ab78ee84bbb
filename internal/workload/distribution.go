package workload

import (
	"math"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// A distribution turns a number from [0, 1) into a duration, by the inverse of
// its distribution function. It never decreases.
type distribution func(u float64) time.Duration

// distributions are the shapes that a duration may have around its mean, which
// is given in nanoseconds. To add one, add its line.
var distributions = []struct {
	name string
	make func(mean float64, shape shape) func(u float64) float64
}{
	{"fixed", func(mean float64, _ shape) func(float64) float64 {
		return func(float64) float64 { return mean }
	}},
	{"uniform", func(mean float64, _ shape) func(float64) float64 {
		return func(u float64) float64 { return 2 * mean * u }
	}},
	{"exponential", func(mean float64, _ shape) func(float64) float64 {
		return func(u float64) float64 { return -mean * math.Log1p(-u) }
	}},
	{"lognormal", func(mean float64, s shape) func(float64) float64 {
		variance := math.Log1p(s.cv * s.cv)
		mu, sigma := math.Log(mean)-variance/2, math.Sqrt(variance)
		return func(u float64) float64 {
			// u stands for an interval; its middle is never 0 or 1, which are infinitely far out.
			middle := math.Min(u+0x1p-54, 1-0x1p-53)
			return math.Exp(mu + sigma*math.Sqrt2*math.Erfinv(2*middle-1))
		}
	}},
	{"pareto", func(mean float64, s shape) func(float64) float64 {
		least := mean * (s.alpha - 1) / s.alpha
		return func(u float64) float64 { return least * math.Pow(1-u, -1/s.alpha) }
	}},
	{"bimodal", func(mean float64, s shape) func(float64) float64 {
		fast := mean / (1 - s.slowShare + s.slowShare*s.slowFactor)
		return func(u float64) float64 {
			if u < 1-s.slowShare {
				return fast
			}
			return fast * s.slowFactor
		}
	}},
}

// longestDraw is the longest duration that a distribution gives, in nanoseconds.
// Only those with heavy tails come near it.
const longestDraw = float64(48 * time.Hour)

// A shape is what a distribution leaves open beside its mean.
type shape struct {
	cv                    float64 // lognormal: standard deviation ÷ mean
	alpha                 float64 // pareto: tail index
	slowShare, slowFactor float64 // bimodal: so many jobs take so many times as long
}

// shapeParameters declare the members of a shape.
var shapeParameters = []param.Parameter{
	{Name: "cv", Type: param.Number, Max: 10, Default: 1.0, Doc: "of lognormal: the standard deviation, in means"},
	{Name: "alpha", Type: param.Number, Min: 1.01, Max: 100, Default: 1.5, Doc: "of pareto: the tail index; the lower, the heavier the tail"},
	{Name: "slow_share", Type: param.Number, Max: 1, Default: 0.05, Doc: "of bimodal: the share of slow jobs"},
	{Name: "slow_factor", Type: param.Number, Min: 1, Max: 1e6, Default: 10.0, Doc: "of bimodal: how many times as long as the others those take"},
}

// withShape adds the parameters of a shape to others.
func withShape(parameters ...param.Parameter) []param.Parameter {
	return slices.Concat(parameters, shapeParameters)
}

func shapeOf(values map[string]any) shape {
	number := func(name string) float64 { return values[name].(float64) }
	return shape{number("cv"), number("alpha"), number("slow_share"), number("slow_factor")}
}

func distributionNames() []string {
	var names []string
	for _, d := range distributions {
		names = append(names, d.name)
	}
	return names
}

// newDistribution makes the distribution of that name.
func newDistribution(name string, mean time.Duration, s shape) distribution {
	if mean == 0 {
		name = "fixed"
	}
	for _, d := range distributions {
		if d.name == name {
			draw := d.make(float64(mean), s)
			return func(u float64) time.Duration { return time.Duration(math.Min(draw(u), longestDraw)) }
		}
	}
	panic("workload: " + name + " is an option without a distribution") // the options come from the same table
}
