package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/aurea-orchestrator/aurea/compare"
)

// newComparisonReport is a comparison as people read it; base and head are what the
// sides are called.
func newComparisonReport(c compare.Comparison, base, head string) report {
	rep := report{
		Title:    base + " → " + head,
		Headline: humanize(string(c.Verdict)),
		Facts: [][2]string{
			{"verdict", humanize(string(c.Verdict))},
			{"base", formatRuns(c.Base.Runs, base)},
			{"head", formatRuns(c.Head.Runs, head)},
		},
	}
	t := table{Header: []string{"", "base", "head", "difference", "", "p", "n", ""}}
	unknown := 0
	for _, m := range c.Metrics {
		t.Rows = append(t.Rows, comparisonRow(m, c.Currency))
		if m.Verdict == compare.MetricUnknown {
			unknown++
		}
	}
	if len(t.Rows) > 0 {
		rep.Tables = []table{t}
		rep.Notes = append(rep.Notes, fmt.Sprintf("medians of runs; ± and brackets hold the true value with %.0f %% confidence; differences up to %.4g %% do not matter, nor 0.1 points of errors", 100*c.Confidence, 100*c.Threshold))
	}
	if unknown > 0 {
		rep.Notes = append(rep.Notes, "~: no evidence of a difference, nor that there is none")
	}
	for _, warning := range c.Warnings {
		rep.Notes = append(rep.Notes, "warning: "+warning.Message)
	}
	return rep.sanitized()
}

// humanize are those of a name for programs.
func humanize(name string) string { return strings.ReplaceAll(name, "_", " ") }

func formatRuns(n int, name string) string {
	if n == 1 {
		return "1 run of " + name
	}
	return fmt.Sprintf("%d runs of %s", n, name)
}

// comparisonRow has a ~ where nothing is known, as benchstat has.
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
		interval = fmt.Sprintf("[%s, %s]", formatDifference(m, m.Difference.Interval.Low), formatDifference(m, m.Difference.Interval.High))
		interval = strings.ReplaceAll(interval, pointsUnit, "")
	}
	return []string{
		m.Metric, formatMedian(m, m.Base, currency), formatMedian(m, m.Head, currency), difference, interval,
		fmt.Sprintf("%.3f", m.PAdjusted), fmt.Sprintf("%d+%d", m.Base.N, m.Head.N), verdict,
	}
}

// formatMedian is that of a side, and how far from it the true one may be.
func formatMedian(m compare.MetricComparison, of compare.Median, currency string) string {
	if of.N == 0 {
		return noValue
	}
	value := formatValue(m.Unit, of.Median, currency)
	switch {
	case of.Interval == nil:
		return value + " ± ∞"
	case of.Median == 0 && of.Interval.High > 0:
		return value + " ± ?"
	}
	off := max(ratio(of.Interval.High-of.Median, of.Median), ratio(of.Median-of.Interval.Low, of.Median))
	return fmt.Sprintf("%s ± %.0f%%", value, 100*off)
}

// pointsUnit are the unit of a difference of two percentages.
const pointsUnit = " points"

// formatDifference is a difference: in percent of the base, or of shares in points.
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
