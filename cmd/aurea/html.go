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
	if err := writeResultJSON(r, &raw); err != nil {
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
	Lines               []string // of SVG polylines, in a box of chartWidth × chartHeight; between two there is no sample
}

const chartWidth, chartHeight = 400.0, 100.0

func charts(series []aurea.Point) []chart {
	if len(series) < 2 {
		return nil
	}
	always := func(aurea.Point) bool { return true }
	return []chart{
		newChart("Throughput", series, always, func(p aurea.Point) float64 { return p.Throughput }, func(most float64) string { return count(most) + " jobs/s" }),
		newChart("p99 latency", series, func(p aurea.Point) bool { return p.OK > 0 }, func(p aurea.Point) float64 { return p.P99 }, duration),
		newChart("In flight", series, always, func(p aurea.Point) float64 { return float64(p.InFlight) }, count),
	}
}

// newChart draws the points that there is a sample for.
func newChart(title string, series []aurea.Point, there func(aurea.Point) bool, of func(aurea.Point) float64, written func(float64) string) chart {
	most, length := 0.0, series[len(series)-1].T
	for _, p := range series {
		most = max(most, of(p))
	}
	c := chart{Title: title, Most: none, Length: duration(length)}
	var line strings.Builder
	end := func() {
		if line.Len() > 0 {
			c.Lines = append(c.Lines, strings.TrimSpace(line.String()))
		}
		line.Reset()
	}
	for _, p := range series {
		if !there(p) {
			end()
			continue
		}
		c.Most = written(most)
		fmt.Fprintf(&line, "%.1f,%.1f ", part(p.T, length)*chartWidth, (1-part(of(p), most))*chartHeight)
	}
	end()
	return c
}

// part is a share of a whole, which may be nothing.
func part(share, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return share / whole
}
