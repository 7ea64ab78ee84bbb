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
var reportPage string

var reportTemplate = template.Must(template.New("report").Parse(reportPage))

// writeHTML prints a result as a page that needs nothing else: to keep, to send,
// to attach to a build.
func writeHTML(r *aurea.Result, w io.Writer) error {
	var raw strings.Builder
	if err := r.WriteJSON(&raw); err != nil {
		return err
	}
	return reportTemplate.Execute(w, map[string]any{
		"Sheet":  newSheet(r),
		"Charts": charts(r.Series),
		"JSON":   raw.String(),
	})
}

// A chart is a line over the time of a run.
type chart struct {
	Title, Most, Length string
	Line                string // of an SVG polyline, in a box of chartWidth × chartHeight
}

const chartWidth, chartHeight = 400.0, 100.0

func charts(series []aurea.Point) []chart {
	if len(series) < 2 {
		return nil
	}
	return []chart{
		newChart("Throughput", series, func(p aurea.Point) float64 { return p.Throughput }, func(most float64) string { return count(most) + " jobs/s" }),
		newChart("p99 latency", series, func(p aurea.Point) float64 { return p.P99 }, duration),
		newChart("In flight", series, func(p aurea.Point) float64 { return float64(p.InFlight) }, count),
	}
}

func newChart(title string, series []aurea.Point, of func(aurea.Point) float64, written func(float64) string) chart {
	var most float64
	for _, p := range series {
		most = max(most, of(p))
	}
	length := series[len(series)-1].T
	c := chart{Title: title, Most: written(most), Length: duration(length)}
	var line strings.Builder
	for _, p := range series {
		fmt.Fprintf(&line, "%.1f,%.1f ", part(p.T, length)*chartWidth, (1-part(of(p), most))*chartHeight)
	}
	c.Line = strings.TrimSpace(line.String())
	return c
}

// part is a share of a whole, which may be nothing.
func part(share, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return share / whole
}
