package report

import (
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// scenariosRun returns a run of two scenarios: one has ended and failed a
// threshold, and one was stopped.
func scenariosRun() aurea.Run {
	start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	summary := func(count int64, scale float64) aurea.Summary {
		return aurea.Summary{Count: count, Min: scale, Mean: 2 * scale, StdDev: scale, P50: 2 * scale, P90: 3 * scale,
			P95: 4 * scale, P99: 5 * scale, P999: 6 * scale, Max: 7 * scale}
	}
	valid := aurea.Validity{State: aurea.Valid, Reasons: []aurea.Reason{}}
	spec := aurea.Spec{Name: "login", Scenarios: []aurea.Scenario{
		{Spec: aurea.Spec{Name: "sign_in", NumJobs: 40}}, {Spec: aurea.Spec{Name: "browse", NumJobs: 60}},
	}}
	r := &aurea.Result{
		ID: "benchmark-login", Name: "login", Status: aurea.StatusCancelled, NumJobs: 100, Spec: spec, Seed: 7,
		Counts: aurea.Counts{Planned: 100, OK: 88, Failed: 2, Cancelled: 10}, Throughput: 44, Duration: 2,
		StartTime: start, EndTime: start.Add(2 * time.Second), Model: aurea.Mixed, Latency: summary(88, 0.01),
		ServiceTime: summary(90, 0.01), Delay: summary(90, 0.0001), FailedLatency: summary(2, 0.02),
		InFlight: aurea.InFlight{Max: 9, Mean: 4, Effective: 4, AtLeast: 6}, Cost: aurea.Cost{Currency: "USD"},
		Validity: valid, Verdict: aurea.VerdictFail,
		Errors:     []aurea.ErrorClass{{Class: "status_503", Count: 2, Sample: "503"}},
		Thresholds: []aurea.ThresholdCheck{{Expression: "error_rate < 5%", Value: 0.022, OK: true}},
		Scenarios: []aurea.ScenarioResult{
			{Name: "sign_in", Workload: "steps", Status: aurea.StatusCompleted, Model: aurea.Closed, Duration: 1.5,
				Counts: aurea.Counts{Planned: 40, OK: 38, Failed: 2}, Throughput: 25.3, Latency: summary(38, 0.02),
				Validity: valid, Verdict: aurea.VerdictFail, Thresholds: []aurea.ThresholdCheck{
					{Expression: "p99 < 50ms", Value: 0.1}, {Expression: "error_rate < 10%", Value: 0.05, OK: true},
				}},
			{Name: "browse", Workload: "http", Status: aurea.StatusCancelled, Start: 0.5,
				Model: aurea.Open, Duration: 1.5,
				Counts: aurea.Counts{Planned: 60, OK: 50, Cancelled: 10}, Throughput: 33.3, Latency: summary(50, 0.005),
				Validity: valid, Verdict: aurea.VerdictNoData,
				Thresholds: []aurea.ThresholdCheck{{Expression: "phases.wait.p99 < 1s", NoData: true}}},
		},
	}
	return aurea.Run{ID: r.ID, Name: r.Name, Status: r.Status, Spec: spec, Result: r}
}

// Each form of a report has a row for each scenario, and names the scenario of each
// threshold. Update the golden files with go test -update.
func TestScenariosInReports(t *testing.T) {
	for form, ending := range map[string]string{"text": "txt", "markdown": "md", "junit": "xml"} {
		var out strings.Builder
		if err := Writers[form](scenariosRun(), Options{}, &out); err != nil {
			t.Fatal(err)
		}
		checkGolden(t, "scenarios."+ending, out.String())
		for _, want := range []string{"sign_in", "browse"} {
			if !strings.Contains(strings.ReplaceAll(out.String(), `\_`, "_"), want) {
				t.Errorf("%s does not name %s", form, want)
			}
		}
	}
	page := writePage(t, scenariosRun(), Options{})
	for _, want := range []string{"Scenarios", "sign_in: p99 &lt; 50ms", "browse: phases.wait.p99 &lt; 1s"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
