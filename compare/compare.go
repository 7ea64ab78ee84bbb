// Package compare says how the results of two sides, base and head, differ and
// whether the difference is more than chance.
//
// Its unit is the run: each run is one value of each metric, because the jobs of
// a run are not independent of each other. The tests assume nothing about the
// distribution of these values. It imports only aurea and param, and is the only
// package that uses benchmath.
//
// Read comparison.go for the outcome, metric.go for what is compared, compare.go
// for the course of a comparison, effect.go, pvalue.go and hodgeslehmann.go for
// the statistics, and sequential.go for stopping early.
package compare

import (
	"fmt"
	"slices"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// Options are the settings of a comparison.
type Options struct {
	// Threshold is the smallest difference that matters, as a share of the base,
	// at least 0. With 0 every difference matters. The error rate has a fixed
	// threshold instead: one job in a thousand.
	Threshold float64
	// Planned is how many runs each side has at most, if the comparison is repeated
	// as they are added in order to stop early. It corrects p-values and intervals
	// for that, so that the chance of a false positive stays what it is. 0 is a
	// comparison that is made once. More runs than planned may not be compared.
	Planned int
}

// DefaultThreshold is the usual Options.Threshold, 5 %.
const DefaultThreshold = 0.05

// Results compares the results of two sides. It does not change them. Results
// that are not usable are left out, each with a warning. Differences in how the
// others were measured are warnings too.
func Results(base, head []*aurea.Result, options Options) Comparison {
	c := Comparison{
		Threshold: options.Threshold, Confidence: confidence, Planned: options.Planned,
		Metrics: []MetricComparison{}, Warnings: []Warning{},
	}
	base, head = c.usable("base", base), c.usable("head", head)
	c.Base, c.Head = comparedRuns(base), comparedRuns(head)
	c.Currency = commonCurrency(slices.Concat(base, head))
	c.checkComparability(base, head)
	var effects []effect
	looks := newSequence(options.Planned)
	for _, m := range append(slices.Clone(metrics), scenarioMetrics(slices.Concat(base, head))...) {
		inBase, inHead := m.values(base), m.values(head)
		if len(inBase)+len(inHead) > 0 {
			effects = append(effects, newEffect(m, inBase, inHead, looks))
		} else if m.role != informing && len(base)+len(head) > 0 {
			c.warnf("few_jobs", m.name,
				"%s is left out: it takes runs with %d jobs or more that ended ok", m.name, m.needs)
		}
	}
	c.judge(effects)
	if len(base) == 1 && len(head) == 1 {
		c.WithinRuns = withinRuns(base[0], head[0])
	}
	return c
}

// commonCurrency returns the currency of all results, or "" if they have
// several.
func commonCurrency(results []*aurea.Result) string {
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

// judge sets the verdict of every metric and of the comparison. The latter is
// the most serious one that any metric implies. Metrics whose values are all
// equal are not tested, so they do not count in the correction of p-values.
func (c *Comparison) judge(effects []effect) {
	var ps []float64
	for _, e := range effects {
		if e.varies {
			ps = append(ps, e.pLooks)
		}
	}
	ps = benjaminiHochberg(ps)
	if len(effects) == 0 {
		c.MoreRuns = FewestRuns
	}
	implied := map[Verdict]bool{TooLittleEvidence: len(effects) == 0}
	for _, e := range effects {
		if e.varies {
			e.PAdjusted, ps = ps[0], ps[1:]
		}
		verdict := e.judge(c.Threshold)
		if implied[verdict] = true; verdict == TooLittleEvidence {
			c.MoreRuns = max(c.MoreRuns, e.moreRuns(c.Threshold))
		}
		c.Metrics = append(c.Metrics, e.MetricComparison)
	}
	c.Verdict = NoChange
	for _, verdict := range []Verdict{TooLittleEvidence, Improvement, Regression} {
		if implied[verdict] {
			c.Verdict = verdict
		}
	}
	if c.Verdict != TooLittleEvidence {
		c.MoreRuns = 0
	}
}

// ParseThreshold parses an Options.Threshold: a share from 0 to 1, or a
// percentage. The error says what the text must be.
func ParseThreshold(text string) (float64, error) {
	value, ok := aurea.ParseShare(text)
	if !ok || value < 0 || value > 1 {
		return 0, fmt.Errorf("must be a share from 0 to 1, such as 5%% or 0.05; got %s", param.Describe(text))
	}
	return value, nil
}
