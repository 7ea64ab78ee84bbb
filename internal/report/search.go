package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// Load formats a load of a search in its unit.
func Load(request aurea.SearchRequest, load float64) string {
	if _, rates := request.Range(); rates {
		return format.Count(load) + "/s"
	}
	return format.Count(load) + " in flight"
}

// WriteSearch writes a search as text: what it found, and the curve of the load
// against the latency.
func WriteSearch(s aurea.Search, o Options, w io.Writer) error {
	out := bufio.NewWriter(w)
	loads, _ := s.Request.Range()
	facts := format.NewRows(out, o.Width)
	facts.Row("limit", searchHeadline(s))
	for i, objective := range s.Request.Objectives {
		facts.Row([]string{"objectives", ""}[min(i, 1)], objective.Expression)
	}
	facts.Row("searched", Load(s.Request, loads.From)+" to "+Load(s.Request, loads.To)+", "+
		format.NumberOf(len(s.Points), "run")+searchTime(s))
	if s.ID != "" {
		facts.Row("label", "search="+s.ID)
	}
	if err := facts.Flush(); err != nil {
		return err
	}
	writeCurve(s, o, out)
	for _, warning := range s.Warnings {
		fmt.Fprintln(out)
		writeParagraph(out, "warning: "+warning, o)
	}
	return out.Flush()
}

// writeParagraph writes a text in lines of the width of the terminal.
func writeParagraph(out io.Writer, text string, o Options) {
	for _, line := range format.Wrap(format.Sanitize(text), max(cmp.Or(o.Width, defaultWidth), 1)) {
		fmt.Fprintln(out, line)
	}
}

func searchTime(s aurea.Search) string {
	if s.FinishedAt == nil {
		return ""
	}
	return " in " + s.FinishedAt.Sub(s.CreatedAt).Round(time.Second).String()
}

// searchHeadline says what the search found.
func searchHeadline(s aurea.Search) string {
	loads, _ := s.Request.Range()
	switch s.Outcome {
	case aurea.LimitFound:
		return Load(s.Request, *s.Limit) + " holds, " + Load(s.Request, *s.Failing) + " fails"
	case aurea.NoneHolds:
		return "none: " + Load(s.Request, loads.From) + ", the lowest load, fails"
	case aurea.AllHold:
		return Load(s.Request, loads.To) + " holds, the highest load; the limit is above"
	}
	switch {
	case s.Limit != nil && s.Failing != nil:
		return "not confirmed: between " + Load(s.Request, *s.Limit) + " and " + Load(s.Request, *s.Failing)
	case s.Limit != nil:
		return "not confirmed: at least " + Load(s.Request, *s.Limit)
	case s.Failing != nil:
		return "not confirmed: below " + Load(s.Request, *s.Failing)
	}
	return "unknown: no run has ended"
}

// curveColumns is the width of the longest bar of a curve.
const curveColumns = 16

// shorterBar returns a bar of logBar where the longest one has a width.
func shorterBar(bar string, width int) string {
	blocks := utf8.RuneCountInString(bar) * width / curveColumns
	return strings.Repeat("█", max(blocks, min(utf8.RuneCountInString(bar), 1)))
}

// writeCurve writes the points by their loads, each with a bar of its p99 on a
// logarithmic scale.
func writeCurve(s aurea.Search, o Options, out io.Writer) {
	if len(s.Points) == 0 {
		return
	}
	points := slices.Clone(s.Points)
	slices.SortStableFunc(points, func(a, b aurea.SearchPoint) int { return cmp.Compare(a.Load(), b.Load()) })
	low, high := curveRange(points)
	curve := format.Table{Columns: []format.Column{
		{Header: "load"}, {Header: "ok/s"}, {Header: "errors", Drop: 2}, {Header: "p50", Drop: 1}, {Header: "p99"},
		{Shorten: shorterBar, Least: curveColumns / 4}, {},
	}}
	for _, p := range points {
		verdict := "holds"
		if !p.OK {
			verdict = "fails"
		}
		latency := func(seconds float64) string { return format.Duration(format.Round(seconds, 3)) }
		curve.Rows = append(curve.Rows, []string{
			Load(s.Request, p.Load()), format.Count(p.Throughput),
			format.Value("share", format.Round(p.ErrorRate, 3), ""), latency(p.P50), latency(p.P99),
			logBar(p.P99, low, high), verdict,
		})
	}
	fmt.Fprintf(out, "\n%s\n", strings.Join(curve.Lines(o.Width), "\n"))
	for _, p := range points {
		if s.Failing != nil && p.Load() == *s.Failing && !p.OK {
			fmt.Fprintln(out)
			writeParagraph(out, "at "+Load(s.Request, p.Load())+" "+p.Reason, o)
			return
		}
	}
}

// curveRange returns the range of the bars of a curve: at least a decade, so that
// little differences look little.
func curveRange(points []aurea.SearchPoint) (low, high float64) {
	low = math.Inf(1)
	for _, p := range points {
		if p.P99 > 0 {
			low, high = min(low, p.P99), max(high, p.P99)
		}
	}
	return min(low, high/10), high
}

// logBar returns a bar of a value between two others that differ, on a logarithmic
// scale.
func logBar(value, low, high float64) string {
	if value <= 0 {
		return ""
	}
	share := math.Log(value/low) / math.Log(high/low)
	return strings.Repeat("█", 1+int(math.Round(share*(curveColumns-1))))
}
