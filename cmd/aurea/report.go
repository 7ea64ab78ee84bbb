package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// A report is a result as people read it, whatever it is written on: facts, tables
// and what makes it doubtful.
type report struct {
	Title    string
	Headline string // the verdict
	Facts    [][2]string
	Tables   []table
	Notes    []string
}

// A table has a header and rows of as many cells. The first cell of a row names it.
type table struct {
	Header []string
	Rows   [][]string
}

func newReport(r *aurea.Result) report {
	s := report{Title: cmp.Or(strings.TrimSpace(sanitize(r.Name)), r.ID), Headline: formatHeadline(r), Facts: reportFacts(r)}
	for _, t := range []table{latencyTable(r), counterTable(r.Counters), statusTable(r.Statuses), errorTable(r.Errors), thresholdTable(r)} {
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	for _, reason := range r.Validity.Reasons {
		s.Notes = append(s.Notes, fmt.Sprintf("%s: %s", reason.State, reason.Message))
	}
	return s.sanitized()
}

// sanitized is the sheet with nothing in it but what may be shown anywhere.
func (s report) sanitized() report {
	s.Title = sanitize(s.Title)
	for i, fact := range s.Facts {
		s.Facts[i] = [2]string{sanitize(fact[0]), sanitize(fact[1])}
	}
	for _, t := range s.Tables {
		for _, row := range t.Rows {
			for i, cell := range row {
				row[i] = sanitize(cell)
			}
		}
	}
	for i, doubt := range s.Notes {
		s.Notes[i] = sanitize(doubt)
	}
	return s
}

func reportFacts(r *aurea.Result) [][2]string {
	list := [][2]string{
		{"run", r.ID + formatName(r.Name)},
		{"status", string(r.Status)},
		{"jobs", formatCounts(r.Counts)},
		{"duration", formatDuration(r.Duration)},
	}
	if w := r.Warmup; w != nil {
		list = append(list, [2]string{"warm-up", fmt.Sprintf("%s before that, not judged; %s", formatDuration(w.Duration), formatCounts(w.Counts))})
	}
	return append(list, [][2]string{
		{"throughput", formatCount(r.Throughput) + " jobs/s"},
		{"in flight", formatInFlight(r.InFlight)},
		{"cost", formatCost(r)},
		{"seed", strconv.FormatUint(r.Seed, 10)},
	}...)
}

// latencyTable are the distributions of everything that was timed. Those of latency,
// and of the parts of a mix, are there without a sample too; the parts in which
// most went wrong come first.
func latencyTable(r *aurea.Result) table {
	t := table{Header: []string{"", "min", "mean", "p50", "p90", "p99", "p99.9", "max"}}
	t.addSummary("latency", r.Latency)
	for _, timed := range []param.NamedValue[aurea.Summary]{
		{Name: "service time", Value: r.ServiceTime}, {Name: "delay", Value: r.Delay}, {Name: "failed", Value: r.FailedLatency},
	} {
		if timed.Value.Count > 0 {
			t.addSummary(timed.Name, timed.Value)
		}
	}
	parts := slices.SortedStableFunc(slices.Values(r.Parts), func(a, b aurea.PartResult) int {
		return cmp.Compare(b.Counts.ErrorRate(), a.Counts.ErrorRate())
	})
	for _, part := range parts {
		t.addSummary(fmt.Sprintf("part %s, %d of %d ok", part.Name, part.Counts.OK, part.Counts.Planned), part.Latency)
	}
	for _, phase := range r.Phases {
		t.addSummary("  "+phase.Name, phase.Value)
	}
	return t
}

func (t *table) addSummary(name string, s aurea.Summary) {
	row := []string{name}
	for _, seconds := range []float64{s.Min, s.Mean, s.P50, s.P90, s.P99, s.P999, s.Max} {
		row = append(row, formatSampled(s.Count > 0, seconds))
	}
	t.Rows = append(t.Rows, row)
}

// counterTable have a column for a core's time where jobs told of that.
func counterTable(counters param.Named[aurea.Amount]) table {
	t := table{Header: []string{"", "total", "a second", "a job"}}
	hasCPUTime := slices.ContainsFunc(counters, func(c param.NamedValue[aurea.Amount]) bool { return c.Value.PerCPUSecond > 0 })
	if hasCPUTime {
		t.Header = append(t.Header, "a second of a core")
	}
	for _, counter := range counters {
		amount := counter.Value
		row := []string{counter.Name, strconv.FormatInt(amount.Total, 10), formatCount(amount.PerSecond), formatCount(amount.PerJob)}
		if hasCPUTime {
			row = append(row, formatPerCPUSecond(amount.PerCPUSecond))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// statusTable are those of a service over HTTP, by their status.
func statusTable(statuses param.Named[int64]) table {
	t := table{Header: []string{"status", "answers"}}
	for _, status := range statuses {
		t.Rows = append(t.Rows, []string{status.Name, strconv.FormatInt(status.Value, 10)})
	}
	return t
}

// formatPerCPUSecond is known where jobs told how long they had a core.
func formatPerCPUSecond(perSecond float64) string {
	if perSecond == 0 {
		return noValue
	}
	return formatCount(perSecond)
}

func errorTable(classes []aurea.ErrorClass) table {
	t := table{Header: []string{"error", "jobs", "for example"}}
	for _, class := range classes {
		if class.Count > 0 {
			t.Rows = append(t.Rows, []string{class.Class, strconv.FormatInt(class.Count, 10), class.Sample})
		}
	}
	return t
}

func thresholdTable(r *aurea.Result) table {
	t := table{Header: []string{"", "threshold", "value"}}
	for _, check := range r.Thresholds {
		t.Rows = append(t.Rows, []string{thresholdState(check), check.Expression, formatThresholdValue(check, r.Cost.Currency)})
	}
	return t
}

func thresholdState(check aurea.ThresholdCheck) string {
	switch {
	case check.OK:
		return "pass"
	case check.NoData:
		return "no data"
	}
	return "FAIL"
}

// formatThresholdValue is the value that a threshold was held against, in its unit.
func formatThresholdValue(check aurea.ThresholdCheck, currency string) string {
	if check.NoData {
		return noValue
	}
	return formatValue(check.Unit(), check.Value, currency)
}
