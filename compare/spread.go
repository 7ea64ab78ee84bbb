package compare

import (
	"math"
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// A Spread is one metric of several runs of the same spec. Times are in seconds.
type Spread struct {
	Metric string `json:"metric"` // its name in thresholds
	Unit   string `json:"unit"`   // as in MetricComparison
	Better string `json:"better"` // higher or lower
	Median
	Min float64 `json:"min"`
	Max float64 `json:"max"`
	// Variation is the standard deviation as a share of the mean: how much runs
	// differ by chance. It is 0 if the mean is 0.
	Variation float64 `json:"variation"`
}

// A Set is the runs of one spec and how much they differ. Times are in seconds.
type Set struct {
	Times    int64           `json:"repeat"`   // runs that were asked for
	Cooldown float64         `json:"cooldown"` // wait between the runs
	Metrics  []Spread        `json:"metrics"`
	Warnings []Warning       `json:"warnings"`
	Results  []*aurea.Result `json:"results"` // in the order of execution; fewer than Times if it was interrupted
}

// Spreads returns how each metric is spread over runs, and warnings about runs
// that are left out, as Results leaves them out. A metric without a value in any
// run is absent.
func Spreads(results []*aurea.Result) ([]Spread, []Warning) {
	c := Comparison{Warnings: []Warning{}}
	results = c.usable("the set", results)
	spreads := []Spread{}
	for _, m := range metrics {
		values := m.values(results)
		if len(values) == 0 {
			continue
		}
		spreads = append(spreads, Spread{
			Metric: m.name, Unit: m.unit, Better: m.better(), Median: medianOf(values),
			Min: slices.Min(values), Max: slices.Max(values), Variation: variation(values),
		})
	}
	return spreads, c.Warnings
}

// variation returns the standard deviation of a sample as a share of its mean.
func variation(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	n := float64(len(values))
	mean, squares := 0.0, 0.0
	for _, value := range values {
		mean += value / n
	}
	if mean == 0 {
		return 0
	}
	for _, value := range values {
		off := value/mean - 1 // no overflow
		squares += off * off
	}
	return math.Sqrt(squares / (n - 1))
}
