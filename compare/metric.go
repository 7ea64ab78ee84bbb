package compare

import (
	"math"

	"github.com/aurea-orchestrator/aurea"
)

// A metric is one line of a comparison: how to read it off a result,
// and what to make of a difference.
type metric struct {
	name   string // as thresholds have it
	unit   string // of its values: seconds, share, jobs_per_second, or money, in the currency of the price
	higher bool   // is better
	role   role
	// absolute is the difference that matters, in the metric's own unit, where a
	// percentage of the base says nothing; 0 where the options say which percentage
	// matters.
	absolute float64
	read     func(*aurea.Result) float64
	samples  func(*aurea.Result) int64 // that the value is taken from
	needs    int64                     // how many samples it takes for the value to be one
}

// A role is what a metric has to say in the verdict on all of them.
type role int

const (
	deciding  role = iota // while it is unknown, so is the verdict
	gating                // it can be a regression
	informing             // it is only shown
)

// relevantErrors is the difference in error rate that matters: one job in a
// thousand.
const relevantErrors = 0.001

// metrics are what is compared, in the order in which it is shown. To add one,
// add its line. A delay only informs: it is the generator's own lateness, and where
// it is the target's the latency has it too.
var metrics = []metric{
	{"throughput", "jobs_per_second", true, deciding, 0, func(r *aurea.Result) float64 { return r.Throughput }, jobsEnded, 1},
	{"mean_latency", "seconds", false, deciding, 0, func(r *aurea.Result) float64 { return r.MeanLatency }, jobsOK, 1},
	{"p50", "seconds", false, gating, 0, func(r *aurea.Result) float64 { return r.Latency.P50 }, jobsOK, 2},
	{"p90", "seconds", false, gating, 0, func(r *aurea.Result) float64 { return r.Latency.P90 }, jobsOK, 10},
	{"p99", "seconds", false, gating, 0, func(r *aurea.Result) float64 { return r.Latency.P99 }, jobsOK, 100},
	{"p99.9", "seconds", false, gating, 0, func(r *aurea.Result) float64 { return r.Latency.P999 }, jobsOK, 1000},
	{"delay.p99", "seconds", false, informing, 0, func(r *aurea.Result) float64 { return r.Delay.P99 }, openDelays, 100},
	{"error_rate", "share", false, gating, relevantErrors, func(r *aurea.Result) float64 { return r.Counts.ErrorRate() }, jobsEnded, 1},
	{"cost_per_million", "money", false, gating, 0, func(r *aurea.Result) float64 { return r.Cost.PerMillionJobs }, jobsEnded, 1},
}

func jobsEnded(r *aurea.Result) int64 { return r.Counts.Ended() }
func jobsOK(r *aurea.Result) int64    { return r.Latency.Count }

// openDelays are none in the closed model, where nothing is late by a schedule.
func openDelays(r *aurea.Result) int64 {
	if r.Model != aurea.Open {
		return 0
	}
	return r.Delay.Count
}

// values reads the metric off those results that have it.
func (m metric) values(results []*aurea.Result) []float64 {
	values := []float64{}
	for _, r := range results {
		if value := m.read(r); m.samples(r) >= m.needs && value >= 0 && !math.IsInf(value, 0) {
			values = append(values, value)
		}
	}
	return values
}

func (m metric) better() string {
	if m.higher {
		return "higher"
	}
	return "lower"
}

// shareSteps is how finely shares are told apart: a step is 10⁻¹². Shares that
// are decimals are whole numbers of steps, so that 0.9 % is 0.1 points above
// 0.8 %, where the difference of the two binary fractions is less.
const shareSteps = 1e12

// scaled are the values on the scale that differences are taken on: their
// logarithms where a percentage is what matters, so that a factor is a shift, and
// half as much is as far down as twice as much is up; else steps.
func (m metric) scaled(values []float64) []float64 {
	scaled := make([]float64, len(values))
	for i, value := range values {
		if m.absolute == 0 {
			scaled[i] = math.Log(value)
		} else {
			scaled[i] = math.Round(value * shareSteps)
		}
	}
	return scaled
}

// unscaled is a shift as it is told: as a share of the base, or in the metric's
// own unit.
func (m metric) unscaled(shift float64) float64 {
	if m.absolute > 0 {
		return shift / shareSteps
	}
	return math.Expm1(shift)
}

// relevance is the shift that matters when a difference of such a share does.
func (m metric) relevance(share float64) float64 {
	if m.absolute > 0 {
		return m.absolute * shareSteps
	}
	return math.Log1p(share)
}
