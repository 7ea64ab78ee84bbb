package server

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// latency of the network in milliseconds, under which a permalink is opened.
const latency = 100

// slowNetwork delays every response by latency.
func slowNetwork() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, network.EmulateNetworkConditionsByRule,
			network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{
				{Latency: latency, DownloadThroughput: -1, UploadThroughput: -1},
			}})
		return err
	})
}

// noting makes the next documents note when an element that the selector selects
// was there and laid out, in milliseconds since the navigation.
func noting(selector string) chromedp.Action[chromedp.Void] {
	return beforeScripts(`window.drawn = new Promise((done) => {
		new MutationObserver((_, observer) => {
			if (!document.querySelector("` + selector + `")) return;
			observer.disconnect();
			document.documentElement.getBoundingClientRect();
			done(performance.now());
		}).observe(document, { childList: true, subtree: true });
	})`)
}

// beforeScripts makes the next documents run a script before their own.
func beforeScripts(script string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument,
			page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	})
}

// drawnAt waits for what noting looks for, and returns when it was there.
func (b *tab) drawnAt() float64 { b.t.Helper(); return look[float64](b, `drawn`) }

// countCPU makes the browser count the CPU time of the page.
func countCPU() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, performance.Enable,
			performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
		return err
	})
}

// cpu returns the CPU time that the page's main thread has spent, in
// milliseconds. It is nearly the same beside other programs.
func (b *tab) cpu() float64 {
	b.t.Helper()
	return act(b, func(ctx context.Context, target *chromedp.Target) (float64, error) {
		got, err := cdp.Call(ctx, target, performance.GetMetrics, cdp.Empty{})
		if err != nil {
			return 0, err
		}
		for _, metric := range got.Metrics {
			if metric.Name == "TaskDuration" {
				return 1000 * metric.Value, nil
			}
		}
		return 0, errors.New("the browser counts no CPU time")
	})
}

// figures collects measured values by their units.
type figures map[string][]float64

func (f figures) add(unit string, value float64) { f[unit] = append(f[unit], value) }

// report reports the median of each unit.
func (f figures) report(b *testing.B) {
	for unit, values := range f {
		b.ReportMetric(median(values), unit)
	}
}

// median sorts values and returns the one in the middle.
func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// A figure has a name for screen readers as soon as it is there, also before it is
// drawn.
func TestBrowserFiguresAreNamed(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	id := s.finished(`{"num_jobs": 10, "workload": {"kind": "noop"}}`)["id"].(string)
	b := openTab(t, 0)
	b.do(beforeScripts(`window.unnamed = 0;
		new MutationObserver(() => { unnamed += document.querySelectorAll("svg[role=img]:not([aria-label])").length; })
			.observe(document, { childList: true, subtree: true })`),
		chromedp.Navigate(s.URL+"/#/runs/"+id))
	b.until(`document.querySelector("figure svg path")`)
	if n := look[int](b, "unnamed"); n != 0 {
		t.Errorf("%d times a figure without a name was on the page", n)
	}
}

// BenchmarkPageHome opens the home of a service with 5,000 runs and scrolls to
// their end. It reports when the rows are there, how long scrolling takes and the
// longest frame of it, and the CPU time of both. The goal for the rows is 500 ms.
func BenchmarkPageHome(b *testing.B) {
	url := host(b, manyRuns(5000))
	all := figures{}
	for b.Loop() {
		tab := openTab(b, anyRefused)
		tab.do(countCPU(), noting(".runs tbody tr td"), chromedp.Navigate(url+"/livez"))
		before := tab.cpu()
		tab.do(chromedp.Navigate(url + "/"))
		all.add("usable-ms", tab.drawnAt())
		usable := tab.cpu()
		all.add("usable-cpu-ms", usable-before)
		took, longest := tab.scrollToEnd(5000)
		all.add("scroll-ms", took)
		all.add("frame-ms", longest)
		all.add("scroll-cpu-ms", tab.cpu()-usable)
		tab.close()
	}
	all.report(b)
}

// longSeries returns a finished run of 256 intervals.
func longSeries(t testing.TB) aurea.Run {
	t.Helper()
	run := steadyRun(t, "long")
	run.Result.Series = nil
	for i := range 256 {
		x := float64(i*i%37) / 37
		run.Result.Series = append(run.Result.Series, aurea.Point{T: float64(i + 1), Started: 231, OK: 231, InFlight: 3,
			Throughput: 231 + 10*x, P50: 0.004 + 0.001*x, P90: 0.005 + 0.002*x, P99: 0.006 + 0.004*x})
	}
	return run
}

// charts selects a drawn line. The legend of a chart has one before it is drawn.
const charts = ".overtime .drawing .line"

// BenchmarkPagePermalink opens the address of a run of 256 intervals, under a
// latency of 100 ms, with an empty cache and with a full one. It reports when the
// charts are there, the time from the response with the run until then, and the
// CPU time of the run's first drawing. The goals are 800 ms and 50 ms.
func BenchmarkPagePermalink(b *testing.B) {
	shelf := newStoringFake(finishingFake())
	shelf.runs = []aurea.Run{longSeries(b)}
	url := host(b, shelf)
	all := figures{}
	for b.Loop() {
		tab := openTab(b, anyRefused)
		tab.do(slowNetwork(), noting(charts))
		for _, visit := range []string{"first", "second"} {
			tab.do(chromedp.Navigate("about:blank"), chromedp.Navigate(url+"/#/runs/benchmark-1"))
			drawn := tab.drawnAt()
			all.add(visit+"-ms", drawn)
			all.add(visit+"-draw-ms", drawn-look[float64](tab, `performance.getEntriesByType("resource")
				.find(({ name }) => name.endsWith("/v1/runs/benchmark-1")).responseEnd`))
		}
		tab.close()
		tab = openTab(b, anyRefused)
		tab.do(countCPU(), noting(charts), chromedp.Navigate(url+"/#/nowhere"))
		tab.until(`document.querySelector("h1")`)
		before := tab.cpu()
		tab.leaveFor("#/runs/benchmark-1")
		tab.drawnAt()
		all.add("draw-cpu-ms", tab.cpu()-before)
		tab.close()
	}
	all.report(b)
}

// BenchmarkPageBesideRun measures what a page that shows a run costs it. An
// iteration is 32 noop runs at full speed, of three seconds on one core each, with a
// browser that shows the run and without, in turns. open/none is the throughput
// beside an open page by that without one, in the last two seconds of the run: 1 is
// no cost. Beside it stand the limits of its 95 % interval. opening/none is the same
// of the first second, in which the screen of the run is opened and drawn first.
// page-cpu-ms is the CPU time of the page for a run that it shows.
func BenchmarkPageBesideRun(b *testing.B) {
	s := serve(b, runs.Options{})
	tab := openTab(b, anyRefused)
	tab.do(countCPU(), chromedp.Navigate(s.URL+"/#/nowhere"))
	all := figures{}
	opening := map[bool][]float64{}
	throughput := func(shown bool) func() float64 {
		return func() float64 {
			id := s.submit(`{"workload": {"kind": "noop"}, "duration": "3s", "concurrency": 1,
				"include_jobs": false}`)["id"].(string)
			before := tab.cpu()
			if shown {
				tab.leaveFor("#/runs/" + id)
			}
			run, err := s.manager.Wait(b.Context(), id)
			if err != nil {
				b.Fatal(err)
			}
			if shown {
				all.add("page-cpu-ms", tab.cpu()-before)
				tab.leaveFor("#/nowhere")
			}
			series := run.Result.Series
			first := series[0]
			opening[shown] = append(opening[shown], first.Throughput)
			return float64(run.Result.Counts.OK-first.OK) / (series[len(series)-1].T - first.T)
		}
	}
	for b.Loop() {
		aureatest.MeasureRatio(8, throughput(true), throughput(false)).Report(b, "open/none")
	}
	all.report(b)
	b.ReportMetric(median(opening[true])/median(opening[false]), "opening/none")
}

// A permalink takes few requests until its run is drawn. Only the document, the
// script and the run are loaded one after another.
func TestBrowserPermalinkRequests(t *testing.T) {
	t.Parallel()
	shelf := newStoringFake(finishingFake())
	shelf.runs = []aurea.Run{longSeries(t)}
	wire, url := serveCounted(t, New(newOptions(shelf)))
	b := visit(t, url+"/#/runs/benchmark-1", 0)
	b.until(`document.querySelector("[data-tab=latency] svg .line")`)
	requests, bytes := wire.since()
	t.Logf("until all of the run is drawn: %d requests, %.1f KB", requests, float64(bytes)/1e3)
	if requests > 12 {
		t.Errorf("%d requests until all of the run is drawn, want 12 at most", requests)
	}
	if bytes > 120_000 {
		t.Errorf("%d bytes until all of the run is drawn, want 120,000 at most", bytes)
	}
	waits := look[[]string](b, `(() => {
		const all = performance.getEntriesByType("resource");
		let last = all.find(({ name }) => name.endsWith("/v1/runs/benchmark-1"));
		const chain = [];
		while (last) {
			chain.unshift(new URL(last.name).pathname);
			const { startTime } = last;
			last = all.filter((other) => other.name.includes(".js") && other.responseEnd <= startTime).at(-1);
		}
		return chain;
	})()`)
	if want := []string{"/ui/app.js", "/v1/runs/benchmark-1"}; !slices.Equal(waits, want) {
		t.Errorf("behind the document the run waits for %q, want %q", waits, want)
	}
}
