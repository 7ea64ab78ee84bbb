package compare

import (
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// ofScenarios are the metrics that each scenario of a run has too.
var ofScenarios = []string{"throughput", "mean_latency", "p50", "p90", "p99", "p99.9", "error_rate"}

// scenarioPrefix begins the names of the metrics of scenarios, such as
// scenarios.login.p99.
const scenarioPrefix = "scenarios."

// scenarioMetrics returns the metrics of all scenarios of the results, those of one
// scenario together.
func scenarioMetrics(results []*aurea.Result) (all []metric) {
	var names []string
	for _, r := range results {
		for _, scenario := range r.Scenarios {
			if !slices.Contains(names, scenario.Name) {
				names = append(names, scenario.Name)
			}
		}
	}
	for _, name := range names {
		for _, m := range metrics {
			if slices.Contains(ofScenarios, m.name) {
				all = append(all, m.ofScenario(name))
			}
		}
	}
	return all
}

// ofScenario returns the metric of a scenario. It can be a regression, but the lack
// of evidence about it is none about the run.
func (m metric) ofScenario(name string) metric {
	read, samples := m.read, m.samples
	m.name = scenarioPrefix + name + "." + m.name
	m.role = gating
	m.read = func(r *aurea.Result) float64 { return read(scenarioOf(r, name)) }
	m.samples = func(r *aurea.Result) int64 { return samples(scenarioOf(r, name)) }
	return m
}

// scenarioOf returns what metrics read of a scenario; an empty result if the run
// has no scenario of the name.
func scenarioOf(r *aurea.Result, name string) *aurea.Result {
	for _, s := range r.Scenarios {
		if s.Name == name {
			return &aurea.Result{
				Throughput: s.Throughput, MeanLatency: s.Latency.Mean, Latency: s.Latency, Counts: s.Counts,
			}
		}
	}
	return &aurea.Result{}
}

// scenarioMetricNamed returns the metric of a name such as scenarios.login.p99. The
// name of the scenario may have dots too.
func scenarioMetricNamed(name string) metric {
	rest, found := strings.CutPrefix(name, scenarioPrefix)
	for _, m := range metrics {
		scenario, ends := strings.CutSuffix(rest, "."+m.name)
		if found && ends && scenario != "" && slices.Contains(ofScenarios, m.name) {
			return m.ofScenario(scenario)
		}
	}
	return metric{}
}

// withoutThresholds returns the scenarios without what does not affect how they
// are measured.
func withoutThresholds(scenarios []aurea.Scenario) []aurea.Scenario {
	bare := slices.Clone(scenarios)
	for i := range bare {
		bare[i].Thresholds = nil
	}
	return bare
}
