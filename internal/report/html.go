package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

//go:embed report.html.tmpl
var htmlSource string

var htmlTemplate = template.Must(template.New("report").Parse(htmlSource))

// HTML writes the result of a run as a self-contained HTML page.
func HTML(run aurea.Run, o Options, w io.Writer) error {
	var raw strings.Builder
	if err := JSON(run, o, &raw); err != nil {
		return err
	}
	return htmlTemplate.Execute(w, map[string]any{
		"Report": newDocument(run.Result),
		"Charts": newCharts(run.Result.Series),
		"JSON":   raw.String(),
	})
}

// A chart shows a value over the time of a run. Each line is the points of an
// SVG polyline in a box of chartWidth × chartHeight; a gap means no sample.
type chart struct {
	Title, Max, Length string
	Lines              []string
}

const chartWidth, chartHeight = 400.0, 100.0

// A plot says what a chart shows of a point.
type plot struct {
	title     string
	value     func(aurea.Point) float64
	hasSample func(aurea.Point) bool // nil if every point has one
	format    func(peak float64) string
}

var plots = []plot{
	{
		title:  "Throughput",
		value:  func(p aurea.Point) float64 { return p.Throughput },
		format: func(peak float64) string { return format.Count(peak) + " jobs/s" },
	},
	{
		title:     "p99 latency",
		value:     func(p aurea.Point) float64 { return p.P99 },
		hasSample: func(p aurea.Point) bool { return p.OK > 0 },
		format:    format.Duration,
	},
	{
		title:  "In flight",
		value:  func(p aurea.Point) float64 { return float64(p.InFlight) },
		format: format.Count,
	},
}

// newCharts returns a chart for every plot; nil for fewer than two points.
func newCharts(series []aurea.Point) []chart {
	if len(series) < 2 {
		return nil
	}
	var charts []chart
	for _, p := range plots {
		charts = append(charts, p.draw(series))
	}
	return charts
}

// draw draws the points that have a sample.
func (plot plot) draw(series []aurea.Point) chart {
	peak, length := 0.0, series[len(series)-1].T
	for _, p := range series {
		peak = max(peak, plot.value(p))
	}
	c := chart{Title: plot.title, Max: format.NoValue, Length: format.Duration(length)}
	var line strings.Builder
	endLine := func() {
		if line.Len() > 0 {
			c.Lines = append(c.Lines, strings.TrimSpace(line.String()))
		}
		line.Reset()
	}
	for _, p := range series {
		if plot.hasSample != nil && !plot.hasSample(p) {
			endLine()
			continue
		}
		c.Max = plot.format(peak)
		x, y := ratio(p.T, length)*chartWidth, (1-ratio(plot.value(p), peak))*chartHeight
		fmt.Fprintf(&line, "%.1f,%.1f ", x, y)
	}
	endLine()
	return c
}

// ratio returns share / whole; 0 if whole is 0.
func ratio(share, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return share / whole
}
