package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// trendColumns is the most columns of a metric's sparkline.
const trendColumns = 36

// WriteTrend writes a trend as text of at most 80 columns: a sparkline of each
// metric, and the changes by the run with which they came, oldest first.
func WriteTrend(t compare.Trend, w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s\n\n", format.Sanitize(trendTitle(t)))
	rows := format.NewRows(out)
	rows.Row("", "oldest to newest", "newest", "lowest", "highest")
	for _, m := range t.Metrics {
		values := valuesOf(m)
		known := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
		if len(known) == 0 {
			rows.Row(m.Metric, format.NoValue)
			continue
		}
		show := func(v float64) string { return format.Value(m.Unit, format.Round(v, 4), "") }
		rows.Row(m.Metric, trendline(values), show(known[len(known)-1]), show(slices.Min(known)), show(slices.Max(known)))
	}
	if err := rows.Flush(); err != nil {
		return err
	}
	writeChanges(t, out)
	for _, warning := range t.Warnings {
		writeWrapped(out, "warning: "+warning.Message)
	}
	return out.Flush()
}

func trendTitle(t compare.Trend) string {
	title := t.Name + ": " + format.NumberOf(len(t.Runs), "run")
	if n := len(t.Runs); n > 0 {
		const day = "2006-01-02 15:04"
		title += fmt.Sprintf(", %s to %s", t.Runs[0].StartTime.Format(day), t.Runs[n-1].StartTime.Format(day))
	}
	return title
}

// writeChanges writes the changes below the runs with which they came.
func writeChanges(t compare.Trend, out io.Writer) {
	type line struct {
		metric compare.MetricTrend
		change compare.Change
	}
	var lines []line
	for _, m := range t.Metrics {
		for _, change := range m.Changes {
			lines = append(lines, line{m, change})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.change.Index, b.change.Index) })
	fmt.Fprintln(out)
	switch {
	case t.TooFewRuns:
		fmt.Fprintf(out, "too few runs to find a change: it takes %d\n", compare.MinTrendRuns)
	case len(lines) == 0:
		fmt.Fprintln(out, "no change")
	}
	last := -1
	rows := format.NewRows(out)
	for _, l := range lines {
		if l.change.Index != last {
			_ = rows.Flush() // out keeps its first error
			last = l.change.Index
			fmt.Fprintf(out, "%s, %s\n", format.Sanitize(l.change.Run), l.change.At.Format("2006-01-02 15:04"))
		}
		rows.Row(changeCells(l.metric, l.change)...)
	}
	_ = rows.Flush()
	if len(lines) > 0 {
		fmt.Fprintf(out, "\nmedians of the runs before and after; p: chance of it without a change\n")
	}
}

// changeCells returns the cells of a change's row.
func changeCells(m compare.MetricTrend, c compare.Change) []string {
	show := func(v float64) string { return format.Value(m.Unit, format.Round(v, 4), "") }
	size := "∞"
	if c.Size != nil {
		size = formatDifference(compare.MetricComparison{Unit: m.Unit}, *c.Size)
	}
	return []string{"  " + m.Metric, show(c.Before) + " → " + show(c.After), size, fmt.Sprintf("p %.3f", c.P),
		string(c.Verdict)}
}

// valuesOf returns the values of a metric; NaN where a run has none.
func valuesOf(m compare.MetricTrend) []float64 {
	values := make([]float64, len(m.Values))
	for i, v := range m.Values {
		values[i] = math.NaN()
		if v != nil {
			values[i] = *v
		}
	}
	return values
}

// trendline draws values between their minimum and maximum, at most
// trendColumns columns: each is the median of its values, or a gap if they are
// all NaN.
func trendline(values []float64) string {
	columns := min(len(values), trendColumns)
	medians := make([]float64, columns)
	low, high := math.Inf(1), math.Inf(-1)
	for i := range medians {
		part := slices.Clone(values[i*len(values)/columns : (i+1)*len(values)/columns])
		part = slices.DeleteFunc(part, math.IsNaN)
		if medians[i] = math.NaN(); len(part) > 0 {
			slices.Sort(part)
			medians[i] = part[len(part)/2]
			low, high = min(low, medians[i]), max(high, medians[i])
		}
	}
	blocks := []rune("▁▂▃▄▅▆▇█")
	var line strings.Builder
	for _, v := range medians {
		switch {
		case math.IsNaN(v):
			line.WriteByte(' ')
		case high == low:
			line.WriteRune(blocks[0])
		default:
			line.WriteRune(blocks[int(math.Round((v-low)/(high-low)*float64(len(blocks)-1)))])
		}
	}
	return line.String()
}
