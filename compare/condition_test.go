package compare

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseCondition(t *testing.T) {
	for text, want := range map[string]struct {
		metric string
		above  bool
		limit  float64
	}{
		"p99 > +5%":         {"p99", true, 0.05},
		"p99>5%":            {"p99", true, 0.05},
		" throughput < -5%": {"throughput", false, -0.05},
		"error_rate > 0.1%": {"error_rate", true, 0.001},
		"p99.9 > 0":         {"p99.9", true, 0},
		"delay.p99 > 200%":  {"delay.p99", true, 2},

		"scenarios.login.p99 > +5%":      {"scenarios.login.p99", true, 0.05},
		"scenarios.Log-in.v2.p99.9 > 5%": {"scenarios.Log-in.v2.p99.9", true, 0.05},
		"scenarios.a.error_rate > 1%":    {"scenarios.a.error_rate", true, 0.01},
		"scenarios.a.throughput < -3%":   {"scenarios.a.throughput", false, -0.03},
	} {
		got, err := ParseCondition(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got.metric.name != want.metric || got.above != want.above || math.Abs(got.limit-want.limit) > 1e-15 {
			t.Errorf("%s: %s, above %t, %v; want %+v", text, got.metric.name, got.above, got.limit, want)
		}
		if got.String() != text {
			t.Errorf("%s: written as %s", text, got)
		}
	}
	const ofScenario = `and those of a scenario, such as scenarios.login.p99; got `
	const sign = `must be above a difference that is 0 or more, or below one that is 0 or less, such as ` +
		`"p99 > +5%" or "throughput < -5%"; got `
	for text, want := range map[string]string{
		"":    `must be a metric, > or <, and a difference, such as "p99 > +5%"; got ""`,
		"p99": `must be a metric, > or <, and a difference, such as "p99 > +5%"; got "p99"`,
		"p98 > 5%": `has no metric that is compared: they are throughput, mean_latency, p50, p90, p99, ` +
			`p99.9, delay.p99, error_rate, cost_per_million, ` + ofScenario + `"p98"`,
		"scenarios.a.p98 > 5%": `has no metric that is compared: they are throughput, mean_latency, p50, p90, p99, ` +
			`p99.9, delay.p99, error_rate, cost_per_million, ` + ofScenario + `"scenarios.a.p98"`,
		"p99 > 5ms":    `must end with a difference such as +5% or -5%, a share of the base; got "5ms"`,
		"p99 >= 5%":    `must end with a difference such as +5% or -5%, a share of the base; got "= 5%"`,
		"p99 > 1e9":    `must end with a difference such as +5% or -5%, a share of the base; got "1e9"`,
		"p99 > -5%":    sign + `"p99 > -5%"`,
		"p50 < 5%":     sign + `"p50 < 5%"`,
		"p99 > +NaN":   `must end with a difference such as +5% or -5%, a share of the base; got "+NaN"`,
		"p99 > + 5 %%": `must end with a difference such as +5% or -5%, a share of the base; got "+ 5 %%"`,
	} {
		_, err := ParseCondition(text)
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
}

// A condition fails only with evidence and beyond its limit. It is met if the
// whole interval is within the limit, or with evidence of a smaller difference.
func TestCheck(t *testing.T) {
	slow := []float64{1.20, 1.21, 1.22, 1.23, 1.24, 1.25}
	even := []float64{1.00, 1.01, 1.02, 1.03, 1.04, 1.05}
	noisy := []float64{0.5, 0.9, 1.2, 1.6, 2, 0.7}
	for _, test := range []struct {
		name       string
		base, head []float64
		expression string
		want       ConditionState
	}{
		{"slower by more", even, slow, "p99 > +10%", ConditionFailed},
		{"slower by less", even, slow, "p99 > +30%", ConditionMet},
		{"in the other direction", even, slow, "p99 < -1%", ConditionMet},
		{"faster", slow, even, "p99 < -10%", ConditionFailed},
		{"less throughput", even, slow, "throughput < -10%", ConditionFailed},
		{"alike", even, even, "p99 > +10%", ConditionMet},
		{"alike, with a limit within the noise", even, even, "p99 > +1%", ConditionUnknown},
		{"noise", even, noisy, "p99 > +10%", ConditionUnknown},
		{"one run each", even[:1], slow[:1], "p99 > +10%", ConditionUnknown},
		{"a metric without values", even, slow, "delay.p99 > +10%", ConditionUnknown},
		{"errors", even, slow, "error_rate > +0.1%", ConditionMet},
	} {
		condition, err := ParseCondition(test.expression)
		if err != nil {
			t.Fatal(err)
		}
		c := Results(resultsOf("base", test.base...), resultsOf("head", test.head...), Options{Threshold: 0.05})
		c.Check([]Condition{condition})
		want := []ConditionResult{{test.expression, condition.metric.name, test.want}}
		if diff := cmp.Diff(want, c.Conditions); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if got := c.ConditionState(); got != test.want {
			t.Errorf("%s: the state is %s, want %s", test.name, got, test.want)
		}
		if got := c.Conclusive(); got != (test.want != ConditionUnknown) {
			t.Errorf("%s: conclusive is %t, and the condition %s", test.name, got, test.want)
		}
	}
}

// The cost that rises from 0 rises without bound.
func TestCheckFromZero(t *testing.T) {
	base, head := resultsOf("base", 1, 1, 1, 1), resultsOf("head", 1, 1, 1, 1)
	for _, r := range base {
		r.Cost.PerMillionJobs = 0
	}
	condition, err := ParseCondition("cost_per_million > +500%")
	if err != nil {
		t.Fatal(err)
	}
	c := Results(base, head, Options{})
	c.Check([]Condition{condition})
	if got := c.ConditionState(); got != ConditionFailed {
		t.Errorf("from 0: %s, want %s", got, ConditionFailed)
	}
	c = Results(head, base, Options{})
	c.Check([]Condition{condition})
	if got := c.ConditionState(); got != ConditionMet {
		t.Errorf("to 0: %s, want %s", got, ConditionMet)
	}
}
