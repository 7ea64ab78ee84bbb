package compare

import (
	"math"

	"github.com/aurea-orchestrator/aurea"
)

// A metric is one line of a comparison: how to read it from a result, and what
// a difference means.
type metric struct {
	name           string // its name in thresholds
	unit           string // seconds, share, jobs_per_second, or money
	higherIsBetter bool
	role           role
	// relevant is the difference that matters, in the metric's own unit. It is 0
	// for metrics whose relevant difference is a share of the base; the options
	// set that.
	relevant float64
	read     func(*aurea.Result) float64
	samples  func(*aurea.Result) int64 // how many samples the value is computed from
	needs    int64                     // how many samples a meaningful value takes
}

// A role is the influence of a metric on the verdict of a comparison.
type role int

const (
	deciding  role = iota // it can be a regression; without evidence about it there is too little evidence
	gating                // it can be a regression
	informing             // it has no influence
)

// relevantErrors is the difference in error rate that matters: one job in a
// thousand.
const relevantErrors = 0.001

// metrics is the table of compared metrics, in the order of output. To add one,
// add its line. The delay only informs: it is a part of the latency, and may be
// the generator's own lateness.
var metrics = []metric{
	{"throughput", "jobs_per_second", true, deciding, 0,
		func(r *aurea.Result) float64 { return r.Throughput }, jobsEnded, 1},
	{"mean_latency", "seconds", false, deciding, 0,
		func(r *aurea.Result) float64 { return r.MeanLatency }, jobsOK, 1},
	{"p50", "seconds", false, gating, 0,
		func(r *aurea.Result) float64 { return r.Latency.P50 }, jobsOK, 2},
	{"p90", "seconds", false, gating, 0,
		func(r *aurea.Result) float64 { return r.Latency.P90 }, jobsOK, 10},
	{"p99", "seconds", false, gating, 0,
		func(r *aurea.Result) float64 { return r.Latency.P99 }, jobsOK, 100},
	{"p99.9", "seconds", false, gating, 0,
		func(r *aurea.Result) float64 { return r.Latency.P999 }, jobsOK, 1000},
	{"delay.p99", "seconds", false, informing, 0,
		func(r *aurea.Result) float64 { return r.Delay.P99 }, openDelays, 100},
	{"error_rate", "share", false, gating, relevantErrors,
		func(r *aurea.Result) float64 { return r.Counts.ErrorRate() }, jobsEnded, 1},
	{"cost_per_million", "money", false, gating, 0,
		func(r *aurea.Result) float64 { return r.Cost.PerMillionJobs }, jobsEnded, 1},
}

// metricNamed returns the metric of a name, of a run or of a scenario; the zero
// value if there is none.
func metricNamed(name string) metric {
	for _, m := range metrics {
		if m.name == name {
			return m
		}
	}
	return scenarioMetricNamed(name)
}

func metricNames() []string {
	var names []string
	for _, m := range metrics {
		names = append(names, m.name)
	}
	return names
}

func jobsEnded(r *aurea.Result) int64 { return r.Counts.Ended() }
func jobsOK(r *aurea.Result) int64    { return r.Latency.Count }

// openDelays returns 0 for the closed model, which has no schedule to be late
// for.
func openDelays(r *aurea.Result) int64 {
	if r.Model != aurea.Open {
		return 0
	}
	return r.Delay.Count
}

// values reads the metric from the results that have enough samples.
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
	if m.higherIsBetter {
		return "higher"
	}
	return "lower"
}

// stepsPerUnit is the resolution at which shares are compared: a step is 10⁻¹².
// Shares that are decimals are whole numbers of steps, so 0.9 % is exactly 0.1
// points above 0.8 %. The difference of the two binary fractions is less.
const stepsPerUnit = 1e12

// toScale returns the values on the scale on which differences are taken. For a
// relative metric that is the logarithm: a factor becomes a shift, and half as
// much is as far down as twice as much is up. For others it is steps.
func (m metric) toScale(values []float64) []float64 {
	scaled := make([]float64, len(values))
	for i, value := range values {
		if m.relevant == 0 {
			scaled[i] = math.Log(value)
		} else {
			scaled[i] = math.Round(value * stepsPerUnit)
		}
	}
	return scaled
}

// fromScale converts a shift on the scale to a Difference.Value.
func (m metric) fromScale(shift float64) float64 {
	if m.relevant > 0 {
		return shift / stepsPerUnit
	}
	return math.Expm1(shift)
}

// toShift converts a Difference.Value to a shift on the scale.
func (m metric) toShift(difference float64) float64 {
	if m.relevant > 0 {
		return difference * stepsPerUnit
	}
	return math.Log1p(difference)
}

// relevantShift returns the smallest shift on the scale that matters; threshold
// is an Options.Threshold.
func (m metric) relevantShift(threshold float64) float64 {
	if m.relevant > 0 {
		return m.relevant * stepsPerUnit
	}
	return math.Log1p(threshold)
}
