package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// The columns of a metric's sparkline.
const (
	minTrendColumns = 10
	maxTrendColumns = 36
)

// WriteTrend writes a trend as text: a sparkline of each metric, and the
// changes by the run with which they came, oldest first.
func WriteTrend(t compare.Trend, o Options, w io.Writer) error {
	out := bufio.NewWriter(w)
	title := format.NewRows(out, o.Width)
	title.Row(trendTitle(t))
	_ = title.Flush() // out keeps its first error
	table := trendTable(t, maxTrendColumns)
	widest := 0
	for _, line := range table.Lines(0) {
		widest = max(widest, utf8.RuneCountInString(line))
	}
	if o.Width > 0 && widest > o.Width {
		table = trendTable(t, max(maxTrendColumns-(widest-o.Width), minTrendColumns))
	}
	fmt.Fprintf(out, "\n%s\n", strings.Join(table.Lines(o.Width), "\n"))
	writeChanges(t, o, out)
	for _, warning := range t.Warnings {
		writeParagraph(out, "warning: "+warning.Message, o)
	}
	return out.Flush()
}

// trendTable has a row for every metric, with a sparkline of at most so many
// columns.
func trendTable(t compare.Trend, columns int) format.Table {
	table := format.Table{Columns: []format.Column{
		{}, {Header: "oldest to newest"}, {Header: "newest"}, {Header: "lowest", Drop: 1}, {Header: "highest", Drop: 2},
	}}
	for _, m := range t.Metrics {
		values := valuesOf(m)
		known := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
		if len(known) == 0 {
			table.Rows = append(table.Rows, []string{m.Metric, format.NoValue})
			continue
		}
		show := func(v float64) string { return format.Value(m.Unit, format.Round(v, 4), "") }
		table.Rows = append(table.Rows, []string{
			m.Metric, trendline(values, columns), show(known[len(known)-1]), show(slices.Min(known)),
			show(slices.Max(known)),
		})
	}
	return table
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
func writeChanges(t compare.Trend, o Options, out io.Writer) {
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
	rows := format.NewRows(out, o.Width)
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
		fmt.Fprintln(out)
		writeParagraph(out, "medians of the runs before and after; p: chance of it without a change", o)
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

// trendline draws values between their minimum and maximum, in at most so many
// columns: each is the median of its values, or a gap if they are all NaN.
func trendline(values []float64, columns int) string {
	columns = min(len(values), columns)
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
