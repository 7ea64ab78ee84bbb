package live

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// newScenarioLines returns a line for each scenario that runs, and one for each that
// has ended since the line before.
func (l *plain) newScenarioLines() (lines []string) {
	for _, scenario := range l.state.soFar().Scenarios {
		ended := scenario.State == aurea.ScenarioEnded
		if scenario.State == aurea.ScenarioWaiting || ended && l.ended[scenario.Name] {
			continue
		}
		l.ended[scenario.Name] = ended
		lines = append(lines, PlainScenarioLine(l.state, scenario))
	}
	return lines
}

// PlainScenarioLine returns the progress of a scenario of a run as PlainLine returns
// that of the run. The rate and the latencies are of its last interval, and left out
// once it has ended. failing is the first threshold that fails so far.
func PlainScenarioLine(s State, scenario aurea.ScenarioSoFar) string {
	pairs := []string{"elapsed=" + format.Duration(format.Round(s.progress().Elapsed, 4))}
	add := func(key, value string) { pairs = append(pairs, key+"="+value) }
	add("scenario", format.Sanitize(scenario.Name))
	add("state", scenario.State)
	add("ok", fmt.Sprint(scenario.OK))
	add("failed", fmt.Sprint(scenario.Failed))
	if scenario.State == aurea.ScenarioRunning {
		add("in_flight", fmt.Sprint(scenario.InFlight))
		add("rate", format.Count(round(scenario.Throughput)))
		if scenario.Throughput > 0 {
			add("p50", format.BriefSampled(true, scenario.P50))
			add("p99", format.BriefSampled(true, scenario.P99))
		}
	}
	if i := slices.IndexFunc(scenario.Thresholds, fails); i >= 0 {
		add("failing", fmt.Sprintf("%q", format.Sanitize(scenario.Thresholds[i].Expression)))
	}
	return strings.Join(pairs, " ")
}
