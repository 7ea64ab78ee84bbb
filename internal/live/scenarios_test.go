package live

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// withScenarios is a run whose scenarios wait, run and have ended.
func withScenarios(t testing.TB) State {
	s := sample(t)
	p := *s.Run.Progress
	so := *p.SoFar
	so.Scenarios = someScenarios()
	p.SoFar, s.Run.Progress = &so, &p
	return s
}

func someScenarios() []aurea.ScenarioSoFar {
	pass := aurea.ThresholdCheck{Expression: "p95 < 1s", Value: 0.1, OK: true}
	return []aurea.ScenarioSoFar{
		{Name: "sign_in", State: aurea.ScenarioEnded, OK: 50, Throughput: 5, P99: 0.1,
			Thresholds: []aurea.ThresholdCheck{pass, pass}},
		{Name: "browse", State: aurea.ScenarioRunning, OK: 12345, Failed: 14, InFlight: 23, Throughput: 497.4,
			P99:        0.0481,
			Thresholds: []aurea.ThresholdCheck{pass, {Expression: "error_rate < 0.1%", Value: 0.0011}}},
		{Name: "search", State: aurea.ScenarioRunning, InFlight: 1,
			Thresholds: []aurea.ThresholdCheck{{Expression: "p99 < 1s", NoData: true}}},
		{Name: "pay", State: aurea.ScenarioWaiting},
	}
}

// Each scenario has a row, which a narrow terminal cuts by columns. Its state is
// red if a threshold fails, so that this is always seen.
func TestScenarios(t *testing.T) {
	for width, want := range map[int]string{
		60: " done       sign_in         –  p99 –            0 failed\n" +
			" running    browse      497/s  p99 48.1ms      14 failed\n" +
			" running    search        0/s  p99 –            0 failed\n" +
			" waiting    pay\n",
		80: " done       sign_in         –  p99 –            0 failed  pass 2 of 2  50 ok\n" +
			" running    browse      497/s  p99 48.1ms      14 failed  fail error_rate < 0.1%\n" +
			" running    search        0/s  p99 –            0 failed  no data yet  0 ok\n" +
			" waiting    pay\n",
		200: " done       sign_in         –  p99 –            0 failed  pass 2 of 2  50 ok  0 in flight\n" +
			" running    browse      497/s  p99 48.1ms      14 failed  fail error_rate < 0.1%" +
			"  12345 ok  23 in flight\n" +
			" running    search        0/s  p99 –            0 failed  no data yet  0 ok  1 in flight\n" +
			" waiting    pay\n",
	} {
		s := withScenarios(t)
		lines := s.scenarios(width, 10)
		if diff := cmp.Diff(want, text(lines)); diff != "" {
			t.Errorf("%d columns (-want +got):\n%s", width, diff)
		}
		var styles []Style
		for _, line := range lines {
			styles = append(styles, line[0].Style)
		}
		if diff := cmp.Diff([]Style{Plain, Red, Green, Faint}, styles); diff != "" {
			t.Errorf("the styles of the states (-want +got):\n%s", diff)
		}
	}
}

// Where there is no room for all scenarios, those that run are shown.
func TestFewScenarios(t *testing.T) {
	s := withScenarios(t)
	got := text(s.scenarios(80, 3))
	for _, want := range []string{"browse", "search", "2 more scenarios"} {
		if !strings.Contains(got, want) {
			t.Errorf("three rows lack %s:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n"); n != 3 {
		t.Errorf("three rows are %d:\n%s", n, got)
	}
	if lines := s.scenarios(80, 0); lines != nil {
		t.Errorf("no rows are %v", lines)
	}
	two := decode(t, `{"scenarios": [{"name": "a", "num_jobs": 1}, {"name": "b", "num_jobs": 1}]}`)
	if got := load(two); got != "2 scenarios" {
		t.Errorf("the load of two scenarios is %q", got)
	}
}
