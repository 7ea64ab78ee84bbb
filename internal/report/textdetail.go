package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/param"
)

// minCourse is the fewest intervals that show a course.
const minCourse = 4

// course writes rate and p99 over time, if the run has enough intervals.
func (t textReport) course() {
	const scale = 22 // columns of the scale behind a sparkline
	points := squeeze(t.r.Series, t.width-nameWidth-scale)
	if len(points) < minCourse {
		return
	}
	rates, p99s := make([]float64, len(points)), make([]float64, len(points))
	for i, p := range points {
		rates[i], p99s[i] = p.Throughput, math.NaN()
		if p.OK > 0 {
			p99s[i] = p.P99
		}
	}
	t.gap()
	t.spark("rate", rates, func(v float64) string { return format.Count(format.Round(v, 3)) + "/s" })
	t.spark("p99", p99s, func(v float64) string { return format.BriefSampled(true, v) })
}

// spark writes a sparkline and the lowest and the highest of its values.
func (t textReport) spark(name string, values []float64, write func(float64) string) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	if high < low {
		return
	}
	scale := write(low)
	if top := write(high); top != scale {
		scale += " to " + top
	}
	t.line(t.paint(format.Pad(name, nameWidth), faint) + t.paint(format.Sparkline(values), accent) + "  " + scale)
}

// squeeze merges neighbours until at most n points are left. The rate of a
// merged point is the one of all its jobs; its p99 is the highest of them,
// because percentiles cannot be merged.
func squeeze(points []aurea.Point, n int) []aurea.Point {
	each := (len(points) + n - 1) / max(n, 1)
	if each <= 1 {
		return points
	}
	var merged []aurea.Point
	begin := 0.0
	for group := range slices.Chunk(points, each) {
		one := aurea.Point{T: group[len(group)-1].T, InFlight: group[len(group)-1].InFlight}
		for _, p := range group {
			one.OK += p.OK
			one.Failed += p.Failed
			if p.OK > 0 {
				one.P99 = max(one.P99, p.P99)
			}
		}
		one.Throughput = ratio(float64(one.OK), one.T-begin)
		begin = one.T
		merged = append(merged, one)
	}
	return merged
}

// maxRows limits the rows of parts and of phases in a text that is not verbose.
const maxRows = 8

// parts writes the parts of a mix, the one with the highest error rate first.
func (t textReport) parts() {
	if len(t.r.Parts) == 0 {
		return
	}
	t.gap()
	table := table{Header: []string{"part", "ok", "not ok", "ok/s", "p50", "p95", "p99", "max"}}
	for _, part := range partsWorstFirst(t.r.Parts) {
		has := part.Latency.Count > 0
		table.Rows = append(table.Rows, []string{
			part.Name, strconv.FormatInt(part.Counts.OK, 10), strconv.FormatInt(part.Counts.Accounted()-part.Counts.OK, 10),
			format.Count(part.Throughput), format.BriefSampled(has, part.Latency.P50),
			format.BriefSampled(has, part.Latency.P95), format.BriefSampled(has, part.Latency.P99),
			format.BriefSampled(has, part.Latency.Max),
		})
	}
	t.limited(table, "part")
}

// partsWorstFirst returns the parts by their error rates, the highest first.
func partsWorstFirst(parts []aurea.PartResult) []aurea.PartResult {
	return slices.SortedStableFunc(slices.Values(parts), func(a, b aurea.PartResult) int {
		return cmp.Compare(b.Counts.ErrorRate(), a.Counts.ErrorRate())
	})
}

// phases writes where the time goes.
func (t textReport) phases() {
	if table := phaseTable(t.r, t.o.Verbose); len(table.Rows) > 0 {
		t.gap()
		t.limited(table, "phase")
	}
}

// phaseTable has a row for every phase, but for those that take next to no time
// unless verbose.
func phaseTable(r *aurea.Result, verbose bool) table {
	t := table{Header: append([]string{"phase"}, summaryHeader[1:]...)}
	for _, phase := range r.Phases {
		if verbose || phase.Value.P99 > noise*r.ServiceTime.P50 {
			t.addBrief(phase.Name, phase.Value)
		}
	}
	return t
}

// limited writes the first rows of a table, and how many more there are.
func (t textReport) limited(table table, thing string) {
	all := len(table.Rows)
	if all > maxRows && !t.o.Verbose {
		table.Rows = table.Rows[:maxRows]
	}
	t.grid(table)
	if more := all - len(table.Rows); more > 0 {
		t.line(t.paint(format.NumberOf(more, "more "+thing)+"; -v shows them", faint))
	}
}

// counters writes what jobs counted: in one row without zeros, or as a table.
func (t textReport) counters() {
	if t.o.Verbose && len(t.r.Counters) > 0 {
		t.gap()
		table := counterTable(t.r.Counters)
		t.grid(table)
		return
	}
	var list []string
	for _, counter := range usedCounters(t.r.Counters, false) {
		list = append(list, counterInWords(counter))
	}
	if len(list) > 0 {
		t.gap()
		t.row("counted", strings.Join(list, "; "))
	}
}

// usedCounters returns the counters without those at zero, unless verbose.
func usedCounters(counters param.Named[aurea.Amount], verbose bool) param.Named[aurea.Amount] {
	if verbose {
		return counters
	}
	return slices.DeleteFunc(slices.Clone(counters), func(c param.NamedValue[aurea.Amount]) bool {
		return c.Value.Total == 0
	})
}

// counterInWords returns a counter with its amounts: "bytes_in 200, 50/s".
func counterInWords(counter param.NamedValue[aurea.Amount]) string {
	amount := counter.Value
	text := fmt.Sprintf("%s %d, %s/s", counter.Name, amount.Total, format.Count(amount.PerSecond))
	if amount.PerCPUSecond > 0 {
		text += ", " + format.Count(amount.PerCPUSecond) + " a second of a core"
	}
	return text
}

// workers writes what each worker did.
func (t textReport) workers() {
	if table := workersTable(t.r.Workers); len(table.Rows) > 0 {
		t.gap()
		t.grid(table)
	}
}

// beside says how the result differs from the last one of its name.
func beside(r, before *aurea.Result) string {
	text := fmt.Sprintf("p50 %s, p99 %s, rate %s",
		change(r.Latency.P50, before.Latency.P50), change(r.Latency.P99, before.Latency.P99),
		change(r.Throughput, before.Throughput))
	if now, then := r.Counts.ErrorRate(), before.Counts.ErrorRate(); now != then {
		text += fmt.Sprintf(", errors %s from %s", format.Value("share", format.Round(now, 3), ""),
			format.Value("share", format.Round(then, 3), ""))
	}
	return text + " beside " + before.ID + when(before.StartTime) +
		"; one run of each is no evidence, aurea ab makes some"
}

// change formats the difference between two values as percent of the one
// before.
func change(now, before float64) string {
	if before == 0 {
		return format.NoValue
	}
	percent := 100 * (now - before) / before
	if math.Abs(percent) < 0.05 {
		return "as before"
	}
	if math.Abs(percent) >= 10 {
		return fmt.Sprintf("%+.0f%%", percent)
	}
	return fmt.Sprintf("%+.1f%%", percent)
}
