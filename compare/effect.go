package compare

import (
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// An effect is the comparison of one metric and the numbers that its verdict
// follows from.
type effect struct {
	MetricComparison
	metric metric
	shift  shift // on the metric's scale
	rises  bool  // values of head tend to be above those of base
	varies bool  // not all values are equal
	// pLooks is P corrected for the looks of a sequence, and not yet for the number
	// of metrics.
	pLooks float64
}

// newEffect compares the values of a metric. Its verdict is still missing: it
// depends on how many metrics are tested.
func newEffect(m metric, base, head []float64, looks sequence) effect {
	level := looks.level(len(base), len(head))
	e := effect{
		MetricComparison: MetricComparison{
			Metric: m.name, Unit: m.unit, Better: m.better(), Base: medianOf(base), Head: medianOf(head),
			P: pValue(base, head), PAdjusted: 1, TooFewRuns: intervalRank(len(base), len(head), level) == 0,
		},
		metric: m,
	}
	e.pLooks = looks.adjust(e.P, len(base), len(head))
	if len(base) == 0 || len(head) == 0 {
		return e
	}
	e.rises = superiority(base, head) > 0.5
	e.varies = min(slices.Min(base), slices.Min(head)) < max(slices.Max(base), slices.Max(head))
	e.shift = hodgesLehmann(m.toScale(base), m.toScale(head), level)
	if value := m.fromScale(e.shift.estimate); !math.IsInf(value, 0) {
		e.Difference = &Difference{Value: value}
		if e.shift.bounded {
			e.Difference.Interval = finiteInterval(m.fromScale(e.shift.low), m.fromScale(e.shift.high))
		}
	}
	return e
}

// medianOf returns the median and its interval by order statistics.
func medianOf(values []float64) Median {
	if len(values) == 0 {
		return Median{}
	}
	s := benchmath.AssumeNothing.Summary(newSample(values), confidence)
	return Median{N: len(values), Median: s.Center, Interval: finiteInterval(s.Lo, s.Hi)}
}

// finiteInterval returns the interval, or nil if one of its ends is infinite or
// no number.
func finiteInterval(low, high float64) *Interval {
	if math.IsInf(low, 0) || math.IsInf(high, 0) || math.IsNaN(low) || math.IsNaN(high) {
		return nil
	}
	return &Interval{low, high}
}

// judge sets the verdict of the metric and returns the verdict that it implies
// for the comparison.
func (e *effect) judge(threshold float64) Verdict {
	relevant := e.metric.relevantShift(threshold)
	significant := e.PAdjusted <= testLevel
	switch {
	case e.shift.bounded && e.shift.low >= -relevant && e.shift.high <= relevant:
		e.Verdict = MetricSame
	case !significant:
		e.Verdict = MetricUnknown
	case e.rises == e.metric.higherIsBetter:
		e.Verdict = MetricBetter
	default:
		e.Verdict = MetricWorse
	}
	large := math.Abs(e.shift.estimate) >= relevant
	switch {
	case e.metric.role == informing:
		return NoChange
	case e.Verdict == MetricWorse && large:
		return Regression
	case e.Verdict == MetricBetter && large:
		return Improvement
	case e.Verdict == MetricUnknown && e.metric.role == deciding:
		return TooLittleEvidence
	}
	return NoChange
}
