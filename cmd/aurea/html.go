package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

//go:embed report.html.tmpl
var htmlSource string

var htmlTemplate = template.Must(template.New("report").Parse(htmlSource))

// writeHTML prints a result as a page that needs nothing else: to keep, to send,
// to attach to a build.
func writeHTML(r *aurea.Result, w io.Writer) error {
	var raw strings.Builder
	if err := writeResultJSON(r, &raw); err != nil {
		return err
	}
	return htmlTemplate.Execute(w, map[string]any{
		"Report": newReport(r),
		"Charts": newCharts(r.Series),
		"JSON":   raw.String(),
	})
}

// A chart is a line over the time of a run.
type chart struct {
	Title, Max, Length string
	Lines              []string // of SVG polylines, in a box of chartWidth × chartHeight; between two there is no sample
}

const chartWidth, chartHeight = 400.0, 100.0

func newCharts(series []aurea.Point) []chart {
	if len(series) < 2 {
		return nil
	}
	always := func(aurea.Point) bool { return true }
	return []chart{
		newChart("Throughput", series, always, func(p aurea.Point) float64 { return p.Throughput }, func(peak float64) string { return formatCount(peak) + " jobs/s" }),
		newChart("p99 latency", series, func(p aurea.Point) bool { return p.OK > 0 }, func(p aurea.Point) float64 { return p.P99 }, formatDuration),
		newChart("In flight", series, always, func(p aurea.Point) float64 { return float64(p.InFlight) }, formatCount),
	}
}

// newChart draws the points that there is a sample for.
func newChart(title string, series []aurea.Point, hasSample func(aurea.Point) bool, value func(aurea.Point) float64, format func(float64) string) chart {
	peak, length := 0.0, series[len(series)-1].T
	for _, p := range series {
		peak = max(peak, value(p))
	}
	c := chart{Title: title, Max: noValue, Length: formatDuration(length)}
	var line strings.Builder
	endLine := func() {
		if line.Len() > 0 {
			c.Lines = append(c.Lines, strings.TrimSpace(line.String()))
		}
		line.Reset()
	}
	for _, p := range series {
		if !hasSample(p) {
			endLine()
			continue
		}
		c.Max = format(peak)
		fmt.Fprintf(&line, "%.1f,%.1f ", ratio(p.T, length)*chartWidth, (1-ratio(value(p), peak))*chartHeight)
	}
	endLine()
	return c
}

// ratio is a share of a whole, which may be nothing.
func ratio(share, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return share / whole
}
