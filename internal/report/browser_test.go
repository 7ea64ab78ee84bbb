package report

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	cdppage "github.com/chromedp/cdproto/page"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A viewer is a real browser that shows a file.
type viewer struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	faults []string // messages of the console, violations of the policy, uncaught errors
}

// view opens a page of HTML from a file, as its readers do. At the end the
// console must have no message.
func view(t *testing.T, content string) *viewer {
	t.Helper()
	program := aureatest.Need(t, "chromium")
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(program), chromedp.NoSandbox)
	allocator, free := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	v := &viewer{t: t, ctx: ctx}
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("the browser did not end: %v", err)
		}
		cancel()
		free()
		v.mu.Lock()
		defer v.mu.Unlock()
		if len(v.faults) > 0 {
			t.Errorf("the console has %q", v.faults)
		}
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, v.listen); err != nil {
		t.Fatal(err)
	}
	v.do(chromedp.Navigate("file://" + file))
	return v
}

func (v *viewer) listen(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch event := event.(type) {
	case *log.EventEntryAdded:
		v.faults = append(v.faults, event.Entry.Text)
	case *cdpruntime.EventConsoleAPICalled:
		v.faults = append(v.faults, fmt.Sprint("console.", event.Type))
	case *cdpruntime.EventExceptionThrown:
		v.faults = append(v.faults, fmt.Sprintf("%s %+v", event.ExceptionDetails.Text, event.ExceptionDetails.Exception))
	}
}

func (v *viewer) do(action chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	run(v, action)
}

// run runs an action in the browser.
func run[T any](v *viewer, action chromedp.Action[T]) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, time.Minute)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		v.t.Fatal(err)
	}
	return value
}

// look evaluates JavaScript in the page.
func look[T any](v *viewer, script string) T {
	v.t.Helper()
	return run(v, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// resize sets the width of the window, and waits until the charts are drawn for
// it.
func (v *viewer) resize(width int64) {
	v.t.Helper()
	v.do(chromedp.EmulateViewport(width, 900))
	look[bool](v, `new Promise((done) => {
		const drawn = () => [...document.querySelectorAll(".drawing")].every((place) =>
			place.firstChild?.viewBox.baseVal.width === Math.round(place.clientWidth));
		const check = () => (drawn() ? done(true) : requestAnimationFrame(check));
		check();
	})`)
}

// scheme sets the colours that the reader prefers, and the medium.
func (v *viewer) scheme(medium, scheme string) {
	v.t.Helper()
	v.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// eventfulRun returns a run with everything that charts show: thresholds that
// are near to each other, controls, a gap and failures.
func eventfulRun() aurea.Run {
	run := shopRun()
	r := run.Result
	r.Timeline = []aurea.RunEvent{
		{T: 2, Kind: aurea.Pause}, {T: 2.1, Kind: aurea.Resume},
		{T: 4, Kind: aurea.ChangeLoad, Detail: "rate 100 to 200", Rate: 200},
	}
	for _, expression := range []string{"p90 < 51ms", "p50 < 49ms", "p99.9 < 3s"} {
		threshold, err := aurea.ParseThreshold(expression)
		if err != nil {
			panic(err)
		}
		r.Spec.Thresholds = append(r.Spec.Thresholds, threshold)
		r.Thresholds = append(r.Thresholds, aurea.ThresholdCheck{Expression: expression, Value: 0.01, OK: true})
	}
	return run
}

// The page in a browser draws all charts, and fits a phone and a desk.
func TestBrowserReport(t *testing.T) {
	t.Parallel()
	v := view(t, writePage(t, eventfulRun(), Options{}))
	for _, width := range []int64{390, 768, 1280} {
		v.resize(width)
		if got := look[int64](v, "document.documentElement.scrollWidth"); got > width {
			t.Errorf("on %d pixels the page is %d wide", width, got)
		}
		if beyond := look[[]string](v, beyondScript); len(beyond) > 0 {
			t.Errorf("on %d pixels texts are beyond their chart: %q", width, beyond)
		}
		if overlaps := look[[]string](v, overlapScript); len(overlaps) > 0 {
			t.Errorf("on %d pixels labels overlap: %q", width, overlaps)
		}
	}
	titles := look[[]string](v, `[...document.querySelectorAll(".plot b")].map((title) => title.textContent)`)
	want := []string{"Latency", "Throughput", "In flight", "Percentiles of the latency", "Distribution of the latency"}
	if !slices.Equal(titles, want) {
		t.Errorf("the charts are %q, want %q", titles, want)
	}
	for what, script := range map[string]string{
		"marks of the warm-up and of a pause": `document.querySelectorAll(".span").length === 3 * 2`,
		"a gap in the latency": `(document.querySelector(".plot svg[role=img] .line.a")
			.getAttribute("d").match(/M/g) ?? []).length === 2`,
		"a cross for percentile": `document.querySelectorAll(".cross").length === 4`,
		"lines of thresholds":    `document.querySelectorAll(".limit").length === 5`,
		"lines of events":        `document.querySelectorAll(".event").length === 3`,
		"bars of failed jobs":    `document.querySelectorAll(".plot")[1].querySelectorAll("svg[role=img] .bar.d").length > 0`,
	} {
		if !look[bool](v, script) {
			t.Errorf("the page lacks %s", what)
		}
	}
}

// A run without samples, or without a course, has the charts that it can have.
func TestBrowserReportOfLittle(t *testing.T) {
	t.Parallel()
	failed, brief, nothing := shopRun(), shopRun(), aurea.Run{Result: &aurea.Result{Status: aurea.StatusCancelled}}
	failed.Samples, failed.Result.Latency = aurea.Samples{}, aurea.Summary{}
	for i := range failed.Result.Series {
		failed.Result.Series[i].OK = 0
	}
	brief.Result.Series = brief.Result.Series[:1]
	for name, test := range map[string]struct {
		run  aurea.Run
		want []string
	}{
		"all failed": {failed, []string{"Throughput", "In flight"}},
		"one point":  {brief, []string{"Percentiles of the latency", "Distribution of the latency"}},
		"nothing":    {nothing, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			v := view(t, writePage(t, test.run, Options{}))
			v.resize(1280)
			titles := look[[]string](v, `[...document.querySelectorAll(".plot b")].map((title) => title.textContent)`)
			if !slices.Equal(titles, test.want) {
				t.Errorf("the charts are %q, want %q", titles, test.want)
			}
		})
	}
}

// Text has contrast in both schemes and in print, and the page is one that
// assistive technology can read.
func TestBrowserReportIsReadable(t *testing.T) {
	t.Parallel()
	v := view(t, writePage(t, eventfulRun(), Options{}))
	v.resize(1280)
	grounds := map[string]bool{}
	for _, medium := range [][2]string{{"screen", "light"}, {"screen", "dark"}, {"print", "dark"}} {
		v.scheme(medium[0], medium[1])
		grounds[look[string](v, "getComputedStyle(document.body).backgroundColor")] = true
		if faint := look[[]string](v, aureatest.ContrastScript); len(faint) > 0 {
			t.Errorf("%s, %s: too little contrast: %q", medium[0], medium[1], faint)
		}
	}
	if len(grounds) != 3 {
		t.Errorf("three schemes have the backgrounds %v", grounds)
	}
	if wrong := look[[]string](v, structureScript); len(wrong) > 0 {
		t.Errorf("the page has %q", wrong)
	}
}

// The arrow keys read all charts over time at once, a table has their numbers,
// and the JSON of the result opens.
func TestBrowserReportIsRead(t *testing.T) {
	t.Parallel()
	v := view(t, writePage(t, eventfulRun(), Options{}))
	v.resize(1280)
	look[bool](v, `document.querySelector(".plot svg").focus() ?? true`)
	read := look[[]string](v, `(() => {
		const drawing = document.querySelector(".plot svg");
		for (const key of ["ArrowRight", "ArrowRight"])
			drawing.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
		return [...document.querySelectorAll(".plot output")].map((output) => output.textContent.replaceAll("\u00a0", " "));
	})()`)
	want := []string{"1.5 s: p50 30 ms, p90 100 ms, p99 180 ms", "1.5 s: ok 95/s, failed 5/s", "2 s: 6", "", ""}
	if diff := cmp.Diff(want, read); diff != "" {
		t.Errorf("the cursor (-want +got):\n%s", diff)
	}
	row := look[string](v, `new Promise((done) => {
		const details = document.querySelector(".plot .as-table");
		details.addEventListener("toggle", () => done(details.querySelector("tbody tr:nth-child(2)").innerText));
		details.open = true;
	})`)
	if want := "1.5 s\t30 ms\t100 ms\t180 ms"; strings.ReplaceAll(row, "\u00a0", " ") != want {
		t.Errorf("the table has %q, want %q", row, want)
	}
	look[bool](v, `document.querySelector("#raw summary").click() ?? true`)
	opened := look[bool](v, `new Promise((done) => {
		const opened = () => document.querySelector("#raw pre").textContent.includes('"seed": 7');
		const check = () => (opened() ? done(true) : requestAnimationFrame(check));
		check();
	})`)
	if !opened {
		t.Error("the result does not open")
	}
}

// The page prints on a few sheets.
func TestBrowserReportPrints(t *testing.T) {
	t.Parallel()
	v := view(t, writePage(t, eventfulRun(), Options{}))
	v.resize(1280)
	var pdf []byte
	v.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		printed, err := cdp.Call(ctx, target, cdppage.PrintToPDF, cdppage.PrintToPDFParams{PrintBackground: new(true)})
		if err == nil {
			pdf = printed.Data
		}
		return err
	}))
	sheets := sheetsOf(pdf)
	if sheets < 1 || sheets > 5 {
		t.Errorf("the page prints on %d sheets", sheets)
	}
	if name := os.Getenv("AUREA_PDF"); name != "" {
		_ = os.WriteFile(name, pdf, 0o644)
	}
}

// Without JavaScript a table has the numbers of the charts.
func TestBrowserReportWithoutScript(t *testing.T) {
	t.Parallel()
	v := view(t, writePage(t, eventfulRun(), Options{}))
	v.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled,
			emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	v.do(chromedp.Reload())
	text := run(v, chromedp.Text(chromedp.CSS("main")))
	checkContains(t, "the page without a script", text, "Over time", "4.0\t0\t20\t41\t–\t–\t–")
}

// A comparison and a set of runs in a browser fit a phone, with the columns that
// matter, and a desk. Text has contrast in both schemes and in print.
func TestBrowserDocuments(t *testing.T) {
	t.Parallel()
	results := resultsOf("run", 0.0123456, 0.0234567, 0.0345678, 0.0456789, 0.0567891, 0.0678912)
	spreads, warnings := compare.Spreads(results)
	set := compare.Set{Times: 6, Metrics: spreads, Warnings: warnings, Results: results}
	for what, write := range map[string]func(w io.Writer) error{
		"the comparison": func(w io.Writer) error {
			return ComparisonWriters["html"](compared(t, "p50 > +5%", "p99 > +5%"), Options{}, w)
		},
		"the set": func(w io.Writer) error { return SetWriters["html"](set, Options{}, w) },
	} {
		t.Run(what, func(t *testing.T) {
			var page strings.Builder
			if err := write(&page); err != nil {
				t.Fatal(err)
			}
			v := view(t, page.String())
			for _, width := range []int64{390, 768, 1280} {
				v.resize(width)
				if got := look[int64](v, "document.documentElement.scrollWidth"); got > width {
					t.Errorf("on %d pixels the page is %d wide", width, got)
				}
				if cut := look[[]string](v, cutScript); len(cut) > 0 {
					t.Errorf("on %d pixels tables are cut: %q", width, cut)
				}
			}
			for _, medium := range [][2]string{{"screen", "light"}, {"screen", "dark"}, {"print", "dark"}} {
				v.scheme(medium[0], medium[1])
				if faint := look[[]string](v, aureatest.ContrastScript); len(faint) > 0 {
					t.Errorf("%s, %s: too little contrast: %q", medium[0], medium[1], faint)
				}
			}
			if wrong := look[[]string](v, structureScript); len(wrong) > 0 {
				t.Errorf("the page has %q", wrong)
			}
		})
	}
}
