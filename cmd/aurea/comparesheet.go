package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/aurea-orchestrator/aurea/compare"
)

// newComparisonSheet is a comparison as people read it; base and head are what the
// sides are called.
func newComparisonSheet(c compare.Comparison, base, head string) sheet {
	s := sheet{
		Title:    base + " → " + head,
		Headline: words(string(c.Verdict)),
		Facts: [][2]string{
			{"verdict", words(string(c.Verdict))},
			{"base", ofRuns(c.Base.Runs, base)},
			{"head", ofRuns(c.Head.Runs, head)},
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
		s.Tables = []table{t}
		s.Doubts = append(s.Doubts, fmt.Sprintf("medians of runs; ± and brackets hold the true value with %.0f %% confidence; differences up to %.4g %% do not matter, nor 0.1 points of errors", 100*c.Confidence, 100*c.Threshold))
	}
	if unknown > 0 {
		s.Doubts = append(s.Doubts, "~: no evidence of a difference, nor that there is none")
	}
	for _, warning := range c.Warnings {
		s.Doubts = append(s.Doubts, "warning: "+warning.Message)
	}
	return s.plain()
}

// words are those of a name for programs.
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

func ofRuns(n int, name string) string {
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
			difference = change(m, m.Difference.Value)
		}
	}
	interval := ""
	if m.Difference != nil && m.Difference.Interval != nil {
		interval = fmt.Sprintf("[%s, %s]", change(m, m.Difference.Interval.Low), change(m, m.Difference.Interval.High))
		interval = strings.ReplaceAll(interval, points, "")
	}
	return []string{
		m.Metric, median(m, m.Base, currency), median(m, m.Head, currency), difference, interval,
		fmt.Sprintf("%.3f", m.PAdjusted), fmt.Sprintf("%d+%d", m.Base.N, m.Head.N), verdict,
	}
}

// median is that of a side, and how far from it the true one may be.
func median(m compare.MetricComparison, of compare.Median, currency string) string {
	if of.N == 0 {
		return none
	}
	value := measured(m.Unit, of.Median, currency)
	switch {
	case of.Interval == nil:
		return value + " ± ∞"
	case of.Median == 0 && of.Interval.High > 0:
		return value + " ± ?"
	}
	off := max(part(of.Interval.High-of.Median, of.Median), part(of.Median-of.Interval.Low, of.Median))
	return fmt.Sprintf("%s ± %.0f%%", value, 100*off)
}

// points are the unit of a difference of two percentages.
const points = " points"

// change is a difference: in percent of the base, or of shares in points.
func change(m compare.MetricComparison, value float64) string {
	digits := 1
	if math.Abs(value) >= 10 {
		digits = 0
	}
	if m.Unit == "share" {
		return fmt.Sprintf("%+.2f", 100*value) + points
	}
	return fmt.Sprintf("%+.*f%%", digits, 100*value)
}
