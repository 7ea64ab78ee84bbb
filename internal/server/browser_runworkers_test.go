package server

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// The workers of a result have a row each: what they measured, and how they
// differ. Columns of counts that all lack are left out.
func TestBrowserRunWorkers(t *testing.T) {
	t.Parallel()
	b := browse(t, host(t, newStoringFake(degradedFake())), 0)
	b.click("#run")
	b.finishes()
	summary := "16 workers; 1 of them lost, with 25 % of the load. They began 1.2 ms apart, " +
		"± 200 µs by the error of their clocks. They differ in cpu limit, kernel, memory bytes."
	if text := b.text("#run-workers .hint"); text != summary {
		t.Errorf("they are summed up as %q, want %q", text, summary)
	}
	head := "Worker\tState\tJobs/s\tCPU\tp50\tp99\tDelay p99\tOk\tFailed\tDropped\tLost"
	if text := b.text("#run-workers thead"); text != head {
		t.Errorf("the columns are %q", text)
	}
	const usual = "\tended\t100\t43.2 %\t100 ms\t200 ms\t1 ms\t100\t3\t0\t0"
	const machine = " / host, 2 cores"
	want := []string{
		"worker-00" + machine + "\tlost\t25\t–\t100 ms\t200 ms\t1 ms\t50\t0\t0\t1,234",
		"worker-01" + machine + " / unlike others: memory bytes 4 GiB" + usual,
		"worker-02" + machine + " / unlike others: cpu limit 1.5; kernel 6.1\tended\t100\t43.2 %\t–\t–\t–\t0\t0\t7\t0",
	}
	for i := 3; i < 13; i++ {
		want = append(want, fmt.Sprintf("worker-%02d", i)+machine+usual)
	}
	want = append(want, "3 more workers together\t\t3\t\t\t\t\t30\t1\t0\t0")
	if diff := cmp.Diff(want[:10], b.lines("#run-workers")); diff != "" {
		t.Errorf("at first there are (-want +got):\n%s", diff)
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#all-run-workers"), "\r"))
	if diff := cmp.Diff(want, b.lines("#run-workers")); diff != "" {
		t.Errorf("all of them are (-want +got):\n%s", diff)
	}
	if focus := b.focus(); focus != "all-run-workers" {
		t.Errorf("the focus is on %q", focus)
	}
	bars := look[[]string](b,
		`[...document.querySelectorAll("#run-workers rect")].map((bar) => bar.getAttribute("width"))`)
	if !slices.Equal(bars[:3], []string{"25", "100", "100"}) || len(bars) != 13 {
		t.Errorf("the bars have widths of %v, want a quarter for a quarter", bars)
	}
	b.click("#run")
	b.finishes()
	if rows := len(b.lines("#run-workers")); rows != 10 {
		t.Errorf("the next result has %d rows, want it folded", rows)
	}
}

// Upper and lower bounds of the most in flight are both shown.
func TestBrowserInFlightBounds(t *testing.T) {
	t.Parallel()
	bounded := finishingFake()
	do := bounded.do
	bounded.do = func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) {
		run, err := do(ctx, spec)
		run.Result.InFlight = aurea.InFlight{Max: 1100, AtLeast: 360, Mean: 95}
		return run, err
	}
	b := browse(t, host(t, newStoringFake(bounded)), 0)
	b.click("#run")
	b.finishes()
	if most := b.fact("In flight, max"); most != "360 to 1,100" {
		t.Errorf("the most in flight are %q", most)
	}
}

// A run on real workers is chosen in the form, and shown with what each of them
// measured. Its spec is kept.
func TestBrowserOnWorkers(t *testing.T) {
	t.Parallel()
	s := serveWorkers(t, "one", "two")
	b := browseWorkers(t, s.URL, 1)
	b.click("#more summary")
	for _, name := range []string{"workers", "max_lost_fraction"} {
		b.until(`document.querySelector("[data-name=%s]").checkVisibility()`, name)
	}
	b.job(map[string]string{"kind": "sleep"})
	b.job(map[string]string{"duration": "1ms", "max_lost_fraction": "0.5", "workers": "0"})
	b.fill(map[string]string{"num_jobs": "400", "concurrency": "20"})
	b.click("#run") // the number is blank
	b.until(`document.getElementById("problem").checkVisibility() && document.getElementById("run").checkVisibility()`)
	wrong := look[string](b, `document.querySelector("[data-name=workers] .error").innerText`)
	if !strings.HasPrefix(wrong, `must be "all", "local", a number of workers from 1 to`) {
		t.Errorf("a blank number is %q", wrong)
	}
	b.job(map[string]string{"workers/integer": "2"})
	b.click("#run")
	result := b.finishes()
	of := result.at("workers.of").([]any)
	if len(of) != 2 {
		t.Fatalf("%d workers ran, want 2", len(of))
	}
	for _, one := range of {
		worker := document(one.(map[string]any))
		id := worker.at("id").(string)
		var want []float64
		for _, field := range []string{"throughput", "cpu", "latency.p50", "latency.p99", "delay.p99", "counts.ok"} {
			want = append(want, worker.number(t, field))
		}
		want = append(want, 0)
		row := fmt.Sprintf(`document.querySelector("#run-workers span[title='%s']").closest("tr")`, id)
		got := look[[]float64](b, `[...%s.querySelectorAll("data")].map((d) => Number(d.value))`, row)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-result +shown):\n%s", worker.at("name"), diff)
		}
	}
	summary := fmt.Sprintf("2 workers on 1 machine. They began %s apart, ± %s by the error of their clocks.",
		b.duration(result.number(t, "workers.spread")), b.duration(2*result.number(t, "workers.bound")))
	if text := b.text("#run-workers .hint"); text != summary {
		t.Errorf("they are summed up as %q, want %q", text, summary)
	}
	b.until(`[...document.querySelectorAll("#workers td:nth-of-type(5) data")].length === 2`) // clocks are known
	rows := b.lines("#workers")
	if !strings.HasPrefix(rows[0], "one\tidle\ttest / ") || !strings.HasPrefix(rows[1], "two\tidle\ttest / ") {
		t.Errorf("after the run the workers are %q", rows)
	}

	for choice, want := range map[string]any{`"all"`: "all", `"local"`: "local", "": nil} {
		b.job(map[string]string{"workers": choice})
		b.click("#run")
		result := b.finishes()
		spec := result.at("spec").(map[string]any)
		if spec["workers"] != want {
			t.Errorf("chosen are %s, sent %v", choice, spec["workers"])
		}
		if shown := look[bool](b, `document.getElementById("run-workers").checkVisibility()`); shown != (want != "local") {
			t.Errorf("with %s workers are shown: %t", choice, shown)
		}
	}
}

// duration returns how the page writes seconds.
func (b *tab) duration(seconds float64) string {
	b.t.Helper()
	text := look[string](b, `import("/ui/core/format.js").then((format) => format.duration(%v))`, seconds)
	return strings.ReplaceAll(text, "\u00a0", " ")
}
