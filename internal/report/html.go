package report

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"

	h "maragu.dev/gomponents"
	"maragu.dev/gomponents/html"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/server/ui"
)

//go:embed report.js
var reportScript string

// script returns the script of a report with all modules that it imports.
var script = sync.OnceValue(func() string { return ui.Bundle("report.js", reportScript) })

//go:embed report.css
var htmlStyle string

// HTML writes the result of a run as one page that needs nothing else: neither
// a network nor a server. It holds the result without its jobs, see ResultIn.
func HTML(run aurea.Run, o Options, w io.Writer) error {
	run.Samples.Jobs = nil
	var result strings.Builder
	if err := JSON(run, o, &result); err != nil {
		return err
	}
	p := newPage(run, o)
	return htmlFrame(p.Title+": "+p.Headline.Word, htmlStyle+chartStyle(), script(),
		p.htmlHeader(),
		html.Main(p.htmlThresholds(), htmlCharts(p.Series), h.Map(p.Tables, pageTable.html), p.htmlSample(),
			p.htmlAbout()),
		html.Script(html.Type("application/json"), html.ID("result"),
			h.Raw(scriptJSON(strings.TrimSpace(result.String())))),
		html.Script(html.Type("module"), h.Raw(script())),
	).Render(w)
}

// chartStyle returns the style sheet of the charts.
func chartStyle() string {
	style, err := ui.Files.ReadFile("charts/charts.css")
	if err != nil {
		panic("report: " + err.Error()) // the file is embedded
	}
	return string(style)
}

// htmlHeader returns what the run is, how it ended, and its first numbers.
func (p page) htmlHeader() h.Node {
	return html.Header(
		html.H1(h.Text(p.Title)),
		h.If(!p.When.IsZero(), html.P(html.Class("soft"), html.Time(html.DateTime(p.When.Format("2006-01-02T15:04:05Z")),
			h.Text(p.When.Format("2 January 2006, 15:04:05")+" UTC")))),
		html.P(html.Class("verdict"),
			htmlBadge(p.Headline.Mood, p.Headline.Word), h.Text(" "), html.Span(h.Text(p.Headline.Sentence))),
		h.Map(p.Doubts, func(d doubt) h.Node {
			return html.Div(html.Class("doubt "+d.State), html.P(html.B(h.Text(d.State)), h.Text(": "+d.Message)),
				h.If(d.Advice != "", html.P(h.Text("→ "+d.Advice))))
		}),
		html.Dl(html.Class("figures"), h.Map(p.Figures, func(f figure) h.Node {
			return html.Div(html.Dt(h.Text(f.Name)), html.Dd(h.If(f.Mood != "", html.Class(string(f.Mood))),
				h.Text(f.Value), html.Small(h.Text(f.Note))))
		})),
	)
}

// htmlThresholds returns the thresholds, if there are any.
func (p page) htmlThresholds() h.Node {
	if len(p.Thresholds) == 0 {
		return nil
	}
	return html.Section(html.H2(h.Text("Thresholds")),
		htmlTable("Thresholds", "", htmlHeads("threshold", "value", "state"),
			h.Map(p.Thresholds, func(t pageThreshold) h.Node {
				return html.Tr(html.Th(html.Scope("row"), html.Code(h.Text(t.Expression))), html.Td(h.Text(t.Value)),
					html.Td(htmlBadge(t.Mood, t.State)))
			})))
}

// htmlCharts returns the place of the charts, which the script draws, and the
// numbers for a page without scripts.
func htmlCharts(series []aurea.Point) h.Node {
	charts := html.Section(html.ID("charts"), html.Aria("label", "Charts"))
	if len(series) == 0 {
		return charts
	}
	return h.Group{charts, html.NoScript(html.Section(
		html.H2(h.Text("Over time")),
		html.P(html.Class("soft"), h.Text("The charts need JavaScript; these are their numbers, in seconds.")),
		htmlTable("Over time", "numbers", htmlHeads("until", "ok/s", "failed", "in flight", "p50", "p90", "p99"),
			h.Map(series, htmlPoint)),
	))}
}

// htmlPoint returns a point of a series as a row.
func htmlPoint(point aurea.Point) h.Node {
	latencies := []string{"–", "–", "–"}
	if point.OK > 0 {
		for i, value := range []float64{point.P50, point.P90, point.P99} {
			latencies[i] = fmt.Sprintf("%.4g", value)
		}
	}
	cells := append([]string{
		fmt.Sprintf("%.1f", point.T), fmt.Sprintf("%.4g", point.Throughput), fmt.Sprint(point.Failed),
		fmt.Sprint(point.InFlight),
	}, latencies...)
	return htmlRow(cells)
}

// htmlRow returns a row whose first cell names it.
func htmlRow(cells []string) h.Node {
	return html.Tr(html.Th(html.Scope("row"), h.Text(cells[0])),
		h.Map(cells[1:], func(cell string) h.Node { return html.Td(h.Text(cell)) }))
}

// html returns the table as a section.
func (t pageTable) html() h.Node {
	return html.Section(html.H2(h.Text(t.Title)),
		htmlTable(t.Title, t.Class, htmlHeads(t.Header...), h.Map(t.Rows, htmlRow)))
}

// htmlSample returns the requests that were kept, if any were.
func (p page) htmlSample() h.Node {
	if len(p.Sample) == 0 {
		return nil
	}
	return html.Section(html.ID("sample"), html.H2(h.Text("Requests of a sample of jobs")),
		h.Map(p.Sample, func(job sampledJob) h.Node {
			return html.Details(
				html.Summary(h.If(job.Mood != "", html.Class(string(job.Mood))), h.Text(job.Title)),
				h.Map(job.Exchanges, sampledExchange.html),
				h.If(job.Rest != "", html.P(html.Class("soft"), h.Text(job.Rest))))
		}))
}

// html returns the exchange with its title.
func (e sampledExchange) html() h.Node {
	return h.Group{
		html.H3(h.Text(e.Title)),
		html.Pre(html.Class("wrap"), html.Aria("label", "Request"), h.Text(e.Request)),
		h.If(e.Response != "", html.Pre(html.Class("wrap"), html.Aria("label", "Response"), h.Text(e.Response))),
	}
}

// htmlAbout returns what the run was, how to do it again, and all of its result.
func (p page) htmlAbout() h.Node {
	return h.Group{
		html.Section(html.H2(h.Text("The run")), htmlFacts(p.Facts)),
		html.Section(html.H2(h.Text("Do it again")), html.Pre(html.Class("wrap"), h.Text(p.Again)),
			h.If(p.Spec != "", html.Pre(html.Class("wrap"), html.Aria("label", "Spec"), h.Text(p.Spec)))),
		html.Section(html.Details(html.ID("raw"), html.Summary(h.Text("The result as JSON")), html.Pre())),
	}
}
