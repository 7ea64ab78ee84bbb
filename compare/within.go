package compare

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// A WithinRuns is what the series of two single runs say about one metric. It is
// weaker than the comparison of several runs: it knows how much each run varied
// within itself, and not how much runs differ from each other. It has no
// influence on the verdict of the comparison.
type WithinRuns struct {
	Metric     string        `json:"metric"` // of latency quantiles: the mean of the intervals' values
	Difference Difference    `json:"difference"`
	Verdict    MetricVerdict `json:"verdict"` // better, worse or unknown
}

const (
	minPoints = 20   // of a run's series, for a bootstrap
	resamples = 1000 // of either series
)

// A seriesMetric is a metric that a series has. read reads it from some points.
type seriesMetric struct {
	metric
	read func(points []aurea.Point) float64
}

// seriesReaders is the table of metrics that a series has, by their names.
var seriesReaders = map[string]func(points []aurea.Point) float64{
	"throughput": func(points []aurea.Point) float64 {
		return meanOver(points, func(p aurea.Point) (float64, float64) { return p.Throughput, 1 })
	},
	"p50": func(points []aurea.Point) float64 {
		return meanOver(points, func(p aurea.Point) (float64, float64) { return p.P50, float64(p.OK) })
	},
	"p90": func(points []aurea.Point) float64 {
		return meanOver(points, func(p aurea.Point) (float64, float64) { return p.P90, float64(p.OK) })
	},
	"p99": func(points []aurea.Point) float64 {
		return meanOver(points, func(p aurea.Point) (float64, float64) { return p.P99, float64(p.OK) })
	},
	"error_rate": func(points []aurea.Point) float64 {
		return meanOver(points, func(p aurea.Point) (float64, float64) {
			ended := float64(p.OK + p.Failed)
			return float64(p.Failed) / max(ended, 1), ended
		})
	},
}

// seriesMetrics returns the metrics that a series has, in the order of metrics.
func seriesMetrics() (found []seriesMetric) {
	for _, m := range metrics {
		if read := seriesReaders[m.name]; read != nil {
			found = append(found, seriesMetric{m, read})
		}
	}
	return found
}

// meanOver returns the weighted mean of a value of points; 0 without weight.
func meanOver(points []aurea.Point, read func(aurea.Point) (value, weight float64)) float64 {
	var sum, weights float64
	for _, p := range points {
		value, weight := read(p)
		sum, weights = sum+value*weight, weights+weight
	}
	if weights == 0 {
		return 0
	}
	return sum / weights
}

// withinRuns compares two runs by their series; nil if one of them is too short.
// The intervals are percentiles of a circular block bootstrap (Politis and
// Romano, 1992): blocks keep the dependence of neighboring points, and their
// length is the cube root of the number of points. It has a fixed seed.
func withinRuns(base, head *aurea.Result) []WithinRuns {
	before, after := judgedPoints(base), judgedPoints(head)
	if min(len(before), len(after)) < minPoints {
		return nil
	}
	random := rand.New(rand.NewPCG(1, 2))
	compared := seriesMetrics()
	shifts := make([][]float64, len(compared))
	for range resamples {
		b, h := resample(random, before), resample(random, after)
		for i, m := range compared {
			shifts[i] = append(shifts[i], m.shift(b, h))
		}
	}
	var all []WithinRuns
	for i, m := range compared {
		w := m.judge(m.shift(before, after), shifts[i])
		if value := w.Difference.Value; !math.IsNaN(value) && !math.IsInf(value, 0) {
			all = append(all, w)
		}
	}
	return all
}

// judgedPoints returns the points of a series after the warm-up.
func judgedPoints(r *aurea.Result) []aurea.Point {
	return slices.DeleteFunc(slices.Clone(r.Series), func(p aurea.Point) bool { return p.T <= r.Spec.Warmup.Seconds() })
}

// resample draws as many points as there are, in blocks of neighbors. The last
// point has the first one as its neighbor.
func resample(random *rand.Rand, points []aurea.Point) []aurea.Point {
	block := int(math.Ceil(math.Cbrt(float64(len(points)))))
	drawn := make([]aurea.Point, 0, len(points))
	for len(drawn) < len(points) {
		from := random.IntN(len(points))
		for i := range min(block, len(points)-len(drawn)) {
			drawn = append(drawn, points[(from+i)%len(points)])
		}
	}
	return drawn
}

// shift returns the difference between two series, on the metric's scale.
func (m seriesMetric) shift(base, head []aurea.Point) float64 {
	scaled := m.toScale([]float64{m.read(base), m.read(head)})
	if scaled[0] == scaled[1] { // two infinities too
		return 0
	}
	return scaled[1] - scaled[0]
}

// judge returns the difference with the interval of its resamples.
func (m seriesMetric) judge(shift float64, resampled []float64) WithinRuns {
	slices.Sort(resampled)
	tail := int(float64(len(resampled)) * testLevel / 2)
	low, high := resampled[tail], resampled[len(resampled)-1-tail]
	w := WithinRuns{Metric: m.name, Verdict: MetricUnknown, Difference: Difference{
		Value: m.fromScale(shift), Interval: finiteInterval(m.fromScale(low), m.fromScale(high)),
	}}
	switch {
	case low > 0 && m.higherIsBetter, high < 0 && !m.higherIsBetter:
		w.Verdict = MetricBetter
	case low > 0, high < 0:
		w.Verdict = MetricWorse
	}
	return w
}
