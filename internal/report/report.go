// Package report writes results and comparisons as documents that people read:
// text, Markdown, HTML, JUnit XML, and JSON.
//
// Its stance: a result becomes one Document, and every form is written from
// it. Untrusted text is sanitized in it, so a form only escapes its own markup.
package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Document is a result or a comparison in the form that people read. The text,
// Markdown, HTML and JUnit outputs are written from it.
type Document struct {
	Title    string
	Headline string      // the verdict
	Facts    [][2]string // names and values
	Tables   []table
	Notes    []string // why the result is in doubt, and other remarks
}

// A table has rows with as many cells as its header. The first cell names the
// row.
type table struct {
	Header []string
	Rows   [][]string
}

func newDocument(r *aurea.Result) Document {
	rep := Document{
		Title:    cmp.Or(strings.TrimSpace(format.Sanitize(r.Name)), r.ID),
		Headline: formatHeadline(r),
		Facts:    reportFacts(r),
	}
	for _, t := range []table{
		latencyTable(r), workersTable(r.Workers), counterTable(r.Counters), statusTable(r.Statuses),
		errorTable(r.Errors), thresholdTable(r),
	} {
		if len(t.Rows) > 0 {
			rep.Tables = append(rep.Tables, t)
		}
	}
	for _, reason := range r.Validity.Reasons {
		rep.Notes = append(rep.Notes, fmt.Sprintf("%s: %s", reason.State, reason.Message))
	}
	for _, warning := range r.Warnings {
		rep.Notes = append(rep.Notes, "warning: "+warning)
	}
	return rep.sanitized()
}

// formatHeadline returns the verdict, or the status of a run without
// thresholds. The validity follows unless the result is valid.
func formatHeadline(r *aurea.Result) string {
	verdict := string(r.Verdict)
	if r.Verdict == aurea.VerdictNone {
		verdict = string(r.Status)
	}
	if r.Validity.State == aurea.Valid {
		return verdict
	}
	return verdict + ", " + string(r.Validity.State)
}

// sanitized returns the report with every text sanitized. It changes the slices
// in place.
func (r Document) sanitized() Document {
	r.Title = format.Sanitize(r.Title)
	for i, fact := range r.Facts {
		r.Facts[i] = [2]string{format.Sanitize(fact[0]), format.Sanitize(fact[1])}
	}
	for _, t := range r.Tables {
		for _, row := range t.Rows {
			for i, cell := range row {
				row[i] = format.Sanitize(cell)
			}
		}
	}
	for i, note := range r.Notes {
		r.Notes[i] = format.Sanitize(note)
	}
	return r
}

// reportFacts lists what is known about the run as a whole.
func reportFacts(r *aurea.Result) [][2]string {
	list := [][2]string{
		{"run", r.ID + format.Name(r.Name)},
		{"status", string(r.Status)},
		{"jobs", formatCounts(r.Counts)},
		{"duration", format.Duration(r.Duration)},
	}
	if w := r.Warmup; w != nil {
		text := fmt.Sprintf("%s before that, not judged; %s", format.Duration(w.Duration), formatCounts(w.Counts))
		list = append(list, [2]string{"warm-up", text})
	}
	if r.Workers != nil {
		list = append(list, [2]string{"workers", formatWorkers(r.Workers)})
	}
	return append(list, [][2]string{
		{"throughput", format.Count(r.Throughput) + " jobs/s"},
		{"in flight", formatInFlight(r.InFlight)},
		{"cost", formatCost(r)},
		{"seed", strconv.FormatUint(r.Seed, 10)},
	}...)
}

// latencyTable has a row for every distribution of times. Latency and the parts
// of a mix have a row even without samples. Parts are sorted by error rate,
// highest first.
func latencyTable(r *aurea.Result) table {
	t := table{Header: []string{"", "min", "mean", "p50", "p90", "p99", "p99.9", "max"}}
	t.addSummary("latency", r.Latency)
	for _, timed := range []param.NamedValue[aurea.Summary]{
		{Name: "service time", Value: r.ServiceTime},
		{Name: "delay", Value: r.Delay},
		{Name: "failed", Value: r.FailedLatency},
	} {
		if timed.Value.Count > 0 {
			t.addSummary(timed.Name, timed.Value)
		}
	}
	for _, part := range partsWorstFirst(r.Parts) {
		t.addSummary(fmt.Sprintf("part %s, %d of %d ok", part.Name, part.Counts.OK, part.Counts.Planned), part.Latency)
	}
	for _, phase := range r.Phases {
		t.addSummary("  "+phase.Name, phase.Value)
	}
	return t
}

// addSummary adds a distribution as a row.
func (t *table) addSummary(name string, s aurea.Summary) {
	row := []string{name}
	for _, seconds := range []float64{s.Min, s.Mean, s.P50, s.P90, s.P99, s.P999, s.Max} {
		row = append(row, format.Sampled(s.Count > 0, seconds))
	}
	t.Rows = append(t.Rows, row)
}

// counterTable has a row for every counter. It has a column per CPU second only
// if the jobs reported CPU time.
func counterTable(counters param.Named[aurea.Amount]) table {
	t := table{Header: []string{"", "total", "a second", "a job"}}
	hasCPUTime := slices.ContainsFunc(counters, func(c param.NamedValue[aurea.Amount]) bool {
		return c.Value.PerCPUSecond > 0
	})
	if hasCPUTime {
		t.Header = append(t.Header, "a second of a core")
	}
	for _, counter := range counters {
		amount := counter.Value
		total := strconv.FormatInt(amount.Total, 10)
		row := []string{counter.Name, total, format.Count(amount.PerSecond), format.Count(amount.PerJob)}
		if hasCPUTime {
			row = append(row, formatPerCPUSecond(amount.PerCPUSecond))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// statusTable counts the HTTP responses by status.
func statusTable(statuses param.Named[int64]) table {
	t := table{Header: []string{"status", "answers"}}
	for _, status := range statuses {
		t.Rows = append(t.Rows, []string{status.Name, strconv.FormatInt(status.Value, 10)})
	}
	return t
}

// formatPerCPUSecond formats an amount per CPU second; 0 means unknown.
func formatPerCPUSecond(perSecond float64) string {
	if perSecond == 0 {
		return format.NoValue
	}
	return format.Count(perSecond)
}

// errorTable counts the failed jobs by class of error.
func errorTable(classes []aurea.ErrorClass) table {
	t := table{Header: []string{"error", "jobs", "for example"}}
	for _, class := range classes {
		if class.Count > 0 {
			t.Rows = append(t.Rows, []string{class.Class, strconv.FormatInt(class.Count, 10), class.Sample})
		}
	}
	return t
}

// thresholdTable has a row for every threshold.
func thresholdTable(r *aurea.Result) table {
	t := table{Header: []string{"", "threshold", "value"}}
	for _, check := range r.Thresholds {
		value := formatThresholdValue(check, r.Cost.Currency)
		t.Rows = append(t.Rows, []string{thresholdState(check), check.Expression, value})
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

// formatThresholdValue formats the measured value of a threshold in its unit.
func formatThresholdValue(check aurea.ThresholdCheck, currency string) string {
	if check.NoData {
		return format.NoValue
	}
	return format.Value(check.Unit(), check.Value, currency)
}
