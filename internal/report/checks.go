package report

import (
	"cmp"
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// A scenarioCheck is a threshold of a run or of one of its scenarios.
type scenarioCheck struct {
	aurea.ThresholdCheck
	scenario string // "" for the run
}

// text returns the expression, behind the name of its scenario.
func (c scenarioCheck) text() string {
	if c.scenario == "" {
		return c.Expression
	}
	return c.scenario + ": " + c.Expression
}

// allChecks returns the thresholds of a result and of its scenarios.
func allChecks(r *aurea.Result) (all []scenarioCheck) {
	for _, check := range r.Thresholds {
		all = append(all, scenarioCheck{check, ""})
	}
	for _, scenario := range r.Scenarios {
		for _, check := range scenario.Thresholds {
			all = append(all, scenarioCheck{check, scenario.Name})
		}
	}
	return all
}

// worstFirst returns the thresholds that failed, those without data, and the
// others.
func worstFirst(checks []scenarioCheck) []scenarioCheck {
	severity := map[string]int{"FAIL": 0, "no data": 1, "pass": 2}
	return slices.SortedStableFunc(slices.Values(checks), func(a, b scenarioCheck) int {
		return cmp.Compare(severity[thresholdState(a.ThresholdCheck)], severity[thresholdState(b.ThresholdCheck)])
	})
}

// checksThat returns the thresholds that satisfy a condition.
func checksThat(r *aurea.Result, is func(aurea.ThresholdCheck) bool) []scenarioCheck {
	return slices.DeleteFunc(allChecks(r), func(c scenarioCheck) bool { return !is(c.ThresholdCheck) })
}
