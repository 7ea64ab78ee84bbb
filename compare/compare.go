// Package compare says how the results of two sides, base and head, differ and
// whether the difference is more than chance.
//
// Its unit is the run: each run is one value of each metric, because the jobs of
// a run are not independent of each other. The tests assume nothing about the
// distribution of these values. It imports only package aurea, and holds the
// functions of benchmath that Aurea uses.
//
// Read comparison.go for the outcome, metric.go for what is compared, compare.go
// for the course of a comparison, and effect.go, pvalue.go and hodgeslehmann.go
// for the statistics.
package compare

import (
	"fmt"
	"slices"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// Options say what matters in a comparison.
type Options struct {
	// Threshold is the difference that matters, as a share of 0 or more; with 0 any
	// does. An error rate has one of its own: one job in a thousand.
	Threshold float64
}

// DefaultThreshold is the difference that matters unless somebody says.
const DefaultThreshold = 0.05

// Compare compares the results of two sides, and leaves them as they are. Those that
// are not to be believed are left out, with a warning; what makes the others unlike
// is a warning each.
func Results(base, head []*aurea.Result, options Options) Comparison {
	c := Comparison{Threshold: options.Threshold, Confidence: confidence, Metrics: []MetricComparison{}, Warnings: []Warning{}}
	base, head = c.believed("base", base), c.believed("head", head)
	c.Base, c.Head = comparedRuns(base), comparedRuns(head)
	c.Currency = currencyOf(slices.Concat(base, head))
	c.warn(base, head)
	var contrasts []contrast
	for _, m := range metrics {
		inBase, inHead := m.values(base), m.values(head)
		if len(inBase)+len(inHead) > 0 {
			contrasts = append(contrasts, m.contrast(inBase, inHead))
		} else if m.role != informing && len(base)+len(head) > 0 {
			c.add("few_jobs", m.name, "%s is left out: it takes runs with %d jobs or more that ended ok", m.name, m.needs)
		}
	}
	c.judge(contrasts)
	return c
}

// currencyOf is what the money of all the results is in; "" where they differ.
func currencyOf(results []*aurea.Result) string {
	var currencies []string
	for _, r := range results {
		currencies = append(currencies, r.Cost.Currency)
	}
	if slices.Sort(currencies); len(slices.Compact(currencies)) != 1 {
		return ""
	}
	return currencies[0]
}

func comparedRuns(results []*aurea.Result) ComparedRuns {
	runs := ComparedRuns{Runs: len(results), IDs: []string{}}
	for _, r := range results {
		runs.IDs = append(runs.IDs, r.ID)
	}
	return runs
}

// judge gives every metric its verdict, and the comparison its own, the gravest
// that any metric asks for. Metrics in which no two values differ are not tested,
// and need no correction.
func (c *Comparison) judge(contrasts []contrast) {
	var ps []float64
	for _, m := range contrasts {
		if m.varies {
			ps = append(ps, m.P)
		}
	}
	ps = adjusted(ps)
	asked := map[Verdict]bool{TooLittleEvidence: len(contrasts) == 0}
	for _, m := range contrasts {
		if m.varies {
			m.PAdjusted, ps = ps[0], ps[1:]
		}
		asked[m.judge(c.Threshold)] = true
		c.Metrics = append(c.Metrics, m.MetricComparison)
	}
	c.Verdict = NoChange
	for _, verdict := range []Verdict{TooLittleEvidence, Improvement, Regression} {
		if asked[verdict] {
			c.Verdict = verdict
		}
	}
}

// ParseThreshold reads a difference that matters: a share from 0 to 1, or a
// percentage. The error says what it must be.
func ParseThreshold(text string) (float64, error) {
	value, ok := aurea.ParseShare(text)
	if !ok || value < 0 || value > 1 {
		return 0, fmt.Errorf("must be a share from 0 to 1, such as 5%% or 0.05; got %s", param.Describe(text))
	}
	return value, nil
}
