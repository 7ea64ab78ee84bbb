package server

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A shownRun is the page of one run in a browser.
type shownRun struct{ *tab }

// showRun opens the screen of a run.
func showRun(t *testing.T, url, id string) shownRun {
	t.Helper()
	b := shownRun{visit(t, url+"/#/runs/"+id, 0)}
	b.until(`document.querySelector(".run .sentence")`)
	return b
}

// says waits until the sentence about the run is the wanted one.
func (b shownRun) says(want string) {
	b.t.Helper()
	b.until(`document.querySelector(".run .sentence")?.textContent.replaceAll("\u00a0", " ") === %q`, want)
}

// badges waits until the badges of the run are the wanted ones.
func (b shownRun) badges(want string) {
	b.t.Helper()
	b.until(`document.querySelector(".run .badges")?.textContent.trim() === %q`, want)
}

// figures returns the numbers as they are written, by their names.
func (b shownRun) figures() map[string]string {
	b.t.Helper()
	return look[map[string]string](b.tab, `Object.fromEntries([...document.querySelectorAll(".figures > div")].map(
		(one) => [one.dataset.figure,
			one.querySelector("dd").innerText.replaceAll("\u00a0", " ").replace(/\s*\n/g, "; ")]))`)
}

// chart returns a member of the data of a chart.
func chart[T any](b shownRun, title, member string) T {
	b.t.Helper()
	return look[T](b.tab, `[...document.querySelectorAll(".overtime .plot")]
		.find((plot) => plot.querySelector("b").textContent === %q).data[%q]`, title, member)
}

// steadyRun returns a finished run of 231 jobs a second with a name of 200
// signs. Its last interval is half a millisecond long.
func steadyRun(t testing.TB, name string) aurea.Run {
	t.Helper()
	spec, err := aurea.DecodeSpec([]byte(`{"workload": {"kind": "sleep"}, "rate": 231, "duration": "4s", "warmup": "1s",
		"thresholds": ["p99 < 250ms", "error_rate < 1%"], "labels": {"team": "search"}}`))
	if err != nil {
		t.Fatal(err)
	}
	run := finished(spec)
	run.ID, run.Name, run.Result.ID, run.Result.Name = "benchmark-1", name, "benchmark-1", name
	run.Labels, run.CreatedAt = spec.Labels, time.Now()
	r := run.Result
	for i := range 4 {
		r.Series = append(r.Series, aurea.Point{T: float64(i + 1), Started: 231, OK: 231, InFlight: 3, Throughput: 231,
			P50: 0.004, P90: 0.005, P99: 0.0037})
	}
	r.Series = append(r.Series, aurea.Point{T: 4.0005, Started: 1, OK: 1, Failed: 1, Throughput: 1438})
	r.Counts = aurea.Counts{Planned: 1388, OK: 1073, Failed: 315}
	r.Errors = []aurea.ErrorClass{{Class: "connect", Count: 315, Sample: "connecting to 127.0.0.1: connection refused"}}
	r.Latency = aurea.Summary{Count: 1073, P50: 0.004, P99: 0.0037}
	r.Throughput, r.Duration = 231, 3
	r.Thresholds = []aurea.ThresholdCheck{{Expression: "p99 < 250ms", Value: 0.0037, OK: true}}
	r.Verdict = aurea.VerdictPass
	r.Validity = aurea.Validity{State: aurea.Valid, Reasons: []aurea.Reason{}}
	r.InFlight = aurea.InFlight{Max: 3}
	r.Timeline = []aurea.RunEvent{
		{T: 1.5, Kind: aurea.Pause}, {T: 2, Kind: aurea.Resume},
		{T: 3, Kind: aurea.ChangeLoad, Detail: "rate 231 to 200", Rate: 200},
	}
	return run
}

// A finished run is a sentence, numbers and charts. A brief last interval is a
// part of the one before it, and a name of 200 letters does not widen the page.
func TestBrowserRunScreenFinished(t *testing.T) {
	t.Parallel()
	shelf := newStoringFake(finishingFake())
	hostile := "<b>\u202e" + strings.Repeat("n", 196)
	shelf.runs = []aurea.Run{steadyRun(t, hostile)}
	r := shelf.runs[0].Result
	r.StartTime, r.EndTime = time.UnixMilli(1_790_000_000_000), time.UnixMilli(1_790_000_004_000)
	url := host(t, shelf, func(o *Options) { o.Grafana = "http://grafana.example:3000/sub" })
	b := showRun(t, url, "benchmark-1")
	b.says("22.7 % failed: connection refused, 315; p99 3.7 ms holds.")
	b.until(`[...document.querySelectorAll(".run .links a")].at(-1).href ===
		"http://grafana.example:3000/sub/d/aurea-run?" + new URLSearchParams({"var-url": location.origin,
		"var-run": "benchmark-1", from: "1789999940000", to: "1790000064000"})`)
	if name := b.text(".run h1"); name != `<b>\u{202e}`+strings.Repeat("n", 196) {
		t.Errorf("the name is shown as %q", name)
	}
	b.badges("completed pass valid")
	if labels := b.text(".run .labels"); labels != "team=search" {
		t.Errorf("the labels are %q", labels)
	}
	want := map[string]string{"Ok a second": "231/s", "Error rate": "22.7 %; 315 of 1,388", "p50": "4 ms",
		"p99": "3.7 ms", "In flight": "3; the most", "Took": "3 s; after 1 s of warm-up"}
	if shelf.runs[0].Result.Rate != nil {
		t.Fatal("the run of this test has a rate")
	}
	if diff := cmp.Diff(want, b.figures()); diff != "" {
		t.Errorf("the numbers are (-want +got):\n%s", diff)
	}
	b.until(`document.querySelectorAll(".overtime svg[role=img] .line").length > 0`)
	end := 4.0005
	drawn := chart[[]float64](b, "Throughput", "ok")
	if diff := cmp.Diff([]float64{231, 231, 231, 232 / (end - 3)}, drawn); diff != "" {
		t.Errorf("the throughput is drawn as (-want +got):\n%s", diff)
	}
	if spans := chart[[][]any](b, "Latency", "spans"); len(spans) != 2 {
		t.Errorf("the warm-up and the pause are drawn as %v", spans)
	}
	if events := chart[[][]any](b, "In flight", "events"); len(events) != 1 {
		t.Errorf("the changed load is marked as %v", events)
	}
	if limits := chart[[]map[string]any](b, "Latency", "limits"); len(limits) != 1 || limits[0]["value"] != 0.25 {
		t.Errorf("the thresholds are drawn as %v", limits)
	}
	for _, width := range []int64{390, 980, 1920} {
		b.do(chromedp.EmulateViewport(width, 900))
		if got := look[int64](b.tab, "document.documentElement.scrollWidth"); got > width {
			t.Errorf("on %d pixels the page is %d wide", width, got)
		}
	}
}

// A lateLister lists runs when it is released, and is ready once it was asked to.
type lateLister struct {
	*storingFake
	asked, released chan struct{}
	once            sync.Once
}

func (l *lateLister) Ready() error {
	<-l.asked
	return l.storingFake.Ready()
}

func (l *lateLister) List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error) {
	l.once.Do(func() { close(l.asked) })
	select {
	case <-l.released:
	case <-ctx.Done():
	}
	return l.storingFake.List(ctx, query)
}

// The values at the cursor move no chart, however long they are.
func TestBrowserChartsStayUnderCursor(t *testing.T) {
	t.Parallel()
	shelf := newStoringFake(finishingFake())
	shelf.runs = []aurea.Run{steadyRun(t, "steady")}
	b := showRun(t, host(t, shelf), "benchmark-1")
	for _, width := range []int64{390, 980, 1280} {
		b.do(chromedp.EmulateViewport(width, 900))
		moved := look[float64](b.tab, `(() => {
			const drawings = [...document.querySelectorAll(".overtime .plot svg")];
			const tops = () => drawings.map((one) => one.getBoundingClientRect().top);
			drawings[0].focus();
			const before = tops();
			drawings[0].dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
			return Math.max(...tops().map((top, i) => Math.abs(top - before[i])));
		})()`)
		if moved != 0 {
			t.Errorf("on a window of %d the cursor moves a chart by %v pixels", width, moved)
		}
		b.until(`document.querySelector(".overtime output").textContent.includes("p99")`)
		b.shot(fmt.Sprintf("cursor-%d", width))
		look[bool](b.tab, `document.activeElement.blur() ?? true`)
	}
}

// The link to Grafana, whose address comes while the other runs are asked for, is
// there when they have come.
func TestBrowserRunScreenKeepsDashboard(t *testing.T) {
	t.Parallel()
	l := &lateLister{
		storingFake: newStoringFake(finishingFake()), asked: make(chan struct{}), released: make(chan struct{}),
	}
	before := steadyRun(t, "twice")
	before.ID, before.CreatedAt = "benchmark-0", before.CreatedAt.Add(-time.Hour)
	l.runs = []aurea.Run{steadyRun(t, "twice"), before}
	b := showRun(t, host(t, l, func(o *Options) { o.Grafana = "http://grafana.example:3000" }), "benchmark-1")
	const last = `[...document.querySelectorAll(".run .links a")].at(-1).textContent`
	b.until(last + ` === "Dashboard"`)
	close(l.released)
	b.until(`document.querySelector(".run .links").textContent.includes("the run before")`)
	if got := look[string](b.tab, last); got != "Dashboard" {
		t.Errorf("the last link is %q, want Dashboard", got)
	}
}

// A run without a sample shows a dash for what was not measured, and draws no
// latency.
func TestBrowserRunScreenWithoutSamples(t *testing.T) {
	t.Parallel()
	shelf := newStoringFake(finishingFake())
	empty := steadyRun(t, "empty")
	r := empty.Result
	r.Counts, r.Latency = aurea.Counts{Planned: 9, Cancelled: 9}, aurea.Summary{}
	r.Errors, r.Thresholds = []aurea.ErrorClass{}, []aurea.ThresholdCheck{}
	r.Throughput, r.Verdict, r.Status = 0, aurea.VerdictNone, aurea.StatusCancelled
	for i := range r.Series {
		r.Series[i].OK, r.Series[i].P99 = 0, 0
	}
	empty.Status = aurea.StatusCancelled
	killed := steadyRun(t, "killed")
	started := time.Now().Add(-time.Minute)
	killed.ID, killed.Status, killed.Result, killed.StartedAt = "benchmark-2", aurea.StatusInterrupted, nil, &started
	killed.Progress = &aurea.RunProgress{Elapsed: 12, Started: 1500, OK: 1440, Throughput: 120, P50: 0.1, P99: 0.2}
	shelf.runs = []aurea.Run{killed, empty}

	b := showRun(t, host(t, shelf), "benchmark-1")
	b.says("Stopped after 0 jobs; no job ended.")
	got := b.figures()
	for _, name := range []string{"Ok a second", "Error rate", "p50", "p99"} {
		if got[name] != "–" {
			t.Errorf("without a sample %s is %q", name, got[name])
		}
	}
	if look[bool](b.tab, `document.querySelector(".overtime .plot").checkVisibility()`) {
		t.Error("the latency is drawn without a sample")
	}

	b.goTo("#/runs/benchmark-2")
	b.says("Interrupted after 1,440 jobs; all of them were ok; its result is lost.")
	b.badges("interrupted no result")
}

// A run is followed from the queue to its end. The page says what it waits for,
// for how long, that it is paused and that its load was changed.
func TestBrowserRunScreenLive(t *testing.T) {
	t.Parallel()
	script := scriptedUpdates{updates: make(chan *aurea.Update)}
	shelf := newStoringFake(finishingFake())
	shelf.watch = script.watch
	done := steadyRun(t, "shop")
	run := done
	run.Status, run.Result, run.QueuePosition = aurea.StatusQueued, nil, 3
	run.Spec.Pricing = &aurea.Pricing{PerSecond: 0.1, Currency: "EUR"}
	shelf.runs = []aurea.Run{run}
	b := showRun(t, host(t, shelf), run.ID)
	id := int64(0)
	say := func(kind aurea.UpdateKind) {
		id++
		script.updates <- &aurea.Update{ID: id, Kind: kind, Run: run}
	}
	b.says("It waits in the queue: 2 runs are before it.")
	if look[bool](b.tab, `document.querySelector(".run .beside").checkVisibility()`) {
		t.Error("a run in the queue has room for thresholds and errors")
	}
	run.Status, run.QueuePosition = aurea.StatusRunning, 0
	say(aurea.UpdateStatus)
	b.says("It has begun, and no interval has been measured yet.")

	step := func(p aurea.RunProgress, want string) {
		t.Helper()
		run.Progress = &p
		say(aurea.UpdateProgress)
		b.says(want)
	}
	step(aurea.RunProgress{Phase: aurea.PhaseWaiting, Activity: "waiting for workers: 1 of 3 are there"},
		"Waiting for workers: 1 of 3 are there.")
	for name, value := range b.figures() {
		if value != "–" {
			t.Errorf("before its clock begins %s is %q", name, value)
		}
	}
	soFar := &aurea.SoFar{Target: 231, Limit: 50, Cost: 0.35}
	step(aurea.RunProgress{Elapsed: 1, Remaining: 4, OK: 231, Throughput: 231, P50: 0.004, P90: 0.005, P99: 0.006,
		InFlight: 3, Phase: aurea.PhaseWarmup, Activity: "warm-up: nothing is judged for another 500ms", SoFar: soFar},
		"Warm-up: nothing is judged for another 500ms; 231 jobs ok; 4 s left.")
	want := map[string]string{"Ok a second": "231/s; of 231/s asked for", "Error rate": "0 %; 0 of 231",
		"p50": "4 ms; now", "p99": "6 ms; now", "In flight": "3; of 50", "Elapsed": "1 s; about 4 s left",
		"Cost": "€0.35; so far"}
	if diff := cmp.Diff(want, b.figures()); diff != "" {
		t.Errorf("the numbers are (-want +got):\n%s", diff)
	}
	script.updates <- nil // the connection breaks
	step(aurea.RunProgress{Elapsed: 2, Remaining: 3, OK: 231, InFlight: 50, Phase: aurea.PhaseRunning,
		Activity: "no job ended in the last 1s: waiting for 50 jobs in flight, 30s each at most", SoFar: soFar},
		"No job ended in the last 1s: waiting for 50 jobs in flight, 30s each at most; 231 jobs ok; 3 s left.")
	if got := b.figures(); got["p99"] != "–" || got["Ok a second"] != "0/s; of 231/s asked for" {
		t.Errorf("with a target that hangs the numbers are %q", got)
	}
	run.Timeline = []aurea.RunEvent{
		{T: 2.1, Kind: aurea.ChangeLoad, Detail: "rate 231 to 100", Rate: 100}, {T: 2.5, Kind: aurea.Pause},
	}
	say(aurea.UpdateStatus)
	b.badges("paused")
	step(aurea.RunProgress{Elapsed: 3, Remaining: 2, OK: 231, Phase: aurea.PhasePaused, Activity: "paused",
		SoFar: soFar},
		"Paused at 2.5 s; 231 jobs ok; load changed at 2.1 s: rate 231 to 100; 2 s left.")
	if spans := chart[[][]any](b, "Throughput", "spans"); len(spans) != 2 || spans[1][0] != 2.5 || spans[1][1] != 3.0 {
		t.Errorf("the warm-up and the pause are drawn as %v", spans)
	}
	run.Timeline = append(run.Timeline, aurea.RunEvent{T: 3.1, Kind: aurea.Resume})
	say(aurea.UpdateStatus)
	b.badges("running")
	step(aurea.RunProgress{Elapsed: 4, OK: 300, InFlight: 7, Throughput: 69, P99: 0.1, Phase: aurea.PhaseDraining,
		Activity: "draining: waiting for 7 jobs in flight, 29s at most", SoFar: soFar},
		"Draining: waiting for 7 jobs in flight, 29s at most; 300 jobs ok; load changed at 2.1 s: rate 231 to 100.")
	if ok := chart[[]float64](b, "Throughput", "ok"); !cmp.Equal(ok, []float64{231, 0, 0, 69}) {
		t.Errorf("the throughput is drawn as %v", ok)
	}
	run = done
	shelf.put(done)
	say(aurea.UpdateStatus)
	say(aurea.UpdateResult)
	b.says("22.7 % failed: connection refused, 315; p99 3.7 ms holds.")
	b.until(`document.getElementById("status").textContent === document.querySelector(".run .sentence").textContent`)
}

// What is new of a long run and too narrow to be seen is not drawn at once. The
// numbers go on, and the charts of the end have everything.
func TestBrowserRunChartsOfLongRun(t *testing.T) {
	t.Parallel()
	script := scriptedUpdates{updates: make(chan *aurea.Update)}
	shelf := newStoringFake(finishingFake())
	shelf.watch = script.watch
	done := steadyRun(t, "long")
	run := done
	run.Status, run.Result = aurea.StatusRunning, nil
	shelf.runs = []aurea.Run{run}
	b := showRun(t, host(t, shelf), run.ID)
	say := func(id int64, kind aurea.UpdateKind) { script.updates <- &aurea.Update{ID: id, Kind: kind, Run: run} }
	for i, step := range []struct {
		elapsed float64
		drawn   []float64 // the throughput
	}{
		{1000, nil}, {1001, []float64{1000, 1001}}, {1004, []float64{1000, 1001}},
		{1005, []float64{1000, 1001, 1004, 1005}},
	} {
		ok := int64(step.elapsed)
		run.Progress = &aurea.RunProgress{
			Elapsed: step.elapsed, OK: ok, Throughput: step.elapsed, Phase: aurea.PhaseRunning,
		}
		say(int64(i+1), aurea.UpdateProgress)
		b.until(`document.querySelector(".figures").innerText.includes("1,%03d/s")`, ok-1000)
		if step.drawn == nil {
			continue
		}
		if got := chart[[]float64](b, "Throughput", "ok"); !cmp.Equal(got, step.drawn) {
			t.Errorf("after %v s the throughput is drawn as %v, want %v", step.elapsed, got, step.drawn)
		}
	}
	run = done
	shelf.put(done)
	say(5, aurea.UpdateStatus)
	say(6, aurea.UpdateResult)
	b.until(`document.querySelector(".overtime .plot:nth-child(2)").data.Time[0] === 0.5`)
}

// A late reader gets the whole series of a live run.
func TestBrowserRunScreenLate(t *testing.T) {
	t.Parallel()
	shelf := newStoringFake(finishingFake())
	run := steadyRun(t, "late")
	run.Status, run.Result = aurea.StatusRunning, nil
	shelf.runs = []aurea.Run{run}
	shelf.watch = func(ctx context.Context, run aurea.Run, after int64) iter.Seq2[aurea.Update, error] {
		return func(yield func(aurea.Update, error) bool) {
			var past []aurea.RunProgress
			for i := range 250 {
				elapsed := i + 1
				past = append(past, aurea.RunProgress{
					Elapsed: float64(elapsed), OK: int64(elapsed) * 100, Throughput: 100, P99: 0.1,
				})
			}
			for _, update := range run.Updates(after, past) {
				if !yield(update, nil) {
					return
				}
			}
			<-ctx.Done()
		}
	}
	b := showRun(t, host(t, shelf), run.ID)
	b.until(`document.querySelector(".overtime .plot:nth-child(2)")?.data.ok.length === 250`)
	if times := chart[[]float64](b, "Throughput", "Time"); times[0] != 0.5 {
		t.Errorf("the first interval is drawn at %v, want from the start", times[0])
	}
}
