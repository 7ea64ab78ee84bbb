package compare

import (
	"math"
	"slices"
)

// Conclusive reports whether more runs would hardly change the verdict: it is a
// regression, or every metric that can be one has a verdict. With conditions it
// is theirs that count: one fails, or all are met.
func (c Comparison) Conclusive() bool {
	if len(c.Conditions) > 0 {
		return c.ConditionState() != ConditionUnknown
	}
	if c.Verdict == Regression {
		return true
	}
	return len(c.Metrics) > 0 && !slices.ContainsFunc(c.Metrics, func(m MetricComparison) bool {
		return m.Verdict == MetricUnknown && metricNamed(m.Metric).role != informing
	})
}

// Regressed returns the names of the metrics that make the comparison a
// regression: worse, by the threshold or more.
func (c Comparison) Regressed() []string {
	var names []string
	for _, m := range c.Metrics {
		of := metricNamed(m.Metric)
		if m.Verdict == MetricWorse && of.role != informing && of.matters(m.Difference, c.Threshold) {
			names = append(names, m.Metric)
		}
	}
	return names
}

// matters reports whether a difference is the relevant one or larger. nil is an
// infinite one.
func (m metric) matters(d *Difference, threshold float64) bool {
	if d == nil {
		return true
	}
	shift := m.toShift(d.Value)
	const slack = 1e-9 // of two conversions
	return math.Abs(shift) >= m.relevantShift(threshold)*(1-slack)
}

// maxMoreRuns is the largest Comparison.MoreRuns: beyond it nothing is worth
// finding.
const maxMoreRuns = 1_000_000

// moreRuns estimates how many runs each side lacks before the interval of the
// difference leaves 0 or lies within the threshold, whichever comes first. The
// width of an interval is taken to shrink as the square root of the number of
// runs.
func (e *effect) moreRuns(threshold float64) int {
	n := min(e.Base.N, e.Head.N)
	half := (e.shift.high - e.shift.low) / 2
	if !e.shift.bounded || math.IsNaN(half) || math.IsInf(half, 0) {
		return max(FewestRuns-n, 1)
	}
	size := math.Abs(e.shift.estimate)
	// The half that is narrow enough to tell which side of 0 the difference is on,
	// or else that it is within the threshold.
	narrow := max(size, e.metric.relevantShift(threshold)-size)
	times := half / narrow
	lacks := float64(n) * (times*times - 1)
	return int(min(max(math.Ceil(lacks), 1), maxMoreRuns))
}
