package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A tab is a real browser that looks at the page.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu      sync.Mutex
	faults  []string // what the console has to say, and what nothing caught
	refused int      // answers of 400 and above: the console tells of them whatever the page does
}

// browse opens a page in a browser of its own, which ends with the test. By
// then the console must have told of nothing but the refused requests that the
// test expects.
func browse(t *testing.T, url string, refused int) *tab {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(aureatest.Need(t, "chromium")), chromedp.NoSandbox)
	allocator, free := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator) // ended by Cancel, which waits
	b := &tab{t: t, ctx: ctx}
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("the browser did not end: %v", err)
		}
		free()
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.refused != refused || len(b.faults) > 0 {
			t.Errorf("the console tells of %d refused requests, want %d, and of %q", b.refused, refused, b.faults)
		}
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)); err != nil { // the first action starts the browser, for as long as its context lasts
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(url))
	return b
}

// host serves a fake's page until the test has ended, and its browser with it.
func host(t *testing.T, runs fake, changes ...func(*Options)) (url string) {
	t.Helper()
	s := httptest.NewServer(New(with(runs, changes...)))
	t.Cleanup(s.Close)
	return s.URL
}

// listen collects what the console says. A breach of the content security
// policy is an entry of the log, too.
func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *log.EventEntryAdded:
		switch entry := event.Entry; {
		case entry.Source == log.EntrySourceNetwork:
			b.refused++
		case entry.Level == log.EntryLevelWarning || entry.Level == log.EntryLevelError:
			b.faults = append(b.faults, entry.Text)
		}
	case *cdpruntime.EventConsoleAPICalled:
		b.faults = append(b.faults, fmt.Sprint("console.", event.Type))
	case *cdpruntime.EventExceptionThrown:
		b.faults = append(b.faults, fmt.Sprintf("%s %+v", event.ExceptionDetails.Text, event.ExceptionDetails.Exception))
	}
}

// do acts as a user does.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for _, action := range actions {
		act(b, action)
	}
}

// act has the browser do something, for no longer than the test's patience.
func act[T any](b *tab, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

func (b *tab) click(selector string) { b.t.Helper(); b.do(chromedp.Click(chromedp.CSS(selector))) }

// fill types values into fields, by their names, in place of what they hold.
func (b *tab) fill(values map[string]string) {
	b.t.Helper()
	for name, value := range values {
		look[bool](b, `document.getElementById(%q).select() ?? true`, name)
		b.do(chromedp.SendKeys(chromedp.CSS("#"+name), value))
	}
}

// ready waits for the kinds of job.
func (b *tab) ready() {
	b.t.Helper()
	b.until(`document.querySelector("#workload select")`)
}

// job fills in parameters of the workload, by their locations in it.
func (b *tab) job(values map[string]string) {
	b.t.Helper()
	b.ready()
	for location, value := range values {
		look[bool](b, `(() => {
			const control = document.querySelector(%q);
			control.value = %q;
			return control.dispatchEvent(new Event("input", {bubbles: true})) && control.dispatchEvent(new Event("change", {bubbles: true}));
		})()`, parameter(location), value)
	}
}

// parameter selects the control of a parameter of the workload, such as
// parts/2/workload/kind.
func parameter(location string) string {
	first, rest, nested := strings.Cut(location, "/")
	selector := fmt.Sprintf(":is(#workload, #workload > .members, #workload > .members > details > .members) > [data-name=%q]", first)
	for name := range strings.SplitSeq(rest, "/") {
		if !nested {
			break
		}
		if _, err := strconv.Atoi(name); err == nil {
			selector += " > .items > li:nth-child(" + name + ") > .field"
		} else {
			selector += fmt.Sprintf(" [data-name=%q]", name)
		}
	}
	return selector + " :is(input, select, textarea)"
}

// look evaluates JavaScript in the page.
func look[T any](b *tab, script string, args ...any) T {
	b.t.Helper()
	return act(b, chromedp.Evaluate[T](fmt.Sprintf(script, args...), chromedp.EvalAwaitPromise))
}

func (b *tab) text(selector string) string {
	b.t.Helper()
	return strings.ReplaceAll(look[string](b, "document.querySelector(%q).innerText.trim()", selector), "\u00a0", " ")
}

func (b *tab) until(condition string, args ...any) {
	b.t.Helper()
	condition = fmt.Sprintf(condition, args...)
	until(b.t, condition, func() bool { return look[bool](b, "Boolean(%s)", condition) })
}

// finishes waits for the run with that number, and returns what the page holds
// of it as JSON.
func (b *tab) finishes(number int) document {
	b.t.Helper()
	b.until(`document.getElementById("result-title").innerText.startsWith("Run %d:") && document.getElementById("run").checkVisibility()`, number)
	return decodeDocument(b.t, look[string](b, `document.getElementById("raw").textContent`))
}

func decodeDocument(t testing.TB, text string) document {
	t.Helper()
	var d document
	answer{status: 200, body: []byte(text)}.into(t, &d)
	return d
}

// focus is the id of the element that the keyboard speaks to.
func (b *tab) focus() string { b.t.Helper(); return look[string](b, "document.activeElement.id") }

// shown is the whole of a number that the page shows rounded.
func (b *tab) shown(field string) float64 {
	b.t.Helper()
	text := look[string](b, `document.querySelector("[data-field='%s'] data").value`, field)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// fact is what the page says of the run under a name.
func (b *tab) fact(name string) string {
	b.t.Helper()
	return look[string](b, `[...document.querySelectorAll("#result dl div")].find((d) => d.firstChild.textContent === %q).lastChild.textContent`, name)
}

// What the page shows of a run is what the service said of it.
func TestBrowserRun(t *testing.T) {
	s := serve(t, runs.Options{})
	b := browse(t, s.URL, 0)
	b.until(`document.getElementById("version").textContent === "1.2.3"`)
	if text := b.text("#empty h2"); text != "Nothing has been run yet" {
		t.Errorf("before the first run: %q", text)
	}

	b.fill(map[string]string{"num_jobs": "20", "thresholds": "p99 < 1h\n\nthroughput > 1e9"})
	b.job(map[string]string{"duration": "10ms"})
	b.click("#more summary")
	const seed = "18446744073709551615" // longer than JavaScript can count
	b.fill(map[string]string{"seed": seed, "name": "<b>mine</b>"})
	b.click("#run")
	raw := b.finishes(1)

	for _, field := range []string{"throughput", "mean_latency", "latency.p99", "total_cost"} {
		if shown := b.shown(field); shown != raw.number(t, field) {
			t.Errorf("%s is shown as %v, the result says %v", field, shown, raw.number(t, field))
		}
	}
	if raw.number(t, "counts.ok") != 20 || raw.at("spec.workload.duration") != "10ms" || raw.at("name") != "<b>mine</b>" || raw.at("jobs") != nil {
		t.Errorf("what ran is not what was asked for: %v", raw)
	}
	for fact, want := range map[string]string{"Planned": "20", "Ok": "20", "Failed": "0", "Timeout": "0", "Cancelled": "0", "Dropped": "0", "Model": "closed", "Seed": seed,
		"In flight, max": strconv.FormatFloat(raw.number(t, "in_flight.max"), 'f', -1, 64)} {
		if got := b.fact(fact); got != want {
			t.Errorf("%s: %q, want %q", fact, got, want)
		}
	}
	if whole := look[string](b, `document.getElementById("raw").textContent`); strings.Count(whole, seed) != 2 {
		t.Errorf("the seed is not whole in %s", whole)
	}
	if text := b.text("#judged tbody"); !strings.Contains(text, "p99 < 1h") || !strings.HasSuffix(text, "no") {
		t.Errorf("the thresholds are shown as %q", text)
	}
	if badges := strings.Fields(b.text("#result .badges")); !slices.Equal(badges, []string{"completed", raw.at("validity.state").(string), "fail"}) {
		t.Errorf("the run is summed up as %q", badges)
	}
	if text := b.text("#status"); !strings.HasPrefix(text, "Done: 20 of 20 jobs ok, ") || !strings.HasSuffix(text, "A threshold does not hold.") {
		t.Errorf("a screen reader is told %q", text)
	}
	if focus := b.focus(); focus != "run" {
		t.Errorf("the focus is on %q after the run", focus)
	}
}

// A noop is sent as a workload, and blank fields are not sent. The results of
// earlier runs can be looked at again.
func TestBrowserHistory(t *testing.T) {
	s := serve(t, runs.Options{})
	b := browse(t, s.URL, 0)
	b.job(map[string]string{"kind": "noop"})
	if look[bool](b, `document.querySelector(%q) !== null`, parameter("duration")) {
		t.Error("a noop is asked for its duration")
	}
	b.fill(map[string]string{"num_jobs": "7"})
	b.do(chromedp.SendKeys(chromedp.CSS("#num_jobs"), "\r"))
	first := b.finishes(1)
	spec, err := json.Marshal(first.at("spec"))
	if want := `{"include_jobs":false,"num_jobs":7,"workload":{"kind":"noop"}}`; err != nil || string(spec) != want {
		t.Errorf("sent %s, want %s", spec, want)
	}
	b.fill(map[string]string{"num_jobs": "8"})
	b.click("#run")
	second := b.finishes(2)
	b.click("#runs tr:nth-child(2) button")
	if text, focus := b.text("#status"), look[string](b, "document.activeElement.innerText"); text != "Run 1 is shown." || focus != "1: 7 × noop" {
		t.Errorf("a screen reader is told %q, with the focus on %q", text, focus)
	}
	if again := b.finishes(1); again.at("benchmark_id") != first.at("benchmark_id") || first.at("benchmark_id") == second.at("benchmark_id") {
		t.Errorf("run 1 is shown as %v, want %v", again.at("benchmark_id"), first.at("benchmark_id"))
	}
	for range 8 {
		b.click("#run")
		b.until(`document.getElementById("run").checkVisibility()`)
	}
	b.finishes(10)
	if rows := look[int](b, `document.querySelectorAll("#runs tr").length`); rows != 8 {
		t.Errorf("%d runs are kept, want the last 8", rows)
	}
}

// Every message of the service stands at its field; the first wrong one has the
// focus, and typing takes the message away.
func TestBrowserWrongFields(t *testing.T) {
	s := serve(t, runs.Options{})
	b := browse(t, s.URL, 1)
	b.ready()
	wrong := map[string]string{"num_jobs": "-3", "rate": "fast", "thresholds": "p99 < 1s\n\np99 <", "timeout": "soon"}
	b.click("#more summary")
	b.fill(wrong)
	b.click("#more summary") // closed: the message must not be hidden
	b.click("#run")
	b.until(`document.getElementById("problem").checkVisibility() && document.getElementById("run").checkVisibility()`)

	_, messages := s.run(`{"num_jobs": -3, "rate": "fast", "thresholds": ["p99 < 1s", "p99 <"], "timeout": "soon"}`).problem(t, 400)
	messages["body.thresholds"] = "Line 3: " + messages["body.thresholds[1]"]
	for _, field := range []string{"num_jobs", "concurrency", "rate", "thresholds", "timeout", "seed"} {
		want := messages["body."+field]
		got := look[string](b, `document.getElementById(document.getElementById(%q).getAttribute("aria-describedby"))?.innerText ?? ""`, field)
		invalid := look[bool](b, `document.getElementById(%q).getAttribute("aria-invalid") === "true"`, field)
		if got != want || invalid != (wrong[field] != "") || invalid != (want != "") {
			t.Errorf("%s: %q, invalid %t, want %q", field, got, invalid, want)
		}
	}
	if focus := b.focus(); focus != "num_jobs" {
		t.Errorf("the focus is on %q, want the first wrong field", focus)
	}
	if text := b.text("#problem[role=alert]"); !strings.Contains(text, messages["body.num_jobs"]) {
		t.Errorf("the alert says %q", text)
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#num_jobs"), "0"))
	if look[bool](b, `document.querySelector("#num_jobs[aria-invalid], #num_jobs-error") !== null`) {
		t.Error("the message is still there while the field is put right")
	}
}

// A run that is stopped in the page is stopped in the service.
func TestBrowserStop(t *testing.T) {
	s := serve(t, runs.Options{})
	b := browse(t, s.URL, 0)
	b.job(map[string]string{"duration": "10m"})
	b.click("#run")
	until(t, "the run", func() bool { return s.manager.Stats().Active == 1 })
	b.until(`document.getElementById("elapsed").textContent`)
	if focus := b.focus(); focus != "stop" {
		t.Errorf("while the run goes on the focus is on %q", focus)
	}
	b.click("#stop")
	until(t, "the end of the run", func() bool {
		return s.manager.Stats().Runs[aurea.RunsKey{Workload: "sleep", Status: aurea.StatusCancelled}] == 1
	})
	if active := s.manager.Stats().Active; active != 0 {
		t.Errorf("%d runs go on", active)
	}
	b.until(`document.getElementById("status").textContent.startsWith("Stopped after ") && document.getElementById("run").checkVisibility()`)
	if focus := b.focus(); focus != "run" || !look[bool](b, `document.getElementById("problem").hidden && document.getElementById("stop").hidden`) {
		t.Errorf("after the stop the focus is on %q, or the page complains", focus)
	}
	b.job(map[string]string{"duration": "1ms"})
	b.click("#run")
	b.finishes(1)
}

// Where a token is needed the page asks for it, and keeps it for the next run.
func TestBrowserToken(t *testing.T) {
	s := serve(t, runs.Options{}, func(o *Options) { o.Tokens = []string{"secret"} })
	b := browse(t, s.URL, 3)
	b.until(`document.activeElement.id === "token"`)
	b.fill(map[string]string{"num_jobs": "3"})
	b.click("#run")
	b.until(`document.activeElement.id === "token" && document.getElementById("run").checkVisibility()`)
	for token, fits := range map[string]bool{"": false, "two words": false, "→": false, "!tok-en~_/+=": true} {
		if look[bool](b, `(() => {
			const field = document.getElementById("token");
			field.value = %q;
			const fits = field.checkValidity();
			field.value = "";
			return fits;
		})()`, token) != fits {
			t.Errorf("%q can be a token: %t", token, !fits)
		}
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#token"), "guess\r"))
	b.until(`document.getElementById("problem").innerText.includes("not one of its tokens") && document.activeElement.id === "token"`)
	if look[bool](b, `sessionStorage.length > 0`) {
		t.Error("a wrong token is kept")
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#token"), "secret\r"))
	b.finishes(1)
	if look[bool](b, `document.getElementById("auth").checkVisibility() || document.getElementById("problem").checkVisibility()`) {
		t.Error("the token is taken, and yet the page asks for it")
	}
	b.do(chromedp.Reload())
	b.click("#run")
	b.finishes(1)
}

// A service that is gone is told of in a sentence.
func TestBrowserNoService(t *testing.T) {
	url := host(t, fake{do: func(context.Context, aurea.Spec) (aurea.Run, error) {
		panic(http.ErrAbortHandler) // the connection is closed without an answer
	}})
	b := browse(t, url, 1)
	b.click("#run")
	b.until(`document.getElementById("problem").checkVisibility()`)
	if text := b.text("#problem"); !strings.HasPrefix(text, "The service cannot be reached\n") || !strings.Contains(text, url) {
		t.Errorf("the page says %q", text)
	}
}

// doubtful is a fake whose every run has a series, a doubt and an error.
func doubtful() fake {
	return fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) {
		run := finished(spec)
		run.Result.Series = []aurea.Point{
			{T: 1, OK: 50, Throughput: 50, P99: 0.2}, {T: 2, Throughput: 0}, {T: 3, OK: 100, Throughput: 100, P99: 0.1}, {T: 4, OK: 75, Throughput: 75, P99: 0.4},
		}
		run.Result.Validity = aurea.Validity{State: aurea.Degraded, Reasons: []aurea.Reason{{Code: "x", Message: "the generator was late", State: aurea.Degraded}}}
		run.Result.Errors = []aurea.ErrorClass{{Class: "timeout", Count: 1234, Sample: strings.Repeat("unbroken", 40)}}
		return run, nil
	}}
}

// A series is drawn, from 0 to its highest point; where no job ended there is no
// latency to draw. Doubts are written out.
func TestBrowserChartsAndDoubts(t *testing.T) {
	b := browse(t, host(t, doubtful()), 0)
	b.click("#run")
	b.finishes(1)
	drawn := look[[]string](b, `[...document.querySelectorAll(".charts .line")].map((path) => path.getAttribute("d"))`)
	if want := []string{"M25 50L50 100L75 0L100 25", "M25 50M75 75L100 0"}; !slices.Equal(drawn, want) {
		t.Errorf("drawn are %q, want %q", drawn, want)
	}
	labels := strings.ReplaceAll(strings.Join(look[[]string](b, `[...document.querySelectorAll(".charts svg[role=img]")].map((svg) => svg.getAttribute("aria-label"))`), "; "), "\u00a0", " ")
	if want := "Throughput over 4 s: from 0/s to 100/s; p99 latency over 4 s: from 100 ms to 400 ms"; labels != want {
		t.Errorf("they are described as %q, want %q", labels, want)
	}
	if text := b.text("#doubts"); text != "These numbers deserve some doubt\nThe generator was late." {
		t.Errorf("the doubt is shown as %q", text)
	}
	if text := b.text("#failures tbody"); !strings.HasPrefix(text, "timeout\t1,234\tunbroken") {
		t.Errorf("the error is shown as %q", text)
	}
}

// On a phone nothing is wider than the screen, whatever the page shows.
func TestBrowserPhone(t *testing.T) {
	b := browse(t, host(t, doubtful()), 1)
	b.do(chromedp.EmulateViewport(375, 700))
	fits := func(when string) {
		t.Helper()
		if width := look[int](b, "document.documentElement.scrollWidth"); width > 375 {
			t.Errorf("%s the page is %d pixels wide", when, width)
		}
	}
	fits("at first")
	b.click("#more summary")
	b.fill(map[string]string{"name": strings.Repeat("n", 200), "thresholds": "p99 < 1h\n" + strings.Repeat("x", 300)})
	b.click("#run")
	b.until(`document.getElementById("problem").checkVisibility() && document.getElementById("run").checkVisibility()`)
	fits("with a problem")
	b.fill(map[string]string{"thresholds": "p99 < 1h"})
	for number := 1; number <= 2; number++ {
		b.click("#run")
		b.finishes(number)
	}
	b.click(".raw summary")
	fits("with results")
}

// The page looks different by night, and its words can be read by day and by
// night: the contrast is that of WCAG 2.2, level AA.
func TestBrowserContrast(t *testing.T) {
	b := browse(t, host(t, doubtful()), 0)
	b.click("#run")
	b.finishes(1)
	grounds := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		b.do(colorScheme(scheme))
		grounds[look[string](b, "getComputedStyle(document.body).backgroundColor")] = true
		if faint := look[[]string](b, contrastScript); len(faint) > 0 {
			t.Errorf("%s: too little contrast: %q", scheme, faint)
		}
	}
	if len(grounds) != 2 {
		t.Errorf("day and night look alike: %v", grounds)
	}
}

func colorScheme(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}

// contrastScript lists the texts whose contrast with what is behind them is
// below 4.5.
const contrastScript = `(() => {
	const parse = (color) => color.match(/[\d.]+/g).map(Number);
	const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
		.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const ground = (node) => {
		const color = parse(getComputedStyle(node).backgroundColor);
		return color[3] === 0 ? ground(node.parentElement) : color;
	};
	const faint = [];
	for (const node of document.body.querySelectorAll("*")) {
		const words = [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => child.data.trim()).join("");
		if (!words || !node.checkVisibility() || node.tagName === "OPTION") continue;
		const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))];
		const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (contrast < 4.5) faint.push(words.slice(0, 40) + " " + contrast.toFixed(2));
	}
	return faint;
})()`

// Every control has a name, and every id is there once.
func TestBrowserNames(t *testing.T) {
	b := browse(t, host(t, answering()), 0)
	b.ready()
	b.allNamed("at first")
}

// Numbers are written for people, and rounded to no more than they can tell.
func TestBrowserFormats(t *testing.T) {
	b := browse(t, host(t, answering()), 0)
	for call, want := range map[string]string{
		"duration(0)": "0 s", "duration(1e-9)": "1 ns", "duration(0.0000009996)": "1 µs", "duration(0.00001234)": "12.3 µs",
		"duration(0.0009999)": "1 ms", "duration(0.25)": "250 ms", "duration(0.39949)": "399 ms", "duration(0.9999)": "1 s", "duration(12.34)": "12.3 s",
		"duration(59.99)": "1 min 0 s", "duration(61)": "1 min 1 s", "duration(3599.6)": "1 h 0 min", "duration(86400)": "24 h 0 min",
		"number(0)": "0", "number(0.012345)": "0.0123", "number(12.345)": "12.3", "number(250.54)": "250.5", "number(1234567.8)": "1,234,568", "number(10000000)": "10,000,000",
		`money(0.0399, "USD")`: "$0.0399", `money(0, "USD")`: "$0.00", `money(0.1, "USD")`: "$0.10", `money(0.000000399123, "USD")`: "$0.000000399", `money(1234.5, "USD")`: "$1,234.50", `money(2, "EUR")`: "€2.00", `money(1, "XYZ")`: "XYZ 1.00",
		"percent(0.0125)": "1.25 %", "percent(0)": "0 %",
		`indent('{"a":[1,2.50,{"b":"x,{\\"y"}],"c":18446744073709551615,"d":[],"e":{},"f":1e-7}')`: `{
  "a": [
    1,
    2.50,
    {
      "b": "x,{\"y"
    }
  ],
  "c": 18446744073709551615,
  "d": [],
  "e": {},
  "f": 1e-7
}`,
	} {
		if got := strings.ReplaceAll(look[string](b, `Promise.all([import("/ui/format.js"), import("/ui/json.js")]).then(([format, json]) => ({...format, ...json}).%s)`, call), "\u00a0", " "); got != want {
			t.Errorf("%s is written %q, want %q", call, got, want)
		}
	}
}
