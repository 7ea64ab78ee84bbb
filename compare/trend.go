package compare

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Trend is how the metrics of a name's runs went, and where they changed. Times
// are in seconds.
type Trend struct {
	Name         string        `json:"name"`
	Significance float64       `json:"significance"` // accepted chance that a metric without a change shows one
	Runs         []TrendRun    `json:"runs"`         // oldest first
	Metrics      []MetricTrend `json:"metrics"`
	Warnings     []Warning     `json:"warnings"` // such as runs that are left out
	TooFewRuns   bool          `json:"too_few_runs"`
}

// A TrendRun is one run of a trend.
type TrendRun struct {
	ID        string    `json:"id"`
	StartTime time.Time `json:"start_time"`
	Version   string    `json:"version"` // of Aurea
}

// A MetricTrend is one metric of all runs.
type MetricTrend struct {
	Metric  string     `json:"metric"` // its name in thresholds
	Unit    string     `json:"unit"`   // of the values: seconds, share, jobs_per_second
	Better  string     `json:"better"` // higher or lower
	Values  []*float64 `json:"values"` // of each run; null for a run with too few jobs for it
	Changes []Change   `json:"changes"`
}

// A Change is where a metric changed: from the runs since the change before it to
// the runs until the next one.
type Change struct {
	Index   int           `json:"index"` // in Runs, of the first run after the change
	Run     string        `json:"run"`   // its id
	At      time.Time     `json:"at"`    // when it started
	Before  float64       `json:"before"`
	After   float64       `json:"after"`          // medians of the runs
	Size    *float64      `json:"size,omitempty"` // a share of before; of shares the difference; absent if infinite
	P       float64       `json:"p"`              // of the permutation test
	Verdict MetricVerdict `json:"verdict"`        // better or worse
}

// MinTrendRuns is the number of runs that it takes to find any change.
const MinTrendRuns = 10

// MaxTrendRuns is the largest number of runs of a trend. The time to find its
// changes grows with the square of it.
const MaxTrendRuns = 200

// trendMetrics are the metrics of a trend, by their names.
var trendMetrics = []string{"throughput", "p50", "p99", "error_rate"}

// NewTrend finds the changes in the results of a name, in the order in which they
// started. It leaves out results as Results does, and all but the newest
// MaxTrendRuns. It does not change them. The same results have the same trend.
func NewTrend(name string, results []*aurea.Result) Trend {
	var of Comparison // collects the warnings
	results = of.usable("the trend", results)
	slices.SortStableFunc(results, func(a, b *aurea.Result) int { return a.StartTime.Compare(b.StartTime) })
	results = results[max(len(results)-MaxTrendRuns, 0):]
	t := Trend{
		Name: name, Significance: significance, Runs: []TrendRun{}, Metrics: []MetricTrend{},
		Warnings: append([]Warning{}, of.Warnings...), TooFewRuns: len(results) < MinTrendRuns,
	}
	for _, r := range results {
		t.Runs = append(t.Runs, TrendRun{r.ID, r.StartTime, r.Environment.Version})
	}
	for _, m := range metrics {
		if slices.Contains(trendMetrics, m.name) {
			t.Metrics = append(t.Metrics, t.metric(m, results))
		}
	}
	t.warnChanges(results)
	return t
}

// warnChanges adds a warning for everything that changed together with a metric: it
// may be the reason.
func (t *Trend) warnChanges(results []*aurea.Result) {
	changed := map[int]bool{}
	for _, m := range t.Metrics {
		for _, change := range m.Changes {
			changed[change.Index] = true
		}
	}
	for _, i := range slices.Sorted(maps.Keys(changed)) {
		for _, of := range mustMatch {
			t.warnBetween(results[i-1:i], results[i:i+1], of.code, of.read)
		}
	}
}

// warnBetween adds a warning for each field that differs between two results.
func (t *Trend) warnBetween(before, after []*aurea.Result, code string, read func(*aurea.Result) any) {
	var unlike Comparison
	unlike.warnUnlike(code, before, after, read)
	had, has := flattenAll(before, read), flattenAll(after, read)
	for _, w := range unlike.Warnings {
		t.Warnings = append(t.Warnings, Warning{code, after[0].ID, fmt.Sprintf("%s was %s before %s, and %s with it",
			w.About, firstFew(distinct(had, w.About)), after[0].ID, firstFew(distinct(has, w.About)))})
	}
}

// metric finds the changes of one metric.
func (t *Trend) metric(m metric, results []*aurea.Result) MetricTrend {
	of := MetricTrend{Metric: m.name, Unit: m.unit, Better: m.better(), Values: []*float64{}, Changes: []Change{}}
	var series []float64
	var runs []int // of the values of series
	for i, r := range results {
		value := m.values([]*aurea.Result{r})
		if len(value) == 0 {
			of.Values = append(of.Values, nil)
			continue
		}
		of.Values = append(of.Values, &value[0])
		series, runs = append(series, value[0]), append(runs, i)
	}
	points := changePoints(series)
	for i, point := range points {
		from, to := 0, len(series)
		if i > 0 {
			from = points[i-1].at
		}
		if i+1 < len(points) {
			to = points[i+1].at
		}
		change := m.change(series[from:point.at], series[point.at:to])
		run := t.Runs[runs[point.at]]
		change.Index, change.Run, change.At, change.P = runs[point.at], run.ID, run.StartTime, point.p
		of.Changes = append(of.Changes, change)
	}
	return of
}

// change returns the size of a change between two parts of a series.
func (m metric) change(before, after []float64) Change {
	c := Change{Before: medianOfSorted(slices.Sorted(slices.Values(before))),
		After: medianOfSorted(slices.Sorted(slices.Values(after)))}
	size := c.After - c.Before
	if m.relevant == 0 {
		size /= c.Before
	}
	if !math.IsInf(size, 0) && !math.IsNaN(size) {
		c.Size = &size
	}
	rises := superiority(before, after) > 0.5
	c.Verdict = MetricWorse
	if rises == m.higherIsBetter {
		c.Verdict = MetricBetter
	}
	return c
}

// WorseSince returns the names of the metrics that became worse with one of the
// last runs of the trend.
func (t Trend) WorseSince(last int) (names []string) {
	for _, m := range t.Metrics {
		worse := func(c Change) bool { return c.Verdict == MetricWorse && c.Index >= len(t.Runs)-last }
		if slices.ContainsFunc(m.Changes, worse) {
			names = append(names, m.Metric)
		}
	}
	return names
}
