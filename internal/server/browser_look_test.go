package server

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A series is drawn from 0 to its highest point, with gaps in the latency where
// no job ended. Reasons for doubt are listed.
func TestBrowserChartsAndDoubts(t *testing.T) {
	t.Parallel()
	b := browse(t, host(t, newStoringFake(degradedFake())), 0)
	b.click("#run")
	b.finishes()
	drawn := look[[]string](b, `[...document.querySelectorAll(".charts .line")].map((path) => path.getAttribute("d"))`)
	if want := []string{"M25 50L50 100L75 0L100 25", "M25 50M75 75L100 0"}; !slices.Equal(drawn, want) {
		t.Errorf("the charts have %q, want %q", drawn, want)
	}
	labels := strings.ReplaceAll(strings.Join(look[[]string](b,
		`[...document.querySelectorAll(".charts svg[role=img]")].map((svg) => svg.getAttribute("aria-label"))`), "; "),
		"\u00a0", " ")
	if want := "Throughput over 4 s: from 0/s to 100/s; p99 latency over 4 s: from 100 ms to 400 ms"; labels != want {
		t.Errorf("they are described as %q, want %q", labels, want)
	}
	if text := b.text("#doubts"); text != "These numbers deserve some doubt\nThe generator was late." {
		t.Errorf("the doubt is shown as %q", text)
	}
	if text := b.text("#remarks"); text != "Records are missing." {
		t.Errorf("the remark is shown as %q", text)
	}
	if text := b.text("#exports"); text != "Jobs as CSV, NDJSON, Parquet; 1,234 started jobs without a record" {
		t.Errorf("the records are offered as %q", text)
	}
	if text := b.text("#failures tbody"); !strings.HasPrefix(text, "timeout\t1,234\tunbroken") {
		t.Errorf("the error is shown as %q", text)
	}
}

// On a phone no content is wider than the screen.
func TestBrowserPhone(t *testing.T) {
	t.Parallel()
	b := browseWorkers(t, host(t, newStoringFake(degradedFake()), withWorkers(everyState)), 1)
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
	for range 2 {
		b.click("#run")
		b.finishes()
	}
	b.click(".raw summary")
	fits("with results")
}

// The page has a dark scheme, and the contrast of text in both schemes meets
// WCAG 2.2, level AA.
func TestBrowserContrast(t *testing.T) {
	t.Parallel()
	b := browseWorkers(t, host(t, newStoringFake(degradedFake()), withWorkers(everyState)), 0)
	b.click("#run")
	b.finishes()
	grounds := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		b.do(colorScheme(scheme))
		grounds[look[string](b, "getComputedStyle(document.body).backgroundColor")] = true
		if faint := look[[]string](b, aureatest.ContrastScript); len(faint) > 0 {
			t.Errorf("%s: too little contrast: %q", scheme, faint)
		}
	}
	if len(grounds) != 2 {
		t.Errorf("both schemes have the same background: %v", grounds)
	}
}

// Every control has a name, and every id is unique.
func TestBrowserNames(t *testing.T) {
	t.Parallel()
	b := browseWorkers(t, host(t, newStoringFake(finishingFake()), withWorkers(everyState)), 0)
	b.ready()
	b.allNamed("at first")
}

// Numbers are rounded for people, and keep their significant digits.
func TestBrowserFormats(t *testing.T) {
	t.Parallel()
	b := browse(t, host(t, newStoringFake(finishingFake())), 0)
	for call, want := range map[string]string{
		"duration(0)": "0 s", "duration(1e-9)": "1 ns", "duration(0.0000009996)": "1 µs",
		"duration(0.00001234)": "12.3 µs",
		"duration(0.0009999)":  "1 ms", "duration(0.25)": "250 ms", "duration(0.39949)": "399 ms",
		"duration(0.9999)": "1 s", "duration(12.34)": "12.3 s",
		"duration(59.99)": "1 min 0 s", "duration(61)": "1 min 1 s", "duration(3599.6)": "1 h 0 min",
		"duration(86400)": "24 h 0 min",
		"number(0)":       "0", "number(0.012345)": "0.0123", "number(12.345)": "12.3", "number(250.54)": "250.5",
		"number(1234567.8)": "1,234,568", "number(10000000)": "10,000,000",
		`money(0.0399, "USD")`: "$0.0399", `money(0, "USD")`: "$0.00", `money(0.1, "USD")`: "$0.10",
		`money(0.000000399123, "USD")`: "$0.000000399", `money(1234.5, "USD")`: "$1,234.50",
		`money(2, "EUR")`: "€2.00", `money(1, "XYZ")`: "XYZ 1.00",
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
		got := strings.ReplaceAll(look[string](b,
			`Promise.all([import("/ui/core/format.js"), import("/ui/core/json.js")]).then(([format, json]) => ({...format, ...json}).%s)`, call), "\u00a0", " ")
		if got != want {
			t.Errorf("%s is written %q, want %q", call, got, want)
		}
	}
}

// Without samples a dash is shown, and a name is shown as text only.
func TestBrowserWithoutSamples(t *testing.T) {
	t.Parallel()
	empty := fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) {
		run := finished(spec)
		run.Name, run.Result.Name = "a\u202eb\x1b\nc👩\u200d🔬", "a\u202eb\x1b\nc👩\u200d🔬"
		run.Result.Latency, run.Result.MeanLatency = aurea.Summary{}, 0
		run.Result.Verdict = aurea.VerdictNoData
		run.Result.Parts = []aurea.PartResult{{Name: "fine", Counts: aurea.Counts{Planned: 3, OK: 3}},
			{Name: "gone", Counts: aurea.Counts{Planned: 2, Failed: 1, Dropped: 1}}}
		run.Result.Thresholds = []aurea.ThresholdCheck{{Expression: "p99 < 1s", NoData: true},
			{Expression: "error_rate < 1%", Value: 0.25}}
		return run, nil
	}}
	b := browse(t, host(t, newStoringFake(empty)), 0)
	b.click("#run")
	b.finishes()
	for field, want := range map[string]string{
		`[data-field="mean_latency"]`: "–", `[data-field="latency.p99"]`: "–",
		`[data-field="title"]`:      `a\u{202e}b\u{1b} c👩` + "\u200d🔬",
		`[data-field="thresholds"]`: "p99 < 1s\t–\tno data\nerror_rate < 1%\t25 %\tno",
		`[data-field="parts"]`:      "gone\t2\t0\t1\t0\t–\t–\nfine\t3\t3\t0\t0\t–\t–", // the one first that fared worse
	} {
		if text := strings.ReplaceAll(b.text("#result "+field), "\u00a0", " "); text != want {
			t.Errorf("%s is %q, want %q", field, text, want)
		}
	}
}
