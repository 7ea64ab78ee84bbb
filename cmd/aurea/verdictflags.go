package main

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/compare"
)

// verdictFlags are the flags that say which differences matter.
type verdictFlags struct {
	threshold string
	failOn    []string
}

func (f *verdictFlags) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&f.threshold, "threshold", "5%", "least difference that matters, as a share or a percentage")
	flags.StringArrayVar(&f.failOn, "fail-on", nil,
		`difference that fails, by evidence, such as "p99 > +5%"; with it nothing else fails; repeatable`)
}

// parse returns the threshold and the conditions.
func (f *verdictFlags) parse() (float64, []compare.Condition, error) {
	threshold, err := compare.ParseThreshold(f.threshold)
	if err != nil {
		return 0, nil, usageErrorf("--threshold %v", err)
	}
	var conditions []compare.Condition
	for _, text := range f.failOn {
		condition, err := compare.ParseCondition(text)
		if err != nil {
			return 0, nil, usageErrorf("--fail-on %v", err)
		}
		conditions = append(conditions, condition)
	}
	return threshold, conditions, nil
}

// comparisonExitError returns the exitError of a comparison; nil if nothing in it
// fails.
func comparisonExitError(c compare.Comparison) error {
	if len(c.Conditions) > 0 {
		return conditionsExitError(c)
	}
	var worse []string
	enough := false
	for _, m := range c.Metrics {
		enough = enough || !m.TooFewRuns
		if m.Verdict == compare.MetricWorse {
			worse = append(worse, m.Metric)
		}
	}
	switch {
	case c.Verdict == compare.Regression:
		return exitError{exitThreshold, "a regression: worse by evidence in " + strings.Join(worse, ", ")}
	case c.Verdict == compare.TooLittleEvidence && !enough:
		return exitError{exitEvidence,
			"too little evidence to say: it takes 4 runs of each to tell any difference from chance"}
	case c.Verdict == compare.TooLittleEvidence:
		return exitError{exitEvidence,
			"too little evidence to say: more runs of each would tell, or a larger --threshold asks for less"}
	}
	return nil
}

// conditionsExitError is comparisonExitError for a comparison with --fail-on.
func conditionsExitError(c compare.Comparison) error {
	var failed, unknown []string
	for _, condition := range c.Conditions {
		switch condition.State {
		case compare.ConditionFailed:
			failed = append(failed, condition.Expression)
		case compare.ConditionUnknown:
			unknown = append(unknown, condition.Expression)
		}
	}
	switch {
	case len(failed) > 0:
		return exitError{exitThreshold, "fails on " + strings.Join(failed, ", ")}
	case len(unknown) > 0:
		return exitError{exitEvidence,
			"too little evidence to say: more runs of each would tell " + strings.Join(unknown, ", ")}
	}
	return nil
}
