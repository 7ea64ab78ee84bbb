// Package report writes results and comparisons as documents that people read:
// text, Markdown, HTML, JUnit XML, and JSON.
//
// Its stance: a form says the same as any other, in its own markup. What it
// says comes from the same functions and tables: the headline, the doubts with
// what to do, the thresholds, the tables. Untrusted text is sanitized there, so
// a form only escapes its own markup.
package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Document is a comparison in the form that people read.
type Document struct {
	Title    string
	Headline string      // the verdict
	Mood     mood        // of the verdict
	Facts    [][2]string // names and values
	Tables   []table
	Notes    []string // remarks
}

// A table has rows with as many cells as its header. The first cell names the
// row.
type table struct {
	Header []string
	Rows   [][]string
	yields []format.Column // how columns give way on a narrow terminal; the first ones, if it is shorter
}

// lines returns the table as lines for a terminal of a width; 0 is any width.
func (t table) lines(width int) []string {
	return format.Table{Columns: t.columns(), Rows: t.Rows}.Lines(width)
}

// columns returns the columns of the table.
func (t table) columns() []format.Column {
	columns := make([]format.Column, len(t.Header))
	copy(columns, t.yields)
	for i, header := range t.Header {
		columns[i].Header = header
	}
	return columns
}

// titleOf returns the title of a result: its name, or else its id.
func titleOf(r *aurea.Result) string {
	return cmp.Or(strings.TrimSpace(format.Sanitize(r.Name)), format.Sanitize(r.ID))
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

// errorTable counts the failed jobs by class of error, the most frequent first.
func errorTable(classes []aurea.ErrorClass) table {
	t := table{Header: []string{"error", "jobs", "for example"}}
	for _, class := range errorsByCount(classes) {
		t.Rows = append(t.Rows, []string{class.Class, strconv.FormatInt(class.Count, 10), class.Sample})
	}
	return t
}

// errorsByCount returns the classes with jobs, the most frequent first.
func errorsByCount(classes []aurea.ErrorClass) []aurea.ErrorClass {
	some := slices.DeleteFunc(slices.Clone(classes), func(c aurea.ErrorClass) bool { return c.Count == 0 })
	slices.SortStableFunc(some, func(a, b aurea.ErrorClass) int { return cmp.Compare(b.Count, a.Count) })
	return some
}

// thresholdState returns the state of a threshold in a word.
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
