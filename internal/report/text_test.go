package report

import (
	"cmp"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

var update = flag.Bool("update", false, "write the golden files of testdata")

// checkGolden compares a text with a file of testdata.
func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// shopRun returns a run of an HTTP mix with a rate, a warm-up, failures, doubts
// and samples: one of everything that a report shows.
func shopRun() aurea.Run {
	const second = aurea.Duration(time.Second)
	spec := aurea.Spec{Rate: 100, Duration: 6 * second, Warmup: second, Name: "shop"}
	for _, expression := range []string{"throughput > 50", "p99 < 50ms", "error_rate < 1%", "parts.pay.p99 < 2s"} {
		threshold, err := aurea.ParseThreshold(expression)
		if err != nil {
			panic(err)
		}
		spec.Thresholds = append(spec.Thresholds, threshold)
	}
	tally := aurea.NewTally()
	for i := range 475 {
		tally.Latency.Record(time.Duration(float64(5*time.Millisecond) * math.Exp(float64(i)/130)))
	}
	latency := aurea.Summarize(tally.Latency)
	part := func(name string, ok, failed int64) aurea.PartResult {
		return aurea.PartResult{Name: name, Counts: aurea.Counts{Planned: ok + failed, OK: ok, Failed: failed},
			Throughput: float64(ok) / 5, Latency: latency}
	}
	r := &aurea.Result{
		ID: "benchmark-01a224b0-0704-7093-8609-a1eed83df222", Name: "shop", Status: aurea.StatusCompleted,
		Verdict: aurea.VerdictFail, Model: aurea.Open, Spec: spec, Seed: 7, Duration: 5.0123, Throughput: 94.77,
		StartTime: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC),
		Counts:    aurea.Counts{Planned: 500, OK: 475, Failed: 20, Timeout: 5},
		Latency:   latency, ServiceTime: latency, Delay: aurea.Summary{Count: 500, P50: 1e-6, P99: 0.01, Max: 0.02},
		FailedLatency: aurea.Summary{Count: 25, Min: 0.001, Mean: 0.2, P50: 0.002, P90: 1, P95: 1, P99: 1, P999: 1, Max: 1},
		InFlight:      aurea.InFlight{Max: 41, Mean: 6.5, Effective: 6.5},
		Rate:          &aurea.Rate{Target: 100, Achieved: 99.8},
		Warmup:        &aurea.Warmup{Duration: 1, Counts: aurea.Counts{Planned: 100, OK: 99, Failed: 1}},
		Cost:          aurea.Cost{Total: 0.0175, PerMillionJobs: 43.9, Currency: "USD"},
		Thresholds: []aurea.ThresholdCheck{
			{Expression: "throughput > 50", Value: 94.77, OK: true}, {Expression: "p99 < 50ms", Value: 0.183},
			{Expression: "error_rate < 1%", Value: 0.05}, {Expression: "parts.pay.p99 < 2s", NoData: true},
		},
		Errors: []aurea.ErrorClass{
			{Class: "timeout", Count: 5, Sample: "the job took longer than 1s"},
			{Class: "status_503", Count: 20, Sample: "the answer's status is 503"},
		},
		Statuses: param.Named[int64]{{Name: "200", Value: 475}, {Name: "503", Value: 20}},
		Parts:    []aurea.PartResult{part("search", 400, 5), part("pay", 75, 20)},
		Phases: param.Named[aurea.Summary]{
			{Name: "wait", Value: aurea.Summary{Count: 500}},
			{Name: "first_byte", Value: latency},
		},
		Counters: param.Named[aurea.Amount]{
			{Name: "bytes_in", Value: aurea.Amount{Total: 85387, PerSecond: 17035.5, PerJob: 170.774}},
			{Name: "retries"},
		},
		Validity: aurea.Validity{State: aurea.Degraded, Reasons: []aurea.Reason{{
			Code: "delay", State: aurea.Degraded,
			Message: "the generator started jobs late: p99 of the delay is 10ms, more than 1ms; ask it for less",
		}}},
		Warnings: []string{"the records of 5 jobs are missing"},
	}
	for i := range 6 {
		p := aurea.Point{
			T: float64(i + 1), Started: 100, OK: 95, Failed: 5, InFlight: 6, Throughput: 95, P50: 0.03, P90: 0.1, P99: 0.18,
		}
		if i == 3 {
			p = aurea.Point{T: 4, Started: 20, Failed: 20, InFlight: 41}
		}
		r.Series = append(r.Series, p)
	}
	return aurea.Run{ID: r.ID, Name: r.Name, Status: r.Status, Result: r, Samples: aurea.Samples{Tally: tally}}
}

// previousOf returns an earlier result of the same name, which was faster.
func previousOf(r *aurea.Result) *aurea.Result {
	before := *r
	before.ID = "benchmark-01a224a0-1111-7222-8333-a1eed83df222"
	before.StartTime = r.StartTime.Add(-time.Hour)
	before.Latency.P99 /= 2
	before.Counts = aurea.Counts{Planned: 500, OK: 500}
	return &before
}

func writeText(t *testing.T, run aurea.Run, o Options) string {
	t.Helper()
	var text strings.Builder
	if err := Text(run, o, &text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// The text of a run is as in testdata: for a screen, and with all rows.
func TestTextGolden(t *testing.T) {
	run := shopRun()
	previous := previousOf(run.Result)
	brief := writeText(t, run, Options{Previous: previous})
	checkGolden(t, "shop.txt", brief)
	checkGolden(t, "shop-verbose.txt", writeText(t, run, Options{Previous: previous, Verbose: true, Width: 100}))
	if lines := strings.Count(brief, "\n"); lines > 60 {
		t.Errorf("a run with one of everything takes %d lines", lines)
	}
	run.Result.Parts, run.Result.Warnings, run.Result.Validity = nil, nil, aurea.Validity{State: aurea.Valid}
	run.Result.Errors, run.Result.FailedLatency = nil, aurea.Summary{}
	if lines := strings.Count(writeText(t, run, Options{}), "\n"); lines > 40 {
		t.Errorf("a usual run takes %d lines, want a screen", lines)
	}
}

// Every line fits the width, but for the words that repeat the run.
func TestTextFitsItsWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := shopRun()
		name := rapid.StringN(1, 60, -1)
		run.Result.Errors[0].Class = name.Draw(t, "class")
		run.Result.Errors[0].Sample = name.Draw(t, "sample")
		run.Result.Parts[0].Name = name.Draw(t, "part")
		run.Result.Phases[1].Name = name.Draw(t, "phase")
		run.Result.Thresholds[0].Expression = name.Draw(t, "threshold")
		o := Options{Width: rapid.IntRange(1, 300).Draw(t, "width"), Verbose: rapid.Bool().Draw(t, "verbose")}
		var text strings.Builder
		if err := Text(run, o, &text); err != nil {
			t.Fatal(err)
		}
		body, _, _ := strings.Cut(text.String(), "\nagain ")
		limit := min(max(o.Width, minWidth), maxWidth)
		for line := range strings.Lines(body) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > limit {
				t.Fatalf("%d columns of %d: %q", n, limit, line)
			}
		}
	})
}

var escapeSequence = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Colour adds escape sequences and changes no text.
func TestTextColour(t *testing.T) {
	plain, coloured := writeText(t, shopRun(), Options{}), writeText(t, shopRun(), Options{Color: true})
	if strings.Contains(plain, "\x1b") {
		t.Error("a text without colour has escape sequences")
	}
	if diff := gocmp.Diff(plain, escapeSequence.ReplaceAllString(coloured, "")); diff != "" {
		t.Errorf("without its colours (-plain +coloured):\n%s", diff)
	}
	if want := "\x1b[31;1mFAIL\x1b[0m  \x1b[1mp99 < 50ms does not hold"; !strings.HasPrefix(coloured, want) {
		t.Errorf("the verdict begins with %q", coloured[:min(60, len(coloured))])
	}
}

// The first line is the verdict: in words, with the threshold that failed.
func TestHeadline(t *testing.T) {
	holds := aurea.ThresholdCheck{Expression: "p99 < 1s", Value: 0.5, OK: true}
	fails := aurea.ThresholdCheck{Expression: "p99 < 100ms", Value: 0.5}
	missing := aurea.ThresholdCheck{Expression: "parts.a.p99 < 1s", NoData: true}
	invalid := aurea.Validity{State: aurea.Invalid, Reasons: []aurea.Reason{
		{State: aurea.Degraded, Message: "it was short"}, {State: aurea.Invalid, Message: "no job was ok"},
	}}
	for want, r := range map[string]aurea.Result{
		"DONE  1 job ended ok": {Counts: aurea.Counts{OK: 1}},
		"DONE  3 jobs ended ok; but the numbers are in doubt": {
			Counts: aurea.Counts{OK: 3}, Validity: aurea.Validity{State: aurea.Degraded}},
		"PASS  p99 < 1s holds: it is 500ms": {Verdict: aurea.VerdictPass, Thresholds: []aurea.ThresholdCheck{holds}},
		"PASS  all 2 thresholds hold":       {Verdict: aurea.VerdictPass, Thresholds: []aurea.ThresholdCheck{holds, holds}},
		"FAIL  p99 < 100ms does not hold: it is 500ms": {
			Verdict: aurea.VerdictFail, Thresholds: []aurea.ThresholdCheck{holds, missing, fails}},
		"FAIL  p99 < 100ms does not hold: it is 500ms; 1 more threshold fails": {
			Verdict: aurea.VerdictFail, Thresholds: []aurea.ThresholdCheck{fails, fails}},
		"FAIL  p99 < 100ms does not hold: it is 500ms; 2 more thresholds fail": {
			Verdict: aurea.VerdictFail, Thresholds: []aurea.ThresholdCheck{fails, fails, fails}},
		"NO DATA  there is no data for parts.a.p99 < 1s": {
			Verdict: aurea.VerdictNoData, Thresholds: []aurea.ThresholdCheck{holds, missing}},
		"INVALID  no job was ok": {Validity: invalid},
		"CANCELLED  the run ended early; these are the jobs that had ended by then": {
			Status: aurea.StatusCancelled, Validity: invalid, Verdict: aurea.VerdictInvalid},
		"FAILED  a worker fell silent": {Status: aurea.StatusFailed, Validity: aurea.Validity{State: aurea.Invalid,
			Reasons: []aurea.Reason{{Code: aurea.WorkerLostCode, State: aurea.Invalid, Message: "a worker fell silent"}}}},
	} {
		r.Status = cmp.Or(r.Status, aurea.StatusCompleted)
		r.Validity.State = cmp.Or(r.Validity.State, aurea.Valid)
		first, _, _ := strings.Cut(writeText(t, aurea.Run{Result: &r}, Options{Width: 200}), "\n")
		if first != want {
			t.Errorf("the first line is %q, want %q", first, want)
		}
	}
}

// Parts that fared worse and thresholds that failed come first.
func TestTextHasTheWorstFirst(t *testing.T) {
	text := writeText(t, shopRun(), Options{})
	at := func(what string) int {
		i := strings.Index(text, what)
		if i < 0 {
			t.Fatalf("the text lacks %q:\n%s", what, text)
		}
		return i
	}
	order := []string{"FAIL  p99", "20 × status_503", "5 × timeout", "\npay ", "\nsearch ", "\nFAIL        p99 < 50ms",
		"\nFAIL        error_rate", "\nno data", "\npass        throughput", "\ndegraded", "\nagain "}
	if !slices.IsSortedFunc(order, func(a, b string) int { return cmp.Compare(at(a), at(b)) }) {
		t.Errorf("the text is not in the order %q:\n%s", order, text)
	}
}

// Rows that are zero or noise are in a verbose text only.
func TestTextVerbose(t *testing.T) {
	run := shopRun()
	run.Result.Delay = aurea.Summary{Count: 500, P99: 1e-6}
	brief, verbose := writeText(t, run, Options{}), writeText(t, run, Options{Verbose: true})
	for _, row := range []string{"\nwait ", "\nretries ", "\ndelay ", "\nservice time "} {
		if strings.Contains(brief, row) {
			t.Errorf("the text has %q", row)
		}
		if !strings.Contains(verbose, row) {
			t.Errorf("the verbose text lacks %q", row)
		}
	}
}

// Of many classes of errors, a text has the most frequent ones and says how
// many it leaves out.
func TestTextOfManyErrors(t *testing.T) {
	run := shopRun()
	for n, want := range map[int64]string{
		maxErrors + 1: "            2 × e\n            1 more kind of error; -v shows them\n",
		maxErrors + 2: "            3 × e\n            2 more kinds of error; -v shows them\n",
	} {
		run.Result.Errors = nil
		for i := range n {
			run.Result.Errors = append(run.Result.Errors, aurea.ErrorClass{Class: "e", Count: i + 1})
		}
		checkContains(t, "the text", writeText(t, run, Options{}), want)
	}
}

// Every reason for doubt says what to do.
func TestAdvice(t *testing.T) {
	for _, code := range aurea.ValidityCodes() {
		if advice[code] == "" {
			t.Errorf("there is no advice about %s", code)
		}
	}
	for code := range advice {
		if !slices.Contains(aurea.ValidityCodes(), code) {
			t.Errorf("there is advice about %s, which is no code", code)
		}
	}
}

// A run of no job, without samples, has a text.
func TestTextOfNothing(t *testing.T) {
	text := writeText(t, aurea.Run{Result: &aurea.Result{Status: aurea.StatusCancelled}}, Options{})
	checkContains(t, "the text", text, "jobs        0 ok of 0\n",
		"latency       –     –    –    –    –    –      –    –\n")
}

// A part that failed entirely is in every form, before the parts that fared
// better.
func TestFailedPart(t *testing.T) {
	r := &aurea.Result{Parts: []aurea.PartResult{
		{Name: "fine", Counts: aurea.Counts{Planned: 3, OK: 3}, Latency: aurea.Summary{Count: 3, P50: 1}},
		{Name: "gone", Counts: aurea.Counts{Planned: 4, Failed: 4}},
	}}
	for _, form := range []string{"text", "markdown", "html"} {
		text := render(t, form, r)
		gone, fine := strings.Index(text, "gone"), strings.Index(text, "fine")
		if gone < 0 || fine < gone {
			t.Errorf("%s has the failed part at %d, and the other one at %d:\n%s", form, gone, fine, text)
		}
	}
}
