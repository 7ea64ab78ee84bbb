package live

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// Behind the line of the run each scenario that runs has one, and one that has
// ended has its last. One that waits has none.
func TestPlainScenarios(t *testing.T) {
	var out strings.Builder
	view := Open(Options{Out: &out})
	show := func(elapsed float64, scenarios []aurea.ScenarioSoFar) {
		view.Show(aurea.Run{Progress: &aurea.RunProgress{
			Elapsed: elapsed, Phase: aurea.PhaseRunning, SoFar: &aurea.SoFar{Scenarios: scenarios},
		}})
	}
	scenarios := someScenarios()
	scenarios[1].P50 = 0.02
	show(1, scenarios)
	show(2, scenarios) // which is too soon
	later := someScenarios()
	later[1].State, later[2].State, later[2].OK = aurea.ScenarioEnded, aurea.ScenarioRunning, 3
	later[2].Throughput, later[2].P50, later[2].P99 = 0.25, 1.5, 2.25
	show(10, later)
	show(20, later)
	view.Close()
	want := strings.Join([]string{
		"elapsed=1s phase=running started=0 ok=0 failed=0 in_flight=0 rate=0",
		"elapsed=1s scenario=sign_in state=ended ok=50 failed=0",
		"elapsed=1s scenario=browse state=running ok=12345 failed=14 in_flight=23 rate=497 p50=20ms p99=48.1ms " +
			`failing="error_rate < 0.1%"`,
		"elapsed=1s scenario=search state=running ok=0 failed=0 in_flight=1 rate=0",
		"elapsed=10s phase=running started=0 ok=0 failed=0 in_flight=0 rate=0",
		`elapsed=10s scenario=browse state=ended ok=12345 failed=14 failing="error_rate < 0.1%"`,
		"elapsed=10s scenario=search state=running ok=3 failed=0 in_flight=1 rate=0.25 p50=1.5s p99=2.25s",
		"elapsed=20s phase=running started=0 ok=0 failed=0 in_flight=0 rate=0",
		"elapsed=20s scenario=search state=running ok=3 failed=0 in_flight=1 rate=0.25 p50=1.5s p99=2.25s",
		"",
	}, "\n")
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
