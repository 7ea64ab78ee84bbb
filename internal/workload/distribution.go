package workload

import (
	"math"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// A distribution maps a number from [0, 1) to a duration: it is the inverse of
// a distribution function, and never decreases.
type distribution func(u float64) time.Duration

// distributions are the ways in which a duration may vary around its mean,
// which is in nanoseconds. To add one, add its line.
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
			// The middle of the interval that u stands for is never 0 or 1, whose quantiles are infinite.
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

// maxDraw is the longest duration of any distribution, in nanoseconds. Only
// heavy tails get near it.
const maxDraw = float64(48 * time.Hour)

// A shape is the parameters of a distribution beside its mean.
type shape struct {
	cv                    float64 // lognormal: standard deviation ÷ mean
	alpha                 float64 // pareto: tail index
	slowShare, slowFactor float64 // bimodal: the share of slow jobs, and how many times as long they take
}

// shapeParameters declares the members of a shape.
var shapeParameters = []param.Parameter{
	{
		Name: "cv", Type: param.Number, Max: 10, Default: 1.0,
		Doc: "of lognormal: the standard deviation, in means",
	},
	{
		Name: "alpha", Type: param.Number, Min: 1.01, Max: 100, Default: 1.5,
		Doc: "of pareto: the tail index; the lower, the heavier the tail",
	},
	{
		Name: "slow_share", Type: param.Number, Max: 1, Default: 0.05,
		Doc: "of bimodal: the share of slow jobs",
	},
	{
		Name: "slow_factor", Type: param.Number, Min: 1, Max: 1e6, Default: 10.0,
		Doc: "of bimodal: how many times as long as the others those take",
	},
}

// withShape appends the parameters of a shape.
func withShape(parameters ...param.Parameter) []param.Parameter {
	return slices.Concat(parameters, shapeParameters)
}

func shapeOf(v param.Values) shape {
	return shape{v.Number("cv"), v.Number("alpha"), v.Number("slow_share"), v.Number("slow_factor")}
}

func distributionNames() []string {
	var names []string
	for _, d := range distributions {
		names = append(names, d.name)
	}
	return names
}

// newDistribution returns the distribution with the given name.
func newDistribution(name string, mean time.Duration, s shape) distribution {
	if mean == 0 {
		name = "fixed"
	}
	for _, d := range distributions {
		if d.name == name {
			draw := d.make(float64(mean), s)
			return func(u float64) time.Duration { return time.Duration(math.Min(draw(u), maxDraw)) }
		}
	}
	panic("workload: " + name + " is an option without a distribution") // the options come from the same table
}
