package report

import (
	"strconv"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// addTables adds the tables that have rows, the errors first. What is zero or
// noise is in a verbose page only, as in the text.
func (p *page) addTables(r *aurea.Result, verbose bool) {
	const numbers, narrow = "numbers", "numbers narrow"
	for _, t := range []pageTable{
		{"Errors", "words", errorTable(r.Errors)},
		{"Scenarios", numbers, scenariosTable(r.Scenarios)},
		{"Times", numbers, timesTable(r, true)},
		{"Parts", numbers, partsTable(r.Parts)},
		{"Where the time goes", numbers, phaseTable(r, verbose)},
		{"Responses by status", narrow, statusTable(r.Statuses)},
		{"Counted", narrow, counterTable(usedCounters(r.Counters, verbose))},
		{"Workers", numbers, workersTable(r.Workers)},
	} {
		if len(t.Rows) > 0 {
			p.Tables = append(p.Tables, t)
		}
	}
}

// timesTable has a row for every distribution of all jobs; delayed adds those
// that a delay tells from the latency.
func timesTable(r *aurea.Result, delayed bool) table {
	t := table{Header: summaryHeader}
	t.addBrief("latency", r.Latency)
	if delayed {
		t.addBrief("service time", r.ServiceTime)
		t.addBrief("delay", r.Delay)
	}
	if r.FailedLatency.Count > 0 {
		t.addBrief("failed", r.FailedLatency)
	}
	return t
}

// partsTable has a row for every part of a mix, with its jobs by outcome and
// its latency: the part with the highest error rate first.
func partsTable(parts []aurea.PartResult) table {
	t := table{Header: []string{"part"}}
	var used []aurea.Outcome
	for _, outcome := range aurea.Outcomes() {
		for _, part := range parts {
			if outcome == aurea.OK || part.Counts.Of(outcome) > 0 {
				used = append(used, outcome)
				t.Header = append(t.Header, outcome.String())
				break
			}
		}
	}
	t.Header = append(t.Header, "ok/s", "p50", "p95", "p99", "max")
	for _, part := range partsWorstFirst(parts) {
		row := []string{part.Name}
		for _, outcome := range used {
			row = append(row, strconv.FormatInt(part.Counts.Of(outcome), 10))
		}
		row = append(row, format.Count(part.Throughput))
		for _, seconds := range []float64{part.Latency.P50, part.Latency.P95, part.Latency.P99, part.Latency.Max} {
			row = append(row, format.BriefSampled(part.Latency.Count > 0, seconds))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
