package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/param"
)

// A live run is paused, resumed, given another load and stopped on its screen.
// When the page is loaded again meanwhile, it has all of that.
func TestBrowserRunScreenControls(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	id := s.submit(`{"workload": {"kind": "sleep", "duration": "1ms"}, "rate": 50, "concurrency": 9,
		"duration": "10m"}`)["id"].(string)
	b := shownRun{visit(t, s.URL+"/#/runs/"+id, 1)}
	b.badges("running")
	press := func(text string) {
		t.Helper()
		b.until(`[...document.querySelectorAll(".controls button")].some((one) => {
			const found = one.textContent === %q && one.checkVisibility() && !one.disabled;
			if (found) one.id = "pressed";
			return found;
		})`, text)
		b.click("#pressed")
		look[bool](b.tab, `document.getElementById("pressed").removeAttribute("id") ?? true`)
	}
	press("Pause")
	b.badges("paused")
	press("Resume")
	b.badges("running")

	press("Change load")
	const rate = `[...document.querySelectorAll(".load-form label")]
		.find((one) => one.textContent === "Rate, jobs a second").control`
	if now := look[string](b.tab, rate+".value"); now != "50" {
		t.Errorf("the form begins with a rate of %q", now)
	}
	look[bool](b.tab, `(%s.value = "fast") && true`, rate)
	b.do(chromedp.SendKeys(chromedp.CSS(".load-form input"), "\r"))
	b.until(`document.querySelector(".load-form [aria-invalid]")`)
	if text := b.text(".load-form .error"); !strings.Contains(text, "number") {
		t.Errorf("a wrong rate is answered with %q", text)
	}
	look[bool](b.tab, `(%s.value = "80") && true`, rate)
	b.do(chromedp.SendKeys(chromedp.CSS(".load-form input"), "\r"))
	b.until(`!document.querySelector(".load-form").checkVisibility()`)
	b.until(`document.querySelector(".sentence").textContent.includes("rate 50 to 80")`)
	if focus := look[string](b.tab, "document.activeElement.textContent"); focus != "Change load" {
		t.Errorf("after the change the focus is on %q", focus)
	}
	b.do(chromedp.Reload())
	b.badges("running")
	b.until(`document.querySelector(".sentence").textContent.includes("rate 50 to 80")`)
	b.until(`document.querySelector(".overtime .event")`)
	run, err := s.manager.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, event := range run.Timeline {
		kinds = append(kinds, event.Kind)
	}
	if diff := cmp.Diff([]string{aurea.Pause, aurea.Resume, aurea.ChangeLoad}, kinds); diff != "" {
		t.Errorf("the controls of the run are (-want +got):\n%s", diff)
	}

	press("Stop")
	b.until(`document.querySelector(".run .sentence").textContent.startsWith("Stopped after ")`)
	if look[bool](b.tab, `document.querySelector(".controls").checkVisibility()`) {
		t.Error("the stopped run still has controls")
	}
	if focus := look[string](b.tab, "document.activeElement.tagName"); focus != "H1" {
		t.Errorf("after the stop the focus is on %q, want the name of the run", focus)
	}
}

// When the service goes away, the page says so and keeps what it has. When the
// service is back, the page goes on.
func TestBrowserRunScreenOutage(t *testing.T) {
	t.Parallel()
	script := scriptedUpdates{updates: make(chan *aurea.Update)}
	shelf := newStoringFake(finishingFake())
	shelf.watch = script.watch
	done := steadyRun(t, "outage")
	run := done
	run.Status, run.Result = aurea.StatusRunning, nil
	run.Progress = &aurea.RunProgress{Elapsed: 1, OK: 231, Throughput: 231, P99: 0.1}
	shelf.runs = []aurea.Run{run}
	service := New(newOptions(shelf))
	var down atomic.Bool
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			panic(http.ErrAbortHandler)
		}
		service.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	b := showRun(t, proxy.URL, run.ID)
	until(t, "the run to be watched",
		func() bool { script.mu.Lock(); defer script.mu.Unlock(); return len(script.after) == 1 })
	down.Store(true)
	script.updates <- nil // the stream ends
	b.until(`document.querySelector(".run .contact").textContent.startsWith("There is no news of the run.")`)
	if got := b.figures()["Ok a second"]; got != "231/s; now" {
		t.Errorf("without the service the throughput is %q", got)
	}
	shelf.put(done)
	down.Store(false)
	b.says("22.7 % failed: connection refused, 315; p99 3.7 ms holds.")
	if look[bool](b.tab, `document.querySelector(".run .contact").checkVisibility()`) {
		t.Error("the page still says that the service does not answer")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused = 0 // the requests during the outage
}

// Below the charts are the thresholds, the errors by class and status, the
// parts that fail, and the workers, the worst of each first.
func TestBrowserRunScreenWorstFirst(t *testing.T) {
	t.Parallel()
	shelf := newStoringFake(finishingFake())
	run := steadyRun(t, "worst")
	r := run.Result
	r.Thresholds = []aurea.ThresholdCheck{{Expression: "p99 < 250ms", Value: 0.0037, OK: true},
		{Expression: "p50 < 1ms", NoData: true}, {Expression: "error_rate < 1%", Value: 0.227}}
	r.Verdict = aurea.VerdictFail
	unavailable := aurea.ErrorClass{Class: "status_503", Count: 5, Sample: "the answer's status is 503"}
	r.Errors = append([]aurea.ErrorClass{unavailable}, r.Errors...)
	r.Statuses = param.Named[int64]{{Name: "200", Value: 1073}, {Name: "503", Value: 5}}
	r.Parts = []aurea.PartResult{{Name: "fine", Counts: aurea.Counts{Planned: 3, OK: 3}},
		{Name: "gone", Counts: aurea.Counts{Planned: 2, OK: 1, Failed: 1}}}
	r.Workers = unlikeWorkers()
	r.Validity = aurea.Validity{State: aurea.Degraded,
		Reasons: []aurea.Reason{{Code: "x", Message: "the generator was late", State: aurea.Degraded}}}
	shelf.runs = []aurea.Run{run}
	b := showRun(t, host(t, shelf), run.ID)
	b.says("22.7 % failed: connection refused, 315; status 503, 5; error rate 22.7 % fails error_rate < 1%; " +
		"no data for p50 < 1ms; p99 3.7 ms holds.")
	rows := func(table string) []string {
		t.Helper()
		return look[[]string](b.tab, `[...document.querySelectorAll("[aria-label='%s'] tbody tr")]
			.map((row) => [...row.cells].map((cell) => cell.innerText).join("|").replaceAll("\u00a0", " "))`, table)
	}
	for table, want := range map[string][]string{
		"Thresholds": {"error_rate < 1%|22.7 %|no", "p50 < 1ms|–|no data", "p99 < 250ms|3.7 ms|yes"},
		"Errors": {"connection refused|315|22.6 %|connecting to 127.0.0.1: connection refused",
			"status 503|5|0.359 %|the answer's status is 503"},
		"Failing parts": {"gone|1|1|50 %|0|–|–"},
	} {
		if diff := cmp.Diff(want, rows(table)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table, diff)
		}
	}
	if text := b.text(".statuses"); text != "503 5 (0.464 %)\n200 1,073 (99.5 %)" {
		t.Errorf("the responses are shown as %q", text)
	}
	if text := b.text(".run .notice"); text != "These numbers deserve some doubt\nThe generator was late." {
		t.Errorf("the doubt is shown as %q", text)
	}
	if shown := rows("Workers"); len(shown) != 10 || !strings.HasPrefix(shown[0], "worker-00\nhost, 2 cores|lost|25|–") {
		t.Errorf("at first the workers are %q", shown)
	}
	b.do(chromedp.SendKeys(chromedp.CSS(".workers button"), "\r"))
	if shown := rows("Workers"); len(shown) != 14 || !strings.HasPrefix(shown[13], "3 more workers together||3|") {
		t.Errorf("all of the workers are %q", shown)
	}
	b.do(chromedp.EmulateViewport(390, 900))
	unnamed := look[[]string](b.tab, `[...document.querySelectorAll("[aria-label=Workers] thead th")]
		.filter((th) => !th.checkVisibility()).map((th) => th.innerText)`)
	if len(unnamed) > 0 {
		t.Errorf("on a narrow window the columns %q of the workers have no name", unnamed)
	}
}
