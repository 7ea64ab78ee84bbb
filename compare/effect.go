package compare

import (
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// A contrast is a metric of both sides, and what its verdict is taken from.
type contrast struct {
	MetricComparison
	metric metric
	shift  shift
	rises  bool // head tends to be above base
	varies bool // not all values are the same
}

// contrast is all there is to say of a metric by itself, less its verdict.
func (m metric) contrast(base, head []float64) contrast {
	c := contrast{
		MetricComparison: MetricComparison{
			Metric: m.name, Unit: m.unit, Better: m.better(), Base: medianOf(base), Head: medianOf(head),
			P: pValue(base, head), PAdjusted: 1, TooFewRuns: intervalRank(len(base), len(head)) == 0,
		},
		metric: m,
	}
	if len(base) == 0 || len(head) == 0 {
		return c
	}
	c.rises = superiority(base, head) > 0.5
	c.varies = min(slices.Min(base), slices.Min(head)) < max(slices.Max(base), slices.Max(head))
	c.shift = shiftOf(m.scaled(base), m.scaled(head))
	if value := m.unscaled(c.shift.estimate); !math.IsInf(value, 0) {
		c.Difference = &Difference{Value: value}
		if c.shift.bounded {
			c.Difference.Interval = finite(m.unscaled(c.shift.low), m.unscaled(c.shift.high))
		}
	}
	return c
}

// medianOf is the median, and its interval by order statistics.
func medianOf(values []float64) Median {
	if len(values) == 0 {
		return Median{}
	}
	s := benchmath.AssumeNothing.Summary(sample(values), confidence)
	return Median{N: len(values), Median: s.Center, Interval: finite(s.Lo, s.Hi)}
}

// finite is the interval, or nil where an end of it is infinite.
func finite(low, high float64) *Interval {
	if math.IsInf(low, 0) || math.IsInf(high, 0) {
		return nil
	}
	return &Interval{low, high}
}

// judge gives the metric its verdict, and returns what that is to the comparison.
func (c *contrast) judge(threshold float64) Verdict {
	relevant := c.metric.relevance(threshold)
	evident := c.PAdjusted <= 1-confidence
	switch {
	case c.shift.bounded && c.shift.low >= -relevant && c.shift.high <= relevant:
		c.Verdict = MetricSame
	case !evident:
		c.Verdict = MetricUnknown
	case c.rises == c.metric.higher:
		c.Verdict = MetricBetter
	default:
		c.Verdict = MetricWorse
	}
	beyond := math.Abs(c.shift.estimate) >= relevant
	switch {
	case c.metric.role == informing:
		return NoChange
	case c.Verdict == MetricWorse && beyond:
		return Regression
	case c.Verdict == MetricBetter && beyond:
		return Improvement
	case c.Verdict == MetricUnknown && c.metric.role == deciding:
		return TooLittleEvidence
	}
	return NoChange
}
