package server

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// The page shows a run as the service returned it.
func TestBrowserRun(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := browse(t, s.URL, 0)
	b.until(`document.getElementById("version").textContent === "1.2.3"`)
	if text := b.text("#empty h2"); text != "Nothing has been run yet" {
		t.Errorf("before the first run: %q", text)
	}

	b.fill(map[string]string{"num_jobs": "20", "thresholds": "p99 < 1h\n\nthroughput > 1e9"})
	b.job(map[string]string{"duration": "10ms"})
	b.click("#more summary")
	const seed = "18446744073709551615" // exceeds JavaScript's exact integers
	b.fill(map[string]string{"seed": seed, "name": "<b>mine</b>"})
	b.click("#run")
	raw := b.finishes()

	for _, field := range []string{"throughput", "mean_latency", "latency.p99", "total_cost"} {
		if shown := b.shown(field); shown != raw.number(t, field) {
			t.Errorf("%s is shown as %v, the result has %v", field, shown, raw.number(t, field))
		}
	}
	raw.wantMembers(t, "result", map[string]any{
		"counts.ok": 20.0, "spec.workload.duration": "10ms", "name": "<b>mine</b>", "jobs": nil,
	})
	for fact, want := range map[string]string{
		"Planned": "20", "Ok": "20", "Failed": "0", "Timeout": "0",
		"Cancelled": "0", "Dropped": "0", "Model": "closed", "Seed": seed,
		"In flight, max": strconv.FormatFloat(raw.number(t, "in_flight.max"), 'f', -1, 64),
	} {
		if got := b.fact(fact); got != want {
			t.Errorf("%s: %q, want %q", fact, got, want)
		}
	}
	if whole := look[string](b, `document.getElementById("raw").textContent`); strings.Count(whole, seed) != 2 {
		t.Errorf("the seed is not exact in %s", whole)
	}
	if text := b.text("#judged tbody"); !strings.Contains(text, "p99 < 1h") || !strings.HasSuffix(text, "no") {
		t.Errorf("the thresholds are shown as %q", text)
	}
	badges := strings.Fields(b.text("#result .badges"))
	if !slices.Equal(badges, []string{"completed", raw.at("validity.state").(string), "fail"}) {
		t.Errorf("the run is summed up as %q", badges)
	}
	text := b.text("#status")
	if !strings.HasPrefix(text, "Done: 20 of 20 jobs ok, ") || !strings.HasSuffix(text, "A threshold does not hold.") {
		t.Errorf("a screen reader gets %q", text)
	}
	if focus := b.focus(); focus != "run" {
		t.Errorf("the focus is on %q after the run", focus)
	}
}

// Blank fields are not sent. Stored runs are listed, newest first, survive a
// reload, and can be opened again.
func TestBrowserHistory(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := browse(t, s.URL, 0)
	b.job(map[string]string{"kind": "noop"})
	if look[bool](b, `document.querySelector(%q) !== null`, parameter("duration")) {
		t.Error("noop has a field for its duration")
	}
	b.fill(map[string]string{"num_jobs": "7"})
	b.do(chromedp.SendKeys(chromedp.CSS("#num_jobs"), "\r"))
	first := b.finishes()
	spec, err := json.Marshal(first.at("spec"))
	if want := `{"include_jobs":false,"num_jobs":7,"workload":{"kind":"noop"}}`; err != nil || string(spec) != want {
		t.Errorf("sent %s, want %s", spec, want)
	}
	b.fill(map[string]string{"num_jobs": "8", "thresholds": "throughput > 0"})
	b.click("#run")
	second := b.finishes()
	b.until(`document.querySelectorAll("#runs tr").length === 2 && document.querySelector("#runs tr").innerText.includes("completed")`)
	row := b.text("#runs tr")
	if !strings.HasPrefix(row, "8 × noop\n") || !strings.Contains(row, "\tnoop\tcompleted\t") {
		t.Errorf("the newest run is listed as %q", row)
	}
	if shown := look[string](b, `document.querySelector("#runs tr td:nth-child(5) data").value`); shown != fmt.Sprint(second.number(t, "throughput")) {
		t.Errorf("its throughput is listed as %s, want %v", shown, second.at("throughput"))
	}

	id := first.at("benchmark_id").(string)
	b.click("#runs tr:nth-child(2) a")
	b.shows(id)
	current, focus := b.text("#runs [aria-current]"), look[string](b, "document.activeElement.hash")
	if current != "7 × noop" || focus != "#/runs/"+id {
		t.Errorf("marked is %q, with the focus on %q", current, focus)
	}
	b.do(chromedp.Reload())
	b.until(`document.getElementById("raw").textContent.includes(%q)`, id)
	b.click("h1 a")
	b.until(`document.getElementById("empty").checkVisibility() && !document.getElementById("result").checkVisibility()`)
	b.do(chromedp.NavigateBack())
	b.shows(id)
}

// A long history is shown page by page.
func TestBrowserEarlierRuns(t *testing.T) {
	t.Parallel()
	shelf := newStoringFake(finishingFake())
	for range 25 {
		if _, err := shelf.Submit(t.Context(), aurea.Spec{NumJobs: 1}, ""); err != nil {
			t.Fatal(err)
		}
	}
	b := browse(t, host(t, shelf), 0)
	for _, want := range []int{10, 20, 25} {
		b.until(`document.querySelectorAll("#runs tr").length === %d`, want)
		if more := look[bool](b, `document.getElementById("more-runs").checkVisibility()`); more != (want < 25) {
			t.Errorf("with %d of 25 runs in the list, the page offers more: %t", want, more)
		}
		if want < 25 {
			b.click("#more-runs")
		}
	}
	if got := look[string](b, `[...document.querySelectorAll("#runs a")].map((a) => a.hash.split("-")[1]).join()`); got != "25,24,23,22,21,20,19,18,17,16,15,14,13,12,11,10,9,8,7,6,5,4,3,2,1" {
		t.Errorf("listed are %s", got)
	}
	if kind := b.text("#runs tr td:nth-child(2)"); kind != "sleep" {
		t.Errorf("a run without a workload is listed as %q, want sleep", kind)
	}
	if focus := look[string](b, "document.activeElement.hash"); focus != "#/runs/benchmark-5" {
		t.Errorf("the focus is on %q, want the first of the added runs", focus)
	}
	b.click("#run")
	b.finishes()
	b.until(`document.querySelectorAll("#runs tr").length === 25 && document.querySelector("#runs a").hash === "#/runs/benchmark-26"`)
}

// Stopping a run in the page cancels it in the service, and shows its partial
// result.
func TestBrowserStop(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := browse(t, s.URL, 0)
	b.job(map[string]string{"duration": "10m"})
	b.click("#run")
	until(t, "the run", func() bool { return s.manager.Stats().Active == 1 })
	b.until(`document.getElementById("elapsed").textContent`)
	if focus := b.focus(); focus != "stop" {
		t.Errorf("during the run the focus is on %q", focus)
	}
	b.click("#stop")
	until(t, "the end of the run", func() bool {
		return s.manager.Stats().Runs[aurea.RunsKey{Workload: "sleep", Status: aurea.StatusCancelled}] == 1
	})
	if active := s.manager.Stats().Active; active != 0 {
		t.Errorf("%d runs are active", active)
	}
	stopped := b.finishes()
	if stopped.at("status") != "cancelled" || stopped.number(t, "counts.cancelled") != 100 {
		t.Errorf("the run is %v, with %v", stopped.at("status"), stopped.at("counts"))
	}
	if text := b.text("#status"); !strings.HasPrefix(text, "Stopped: 0 of 100 jobs ok") {
		t.Errorf("after the stop the status is %q", text)
	}
	if focus := b.focus(); focus != "run" {
		t.Errorf("after the stop the focus is on %q, want run", focus)
	}
	for _, id := range []string{"problem", "stop"} {
		if !look[bool](b, `document.getElementById(%q).hidden`, id) {
			t.Errorf("after the stop #%s is visible", id)
		}
	}
	b.job(map[string]string{"duration": "1ms"})
	b.click("#run")
	b.finishes()
}
