package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// A Compared is a comparison with what its forms need to know about it.
type Compared struct {
	compare.Comparison
	BaseName, HeadName string
	Facts              [][2]string // names and values that follow those of the comparison
	Data               any         // what the JSON form prints; nil for the comparison
}

// ComparisonWriters are the forms of a comparison, by the name that users give
// them.
var ComparisonWriters = map[string]func(c Compared, o Options, w io.Writer) error{
	"text":     func(c Compared, o Options, w io.Writer) error { return c.document().WriteText(w, o.Width) },
	"markdown": func(c Compared, _ Options, w io.Writer) error { return c.document().WriteMarkdown(w) },
	"html":     func(c Compared, _ Options, w io.Writer) error { return c.document().writeHTML(c.data(), w) },
	"junit":    func(c Compared, _ Options, w io.Writer) error { return c.writeJUnit(w) },
	"json":     func(c Compared, _ Options, w io.Writer) error { return format.WriteJSON(w, c.data()) },
}

// data returns what the JSON form prints.
func (c Compared) data() any {
	if c.Data != nil {
		return c.Data
	}
	return c.Comparison
}

// document returns the comparison in the form that people read.
func (c Compared) document() Document {
	rep := Document{
		Title:    c.BaseName + " → " + c.HeadName,
		Headline: humanize(string(c.Verdict)),
		Mood:     comparisonMoods[c.Verdict],
		Facts: [][2]string{
			{"verdict", humanize(string(c.Verdict))},
			{"base", format.NumberOf(c.Base.Runs, "run") + " of " + c.BaseName},
			{"head", format.NumberOf(c.Head.Runs, "run") + " of " + c.HeadName},
		},
	}
	rep.Facts = append(rep.Facts, c.Facts...)
	if c.MoreRuns > 0 && len(c.Conditions) == 0 && c.Base.Runs >= compare.FewestRuns && c.Head.Runs >= compare.FewestRuns {
		more := format.NumberOf(c.MoreRuns, "more run")
		rep.Facts = append(rep.Facts, [2]string{"lacks", "about " + more + " of each to tell"})
	}
	median := format.Column{Shorten: withoutError, Together: true}
	t := table{Header: []string{"", "base", "head", "difference", "", "p", "n", ""}, yields: []format.Column{
		{}, median, median, {}, {Drop: 3}, {Drop: 2}, {Drop: 1},
	}}
	unknown := 0
	for _, m := range c.Metrics {
		t.Rows = append(t.Rows, comparisonRow(m, c.Currency))
		if m.Verdict == compare.MetricUnknown {
			unknown++
		}
	}
	if len(t.Rows) > 0 {
		rep.Tables = []table{t}
		rep.Notes = append(rep.Notes, fmt.Sprintf("medians of runs; ± and brackets hold the true value with %.0f %% "+
			"confidence; differences up to %.4g %% do not matter, nor 0.1 points of errors",
			100*c.Confidence, 100*c.Threshold))
	}
	if conditions := c.conditionTable(); len(conditions.Rows) > 0 {
		rep.Tables = append(rep.Tables, conditions)
	}
	if within := c.withinTable(); len(within.Rows) > 0 {
		rep.Tables = append(rep.Tables, within)
		rep.Notes = append(rep.Notes, "within these two runs: how they differ by their course, which is weaker evidence: "+
			"two runs of the same version differ too")
	}
	if c.Planned > 0 {
		rep.Notes = append(rep.Notes, fmt.Sprintf("p and brackets of differences allow for a look after every pair of "+
			"up to %d", c.Planned))
	}
	if unknown > 0 {
		rep.Notes = append(rep.Notes, "~: no evidence of a difference, nor that there is none")
	}
	for _, warning := range c.Warnings {
		rep.Notes = append(rep.Notes, "warning: "+warning.Message)
	}
	return rep.sanitized()
}

// comparisonMoods are the moods of verdicts.
var comparisonMoods = map[compare.Verdict]mood{
	compare.Regression: bad, compare.Improvement: good, compare.NoChange: good, compare.TooLittleEvidence: doubtful,
}

// withinTable has a row for every metric of two single runs' series.
func (c Compared) withinTable() table {
	t := table{Header: []string{"within these two runs", "difference", "", ""}}
	for _, w := range c.WithinRuns {
		m := compare.MetricComparison{Metric: w.Metric, Difference: &w.Difference, Verdict: w.Verdict}
		if w.Metric == "error_rate" {
			m.Unit = "share"
		}
		row := comparisonRow(m, "")
		t.Rows = append(t.Rows, []string{row[0], row[3], row[4], row[7]})
	}
	return t
}

// conditionWords say what the state of a condition means.
var conditionWords = map[compare.ConditionState]string{
	compare.ConditionMet:     "within",
	compare.ConditionFailed:  "FAIL",
	compare.ConditionUnknown: "unknown",
}

// conditionTable has a row for every condition.
func (c Compared) conditionTable() table {
	t := table{Header: []string{"", "fails on"}}
	for _, condition := range c.Conditions {
		t.Rows = append(t.Rows, []string{conditionWords[condition.State], condition.Expression})
	}
	return t
}

// humanize replaces the underscores of an identifier by spaces.
func humanize(name string) string { return strings.ReplaceAll(name, "_", " ") }

// comparisonRow returns the row of a metric. Like benchstat it shows ~ for an
// unknown difference.
func comparisonRow(m compare.MetricComparison, currency string) []string {
	difference, verdict := "~", ""
	if m.Verdict != compare.MetricUnknown {
		verdict = string(m.Verdict)
		difference = "∞"
		if m.Difference != nil {
			difference = formatDifference(m, m.Difference.Value)
		}
	}
	interval := ""
	if m.Difference != nil && m.Difference.Interval != nil {
		low, high := m.Difference.Interval.Low, m.Difference.Interval.High
		interval = fmt.Sprintf("[%s, %s]", formatDifference(m, low), formatDifference(m, high))
		interval = strings.ReplaceAll(interval, pointsUnit, "")
	}
	return []string{
		m.Metric, formatMedian(m, m.Base, currency), formatMedian(m, m.Head, currency), difference, interval,
		fmt.Sprintf("%.3f", m.PAdjusted), fmt.Sprintf("%d+%d", m.Base.N, m.Head.N), verdict,
	}
}

// formatMedian returns the median of a side with its relative error: the larger
// distance to an end of the confidence interval.
func formatMedian(m compare.MetricComparison, side compare.Median, currency string) string {
	if side.N == 0 {
		return format.NoValue
	}
	value := format.Value(m.Unit, side.Median, currency)
	switch {
	case side.Interval == nil:
		return value + " ± ∞"
	case side.Median == 0 && side.Interval.High > 0:
		return value + " ± ?"
	}
	above := ratio(side.Interval.High-side.Median, side.Median)
	below := ratio(side.Median-side.Interval.Low, side.Median)
	return fmt.Sprintf("%s ± %.0f%%", value, 100*max(above, below))
}

// withoutError returns a median of formatMedian without its relative error.
func withoutError(median string, _ int) string {
	value, _, _ := strings.Cut(median, " ± ")
	return value
}

// pointsUnit is the unit of a difference between percentages.
const pointsUnit = " points"

// formatDifference formats a difference as percent of the base. Differences of
// shares are in percentage points.
func formatDifference(m compare.MetricComparison, value float64) string {
	digits := 1
	if math.Abs(value) >= 10 {
		digits = 0
	}
	if m.Unit == "share" {
		return fmt.Sprintf("%+.2f", 100*value) + pointsUnit
	}
	return fmt.Sprintf("%+.*f%%", digits, 100*value)
}
