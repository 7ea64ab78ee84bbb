package live

import (
	"fmt"
	"slices"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// longestScenario is the most cells of a scenario's name beside other columns.
const longestScenario = 24

// scenarios returns a row for each scenario: its state, rate, p99, failures and
// thresholds, in at most the given number of rows. Those that run come first if
// they do not all fit.
func (s *State) scenarios(width, rows int) (lines []Line) {
	all := s.soFar().Scenarios
	if rows < 1 || len(all) == 0 {
		return nil
	}
	more := 0
	if len(all) > rows {
		all = slices.Clone(all)
		slices.SortStableFunc(all, func(a, b aurea.ScenarioSoFar) int { return interest(b) - interest(a) })
		more = len(all) - (rows - 1)
		all = all[:rows-1]
	}
	longest := 0
	for _, scenario := range all {
		longest = max(longest, min(cells(format.Sanitize(scenario.Name)), longestScenario))
	}
	for _, scenario := range all {
		word, style := scenarioState(scenario)
		name := format.Pad(format.Clip(format.Sanitize(scenario.Name), longest), longest)
		line := Line{{" " + format.Pad(word, label), style}, {name, Plain}}
		lines = append(lines, append(line, scenarioFigures(scenario, width-label-longest-1)...))
	}
	if more > 0 {
		lines = append(lines, Line{{" " + format.Pad("", label) + fmt.Sprintf("%d more scenarios", more), Faint}})
	}
	return lines
}

// interest orders scenarios: those that run, those that have failed, others.
func interest(s aurea.ScenarioSoFar) int {
	switch {
	case s.State == aurea.ScenarioRunning:
		return 2
	case s.Failed > 0:
		return 1
	}
	return 0
}

// scenarioState says in a word what a scenario does, in red if a threshold fails.
func scenarioState(s aurea.ScenarioSoFar) (string, Style) {
	word, style := "waiting", Faint
	switch s.State {
	case aurea.ScenarioRunning:
		word, style = "running", Green
	case aurea.ScenarioEnded:
		word, style = "done", Plain
	}
	if slices.ContainsFunc(s.Thresholds, fails) { // also where there is no room to say which
		style = Red
	}
	return word, style
}

func fails(check aurea.ThresholdCheck) bool { return !check.OK && !check.NoData }

// scenarioFigures returns the columns behind the name of a scenario, as many as
// fit. The rate and p99 are of the last interval.
func scenarioFigures(s aurea.ScenarioSoFar, room int) (line Line) {
	if s.State == aurea.ScenarioWaiting {
		return nil
	}
	rate, p99 := "–", "–"
	if s.State == aurea.ScenarioRunning {
		rate, p99 = format.Count(round(s.Throughput))+"/s", format.BriefSampled(s.Throughput > 0, s.P99)
	}
	failed := Span{fmt.Sprintf("  %5d failed", s.Failed), Faint}
	if s.Failed > 0 {
		failed.Style = Red
	}
	figures := []Span{
		{format.PadLeft(rate, 10), Cyan}, {"  p99 " + format.Pad(p99, 7), Plain}, failed,
		scenarioThresholds(s.Thresholds),
		{fmt.Sprintf("  %d ok", s.OK), Faint}, {fmt.Sprintf("  %d in flight", s.InFlight), Faint},
	}
	for _, figure := range figures {
		if room -= cells(figure.Text); room < 0 {
			break
		}
		line = append(line, figure)
	}
	return line
}

// scenarioThresholds says how many thresholds of a scenario hold so far, or which
// one does not.
func scenarioThresholds(checks []aurea.ThresholdCheck) Span {
	if len(checks) == 0 {
		return Span{}
	}
	var failed []aurea.ThresholdCheck
	missing := 0
	for _, check := range checks {
		if check.NoData {
			missing++
		}
		if fails(check) {
			failed = append(failed, check)
		}
	}
	switch {
	case len(failed) > 1:
		return Span{fmt.Sprintf("  fail %d of %d", len(failed), len(checks)), Red}
	case len(failed) == 1:
		return Span{"  fail " + format.Clip(format.Sanitize(failed[0].Expression), 24), Red}
	case missing == len(checks):
		return Span{"  no data yet", Faint}
	}
	return Span{fmt.Sprintf("  pass %d of %d", len(checks)-missing, len(checks)), Green}
}
