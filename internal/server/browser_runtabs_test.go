package server

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// tab chooses a tab of the run and returns its text.
func (b shownRun) chooseTab(name string) string {
	b.t.Helper()
	look[bool](b.tab, `[...document.querySelectorAll(".run [role=tab]")]
		.find((tab) => tab.textContent === %q).click() ?? true`, name)
	return b.text(".run [data-tab]:not([hidden])")
}

// The tabs of a finished run have its percentiles, its parts, its machine, its
// spec, its jobs and its note. The address keeps the chosen one.
func TestBrowserRunScreenTabs(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	const seed = "18446744073709551615" // exceeds JavaScript's exact integers
	spec := `{"name": "shop", "num_jobs": 200, "concurrency": 4, "seed": ` + seed + `,
		"workload": {"kind": "mix", "parts": [
			{"name": "sleep", "workload": {"kind": "sleep", "duration": "1ms"}},
			{"name": "math", "workload": {"kind": "cpu", "work": 10}}]}}`
	before := s.finished(spec)["id"].(string)
	id := s.finished(spec)["id"].(string)
	b := showRun(t, s.URL, id)

	plots := `[...document.querySelectorAll("[data-tab=latency] .plot")]`
	b.until(`%s.map((plot) => plot.querySelector("b").textContent).join() ===
		"Percentiles of the latency,Distribution of the latency,Service time against delay"`, plots)
	if jobs := look[float64](b.tab, `%s[1].data.Jobs.reduce((sum, jobs) => sum + jobs, 0)`, plots); jobs != 200 {
		t.Errorf("the histogram has %v jobs, want 200", jobs)
	}
	if times := b.text("[data-tab=latency] [aria-label=Times]"); !strings.Contains(times, "Delay\t200\t") {
		t.Errorf("the times are %q", times)
	}
	for tab, want := range map[string][]string{
		"Parts and phases": {"math", "sleep", "math.cpu", "math.units"},
		"Machine":          {"CPU used", "Lateness of its starts", "Memory", "Digest"},
		"Jobs":             {"CSV", "NDJSON", "Parquet"},
		"Spec":             {"seed: " + seed, "name: shop"},
	} {
		text := b.chooseTab(tab)
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %q: %q", tab, part, text)
			}
		}
	}
	status := look[int](b.tab, `fetch(document.querySelector("[data-tab=jobs] a").href).then((got) => got.status)`)
	if status != 200 {
		t.Errorf("a download answers with %d", status)
	}
	hrefs := look[string](b.tab, `[...document.querySelectorAll(".run .links a")]
		.map((link) => link.getAttribute("href")).join(" ")`)
	want := "#/new?from=" + id + " #/compare?base=" + before + "&head=" + id + " #/names/shop"
	if hrefs != want {
		t.Errorf("the run leads to %q, want %q", hrefs, want)
	}

	b.chooseTab("Notes and baseline")
	b.do(chromedp.SendKeys(chromedp.CSS(".run .note textarea"), "after the <b>fix</b>"))
	b.click(".run .note button")
	until(t, "the note to be kept", func() bool { return s.get(id)["note"] == "after the <b>fix</b>" })
	b.until(`document.getElementById("status").textContent === "The note is saved."`)
	b.click(".run .star")
	b.until(`document.querySelector(".run .star").textContent === "★ Baseline"`)
	if focused := look[string](b.tab, "document.activeElement.textContent"); focused != "★ Baseline" {
		t.Errorf("after the run was made the baseline the focus is on %q", focused)
	}
	if s.get(id)["baseline"] != true {
		t.Error("the run is not the baseline")
	}
	b.do(chromedp.Reload())
	b.until(`document.querySelector(".run .note textarea")?.value === "after the <b>fix</b>"`)
	if about := b.text(".run .about"); !strings.HasSuffix(about, "★ baseline of its name") {
		t.Errorf("the head of the baseline is %q", about)
	}
	b.do(chromedp.SendKeys(chromedp.CSS(".run [role=tab][aria-selected=true]"), kb.ArrowLeft))
	if focus := look[string](b.tab, "document.activeElement.textContent"); focus != "Jobs" {
		t.Errorf("left of the last tab is %q", focus)
	}
}
