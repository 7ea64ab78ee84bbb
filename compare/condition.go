package compare

import (
	"fmt"
	"math"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Condition is a difference that fails a comparison, such as "p99 > +5%": the
// metric is more than 5 % higher in head than in base, and that is more than
// chance. The zero value is not a condition; use ParseCondition.
type Condition struct {
	expression string
	metric     metric
	above      bool    // it fails above the limit; else below it
	limit      float64 // on the scale of Difference.Value
}

// String returns the condition as it was written.
func (c Condition) String() string { return c.expression }

// A ConditionState is whether a condition fails a comparison.
type ConditionState string

// The states of a condition.
const (
	ConditionMet     ConditionState = "met"     // the difference is within the limit
	ConditionFailed  ConditionState = "failed"  // it is beyond the limit, by evidence
	ConditionUnknown ConditionState = "unknown" // it may be beyond the limit: more runs would tell
)

// ConditionStates returns all states of a condition.
func ConditionStates() []ConditionState {
	return []ConditionState{ConditionMet, ConditionFailed, ConditionUnknown}
}

// A ConditionResult is a condition and whether it fails the comparison.
type ConditionResult struct {
	Expression string         `json:"expression"`
	Metric     string         `json:"metric"`
	State      ConditionState `json:"state"`
}

// ParseCondition parses a condition: the name of a metric, also of a scenario, as in
// "scenarios.login.p99 > +5%", > or <, and a signed share or percentage of the base.
// For error_rate it is percentage points. The error says what is wrong with the text.
func ParseCondition(text string) (Condition, error) {
	at := strings.IndexAny(text, "<>")
	if at < 0 {
		return Condition{}, fmt.Errorf(`must be a metric, > or <, and a difference, such as "p99 > +5%%"; got %s`,
			param.Describe(text))
	}
	c := Condition{expression: text, above: text[at] == '>', metric: metricNamed(strings.TrimSpace(text[:at]))}
	if c.metric.name == "" {
		return Condition{}, fmt.Errorf("has no metric that is compared: they are %s, and those of a scenario, "+
			"such as %slogin.p99; got %s", strings.Join(metricNames(), ", "), scenarioPrefix,
			param.Describe(strings.TrimSpace(text[:at])))
	}
	limit := strings.TrimSpace(text[at+1:])
	value, ok := aurea.ParseShare(strings.TrimPrefix(limit, "+"))
	if !ok || math.Abs(value) > maxLimit {
		return Condition{}, fmt.Errorf("must end with a difference such as +5%% or -5%%, a share of the base; got %s",
			param.Describe(limit))
	}
	if c.above && value < 0 || !c.above && value > 0 {
		return Condition{}, fmt.Errorf(`must be above a difference that is 0 or more, or below one that is 0 or less, `+
			`such as "p99 > +5%%" or "throughput < -5%%"; got %s`, param.Describe(text))
	}
	c.limit = value
	return c, nil
}

// maxLimit is the largest limit of a condition, as a share.
const maxLimit = 1000

// Check sets Conditions to the states of the given conditions. Their order is
// kept. It adds a warning for each one of a scenario that the runs do not have.
func (c *Comparison) Check(conditions []Condition) {
	c.Conditions = nil
	for _, condition := range conditions {
		result := ConditionResult{condition.expression, condition.metric.name, ConditionUnknown}
		found := false
		for _, m := range c.Metrics {
			if m.Metric == condition.metric.name {
				result.State, found = condition.state(m), true
			}
		}
		if !found && strings.HasPrefix(result.Metric, scenarioPrefix) {
			c.warnf("no_metric", result.Metric, "no run has a value of %s", result.Metric)
		}
		c.Conditions = append(c.Conditions, result)
	}
}

// ConditionState returns the state of all conditions together: failed if one is,
// else unknown if one is.
func (c Comparison) ConditionState() ConditionState {
	state := ConditionMet
	for _, condition := range c.Conditions {
		if condition.State == ConditionFailed {
			return ConditionFailed
		}
		if condition.State == ConditionUnknown {
			state = ConditionUnknown
		}
	}
	return state
}

// state returns the state of the condition by the comparison of its metric.
func (c Condition) state(m MetricComparison) ConditionState {
	significant := m.PAdjusted <= testLevel
	if m.Difference == nil {
		if grew := m.Head.Median > m.Base.Median; significant && grew == c.above {
			return ConditionFailed // from 0: an infinite difference
		}
		return ConditionUnknown
	}
	interval := m.Difference.Interval
	switch {
	case significant && c.beyond(m.Difference.Value):
		return ConditionFailed
	case significant, interval != nil && !c.beyond(interval.Low) && !c.beyond(interval.High):
		return ConditionMet
	}
	return ConditionUnknown
}

// beyond reports whether a difference is beyond the limit.
func (c Condition) beyond(difference float64) bool {
	if c.above {
		return difference > c.limit
	}
	return difference < c.limit
}
