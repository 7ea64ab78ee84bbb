package compare

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aurea-orchestrator/aurea"
)

// withScenario adds a scenario that is as fast as a result of the given latency.
func withScenario(r *aurea.Result, name string, latency float64) *aurea.Result {
	of := resultOf("", latency)
	r.Scenarios = append(r.Scenarios, aurea.ScenarioResult{
		Name: name, Counts: of.Counts, Throughput: of.Throughput, Latency: of.Latency,
	})
	spec := aurea.Spec{Name: name, NumJobs: 2000}
	r.Spec.Scenarios = append(r.Spec.Scenarios, aurea.Scenario{Spec: spec})
	return r
}

// twoScenarios returns two sides of ten runs. In head login is slower, and browse
// and the runs as a whole are not.
func twoScenarios() (base, head []*aurea.Result) {
	noise := []float64{1, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09}
	base, head = resultsOf("base", noise...), resultsOf("head", noise...)
	for i, factor := range noise {
		withScenario(withScenario(base[i], "log-in.v2", factor), "browse", 2*factor)
		withScenario(withScenario(head[i], "log-in.v2", 1.5*factor), "browse", 2*factor)
	}
	return base, head
}

// A scenario is compared as a run of it alone is; only the correction for the
// number of metrics knows of the others. One that is slower is a regression.
func TestScenarios(t *testing.T) {
	base, head := twoScenarios()
	c := Results(base, head, Options{Threshold: DefaultThreshold})
	was := resultsOf("base", 1, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09)
	is := resultsOf("head", 1.5, 1.515, 1.53, 1.545, 1.56, 1.575, 1.59, 1.605, 1.62, 1.635)
	alone := Results(was, is, Options{Threshold: DefaultThreshold})
	for _, name := range ofScenarios {
		got, want := findMetric(t, c, "scenarios.log-in.v2."+name), findMetric(t, alone, name)
		got.Metric, got.PAdjusted = want.Metric, want.PAdjusted
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-9, 0)); diff != "" {
			t.Errorf("%s (-alone +scenario):\n%s", name, diff)
		}
	}
	if c.Verdict != Regression {
		t.Errorf("the verdict is %s, want a regression", c.Verdict)
	}
	want := []string{
		"scenarios.log-in.v2.throughput", "scenarios.log-in.v2.mean_latency", "scenarios.log-in.v2.p50",
		"scenarios.log-in.v2.p90", "scenarios.log-in.v2.p99", "scenarios.log-in.v2.p99.9",
	}
	if diff := cmp.Diff(want, c.Regressed()); diff != "" {
		t.Errorf("what is worse (-want +got):\n%s", diff)
	}
	if again := Results(base, base, Options{Threshold: DefaultThreshold}); again.Verdict == Regression {
		t.Error("equal scenarios are a regression")
	}
}

// A condition names a metric of a scenario. One of a scenario that no run has is
// unknown, and a warning says so.
func TestConditionsOfScenarios(t *testing.T) {
	base, head := twoScenarios()
	c := Results(base, head, Options{Threshold: DefaultThreshold})
	var conditions []Condition
	for _, text := range []string{
		"scenarios.log-in.v2.p99 > +5%", "scenarios.log-in.v2.p99 > +60%", "scenarios.browse.p99 > +10%",
		"scenarios.other.p99 > +5%",
	} {
		condition, err := ParseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		conditions = append(conditions, condition)
	}
	c.Check(conditions)
	var states []ConditionState
	for _, result := range c.Conditions {
		states = append(states, result.State)
	}
	want := []ConditionState{ConditionFailed, ConditionMet, ConditionMet, ConditionUnknown}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	missing := Warning{"no_metric", "scenarios.other.p99", "no run has a value of scenarios.other.p99"}
	if n := len(slices.DeleteFunc(c.Warnings, func(w Warning) bool { return w != missing })); n != 1 {
		t.Errorf("%d warnings say that no run has it, want 1", n)
	}
}

// Scenarios are compared by name, in any order and also if only some runs have
// them. Their thresholds make no difference; their loads do.
func TestUnlikeScenarios(t *testing.T) {
	base, head := twoScenarios()
	for _, r := range head {
		slices.Reverse(r.Scenarios)
		r.Spec.Scenarios[0].Thresholds = []aurea.Threshold{{Expression: "p99 < 1s"}}
	}
	withScenario(head[0], "only", 1)
	head[0].Spec.Scenarios = head[0].Spec.Scenarios[:2]
	c := Results(base, head, Options{Threshold: DefaultThreshold})
	if m := findMetric(t, c, "scenarios.browse.p50"); m.Base.N != 10 || m.Head.N != 10 || m.Verdict == MetricWorse {
		t.Errorf("browse is %+v, want 10 like runs of each", m)
	}
	if m := findMetric(t, c, "scenarios.only.p50"); m.Base.N != 0 || m.Head.N != 1 || m.Difference != nil {
		t.Errorf("a scenario of one run is %+v", m)
	}
	if hasWarning(c, "unlike_spec") {
		t.Errorf("thresholds are unlike: %+v", c.Warnings)
	}
	head[0].Spec.Scenarios[1].Duration = aurea.Duration(time.Second)
	if c := Results(base, head, Options{}); len(c.Unlike) != 1 || c.Unlike[0].Field != "scenarios[1].duration" {
		t.Errorf("another duration is %+v", c.Unlike)
	}
}
