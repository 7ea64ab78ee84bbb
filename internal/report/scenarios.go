package report

import (
	"strconv"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// scenarios writes a row for each scenario.
func (t textReport) scenarios() {
	if len(t.r.Scenarios) > 0 {
		t.gap()
		t.grid(scenariosTable(t.r.Scenarios))
	}
}

// scenariosTable has a row for each scenario, in the order of the spec: when it
// ran, its jobs, its latency and what came of it.
func scenariosTable(scenarios []aurea.ScenarioResult) table {
	t := table{Header: []string{"scenario", "from", "took", "ok", "not ok", "ok/s", "p50", "p99", "max", ""}}
	if len(scenarios) == 0 {
		return table{}
	}
	for _, s := range scenarios {
		has := s.Latency.Count > 0
		t.Rows = append(t.Rows, []string{
			s.Name, format.BriefSampled(true, s.Start), format.BriefSampled(s.Duration > 0, s.Duration),
			strconv.FormatInt(s.Counts.OK, 10), strconv.FormatInt(s.Counts.Accounted()-s.Counts.OK, 10),
			format.Count(s.Throughput), format.BriefSampled(has, s.Latency.P50), format.BriefSampled(has, s.Latency.P99),
			format.BriefSampled(has, s.Latency.Max), scenarioOutcome(s),
		})
	}
	return t
}

// scenarioOutcome says in a word what came of a scenario.
func scenarioOutcome(s aurea.ScenarioResult) string {
	switch {
	case s.Status != aurea.StatusCompleted:
		return string(s.Status)
	case s.Verdict == aurea.VerdictFail:
		return "FAIL"
	case s.Validity.State != aurea.Valid:
		return string(s.Validity.State)
	case s.Verdict == aurea.VerdictNone:
		return "done"
	}
	return string(s.Verdict)
}
