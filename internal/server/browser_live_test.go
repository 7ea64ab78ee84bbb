package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A run is shown while it is queued and while it runs, with a growing chart,
// across a broken connection, until its result arrives.
func TestBrowserLive(t *testing.T) {
	t.Parallel()
	script := scriptedUpdates{updates: make(chan *aurea.Update)}
	var result *aurea.Result
	shelf := newStoringFake(fake{do: func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) {
		run, err := finishingFake().do(ctx, spec)
		result = run.Result
		run.Status, run.Result = aurea.StatusQueued, nil
		return run, err
	}})
	shelf.watch = script.watch
	b := browse(t, host(t, shelf), 0)
	b.fill(map[string]string{"num_jobs": "2000"})
	b.click("#run")
	until(t, "the run to be watched",
		func() bool { script.mu.Lock(); defer script.mu.Unlock(); return len(script.after) == 1 })
	run, err := shelf.Get(t.Context(), "benchmark-1")
	if err != nil {
		t.Fatal(err)
	}
	done := run
	done.Status, done.Result = aurea.StatusCompleted, result
	done.Result.ID = done.ID
	say := func(id int64, kind aurea.UpdateKind) { script.updates <- &aurea.Update{ID: id, Kind: kind, Run: run} }

	run.Status, run.QueuePosition = aurea.StatusQueued, 3
	say(1, aurea.UpdateStatus)
	b.until(`document.querySelector("#live [data-field=about]").innerText === "2 before it in the queue"`)
	if focus := b.focus(); focus != "stop" {
		t.Errorf("during the run the focus is on %q", focus)
	}
	run.Status, run.QueuePosition = aurea.StatusRunning, 0
	say(2, aurea.UpdateStatus)
	b.until(`document.querySelector("#live [data-field=status]").innerText === "running"`)

	run.Progress = &aurea.RunProgress{Elapsed: 1, Remaining: 3, Started: 600, OK: 490, Failed: 10, InFlight: 100,
		Throughput: 490, P99: 0.25}
	say(3, aurea.UpdateProgress)
	b.until(`document.querySelector("#live [data-field=done]").innerText === "500 of 2,000"`)
	if value := look[float64](b, `document.getElementById("bar").value`); value != 0.25 {
		t.Errorf("the bar is at %v, want 0.25", value)
	}
	script.updates <- nil // the connection breaks
	run.Progress = &aurea.RunProgress{Elapsed: 2, Remaining: 2, Started: 1100, OK: 1470, Failed: 30, InFlight: 42,
		Throughput: 980, P99: 0.5,
		Phase: aurea.PhaseDraining, PhaseLeft: 29, Activity: "draining: waiting for 42 jobs in flight, 29s at most"}
	say(4, aurea.UpdateProgress)
	b.until(`document.querySelector("#live .charts .line")`)
	for field, want := range map[string]string{"done": "1500", "throughput": "980", "p99": "0.5", "in_flight": "42"} {
		if got := look[string](b, `document.querySelector("#live [data-field=%s] data").value`, field); got != want {
			t.Errorf("%s is shown as %s, want %s", field, got, want)
		}
	}
	says, want := b.text("#live [data-field=activity]"), "Draining: waiting for 42 jobs in flight, 29s at most."
	if says != want {
		t.Errorf("the page shows %q, want %q", says, want)
	}
	drawn := look[[]string](b, `[...document.querySelectorAll("#live .line")].map((path) => path.getAttribute("d"))`)
	if lines := []string{"M50 50L100 0", "M50 50L100 0"}; !slices.Equal(drawn, lines) {
		t.Errorf("the charts have %q, want %q", drawn, lines)
	}
	if elapsed := b.text("#elapsed"); strings.HasPrefix(elapsed, "0") {
		t.Errorf("the elapsed time is %q after two seconds", elapsed)
	}
	run = done
	shelf.put(done)
	say(5, aurea.UpdateStatus)
	say(6, aurea.UpdateResult)
	b.finishes()
	if look[bool](b, `document.getElementById("live").checkVisibility()`) || b.text("#elapsed") != "" {
		t.Error("the finished run is shown as running")
	}
	script.mu.Lock()
	defer script.mu.Unlock()
	if !slices.Equal(script.after, []int64{0, 3}) {
		t.Errorf("the watchers started after %v, want from the start and after the last update", script.after)
	}
}

// A run that waits for workers says what it waits for, also to screen readers.
// Its clock has not begun.
func TestBrowserWaiting(t *testing.T) {
	t.Parallel()
	script := scriptedUpdates{updates: make(chan *aurea.Update)}
	shelf := newStoringFake(fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) {
		return aurea.Run{Status: aurea.StatusRunning, Spec: spec}, nil
	}})
	shelf.watch = script.watch
	b := browse(t, host(t, shelf), 0)
	b.click("#run")
	until(t, "the run to be watched",
		func() bool { script.mu.Lock(); defer script.mu.Unlock(); return len(script.after) == 1 })
	run, err := shelf.Get(t.Context(), "benchmark-1")
	if err != nil {
		t.Fatal(err)
	}
	say := func(id int64, kind aurea.UpdateKind, progress *aurea.RunProgress) {
		run.Progress = progress
		script.updates <- &aurea.Update{ID: id, Kind: kind, Run: run}
	}
	say(1, aurea.UpdateStatus, nil)
	for i, waits := range []string{"waiting for workers: 1 of 3 are there", "waiting for workers: 2 of 3 are there"} {
		say(int64(2+i), aurea.UpdateProgress, &aurea.RunProgress{Phase: aurea.PhaseWaiting, Activity: waits})
		want := "W" + waits[1:] + "."
		b.until(`document.querySelector("#live [data-field=activity]").innerText === %q`, want)
		got := []string{b.text("#status"), b.text("#live [data-field=status]"), b.text("#live [data-field=done]"),
			b.text("#elapsed")}
		if want := []string{want, "waiting", "–", ""}; !slices.Equal(got, want) {
			t.Errorf("the page shows %q, want %q", got, want)
		}
	}
	say(4, aurea.UpdateProgress, &aurea.RunProgress{Elapsed: 1, Remaining: 3, Started: 9, OK: 7, InFlight: 2,
		Throughput: 7, P99: 0.1, Phase: aurea.PhaseRunning})
	b.until(`document.querySelector("#live [data-field=done]").innerText === "7 of 100"`)
	got := []string{b.text("#status"), b.text("#live [data-field=status]"), b.text("#live [data-field=activity]")}
	if want := []string{"Running…", "running", ""}; !slices.Equal(got, want) {
		t.Errorf("when it runs, the page shows %q, want %q", got, want)
	}
	if elapsed := b.text("#elapsed"); strings.HasPrefix(elapsed, "0") || elapsed == "" {
		t.Errorf("the elapsed time is %q after a second", elapsed)
	}
}

// A run without a result is shown with its error; an unknown run is reported.
func TestBrowserWithoutResult(t *testing.T) {
	t.Parallel()
	shelf := newStoringFake(fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) {
		return aurea.Run{Status: aurea.StatusFailed, Spec: spec, Error: "no room on the disk"}, nil
	}})
	b := browse(t, host(t, shelf), 1)
	b.click("#run")
	b.until(`document.getElementById("problem").checkVisibility()`)
	if text := b.text("#problem"); text != "This run is failed, and has no result\n\nno room on the disk." {
		t.Errorf("the page shows %q", text)
	}
	b.until(`document.querySelector("#runs tr")?.innerText.includes("failed")`)
	look[bool](b, `(location.hash = "#/runs/benchmark-9") && true`)
	b.until(`document.getElementById("problem").innerText.startsWith("Run not found")`)
}

// Where a proxy does not pass an event stream, the page polls.
func TestBrowserNoStream(t *testing.T) {
	t.Parallel()
	service := New(newOptions(newStoringFake(finishingFake())))
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/events") {
			http.Error(w, "no streams here", http.StatusBadGateway)
			return
		}
		service.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	b := browse(t, proxy.URL, 2)
	b.ready()
	b.click("#more summary")
	const seed = "18446744073709551615"
	b.fill(map[string]string{"seed": seed})
	b.click("#run")
	b.finishes()
	if whole := look[string](b, `document.getElementById("raw").textContent`); !strings.Contains(whole, seed) {
		t.Errorf("the seed is not exact in %s", whole)
	}
}
