package engine

import (
	"context"
	"math"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

var controlledLoads = []string{
	`"num_jobs": 100`, `"num_jobs": 300, "concurrency": 3`, `"duration": "2s", "concurrency": 5`,
	`"num_jobs": 100, "rate": 50`,
	`"duration": "2s", "rate": 50, "arrival": "poisson"`, `"duration": "2s", "rate": 100, "concurrency": 2`,
	`"num_jobs": 300, "rate": 200, "concurrency": 6`,
	`"num_jobs": 200, "rate": 100, "concurrency": 2, "on_saturation": "drop", "warmup": "300ms"`,
	`"stages": [{"duration": "1s", "concurrency": 9}, {"duration": "1s", "concurrency": 2}]`,
	`"stages": [{"duration": "1s", "rate": 90}, {"duration": "1s", "rate": 2}], "concurrency": 4`,
}

// drawSteps draws controls at times at which nothing else happens.
func drawSteps(rt *rapid.T) []controlStep {
	var steps []controlStep
	at := int64(0)
	for range rapid.IntRange(1, 8).Draw(rt, "steps") {
		at += rapid.Int64Range(1, 600).Draw(rt, "after")
		s := controlStep{at: time.Duration(at * 1_000_003)}
		switch rapid.IntRange(0, 5).Draw(rt, "what") {
		case 0, 1:
			s.control.Kind = aurea.Pause
		case 2, 3:
			s.control.Kind = aurea.Resume
		case 4:
			s.control = aurea.Control{Kind: aurea.ChangeLoad,
				Rate: rapid.SampledFrom([]float64{0.3, 7, 70, 300}).Draw(rt, "rate")}
		default:
			s.control = aurea.Control{Kind: aurea.ChangeLoad,
				Concurrency: rapid.SampledFrom([]int64{1, 2, 3, 8, 40}).Draw(rt, "concurrency")}
		}
		steps = append(steps, s)
	}
	return append(steps, controlStep{time.Duration((at + 500) * 1_000_003), aurea.Control{Kind: aurea.Resume}})
}

// Law: under the same controls both drivers run the same jobs at the same
// times.
func TestControlledDriversAgree(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		load := rapid.SampledFrom(controlledLoads).Draw(rt, "load")
		steps := drawSteps(rt)
		var loops, pool observedRun
		synctest.Test(t, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // several event loops divide a lower concurrency in another way
			loops, pool = runControlled(t.Context(), t, "event loops", load, steps...),
				runControlled(t.Context(), t, "worker pool", load, steps...)
		})
		if a, b := records(loops.endedRun), records(pool.endedRun); !slices.Equal(a, b) {
			rt.Fatalf("jobs (-event loops +worker pool):\n%s", gocmp.Diff(a, b))
		}
		if loops.Counts != pool.Counts {
			rt.Fatalf("counts: event loops %+v, worker pool %+v", loops.Counts, pool.Counts)
		}
		if loops.Paused != pool.Paused {
			rt.Fatalf("paused: event loops %v s, worker pool %v s", loops.Paused, pool.Paused)
		}
		if loops.Latency != pool.Latency {
			rt.Fatalf("latency: event loops %+v, worker pool %+v", loops.Latency, pool.Latency)
		}
		if loops.Duration != pool.Duration {
			rt.Fatalf("duration: event loops %v s, worker pool %v s", loops.Duration, pool.Duration)
		}
		if diff := gocmp.Diff(loops.Timeline, pool.Timeline, cmpopts.IgnoreFields(aurea.RunEvent{}, "At")); diff != "" {
			rt.Fatalf("timeline (-event loops +worker pool):\n%s", diff)
		}
	})
}

// Law: whatever the controls and whenever the run is stopped, every job is
// accounted for. None starts in a pause, and a concurrency is kept once it is
// reached.
func TestControlledAtAnyMoment(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		load := rapid.SampledFrom(append(controlledLoads,
			`"duration": "2s", "rate": 100, "concurrency": 2, "on_saturation": "drop"`)).Draw(rt, "load")
		driver := rapid.SampledFrom([]string{"event loops", "worker pool", "worker pool with loops"}).Draw(rt, "driver")
		cores := rapid.IntRange(1, 5).Draw(rt, "cores")
		after := time.Duration(rapid.Int64Range(1, 12_000).Draw(rt, "stop") * 1_000_033)
		steps := drawSteps(rt)
		var r observedRun
		synctest.Test(t, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			r = runControlled(ctx, t, driver, load, steps...)
		})
		checkAccounts(rt, r)
		if late := r.lateness.Max(); late != 0 {
			rt.Fatalf("on a clock that only sleeping moves, a start was late by %v", late)
		}
		checkPauses(rt, r.endedRun)
		checkBounds(rt, r)
	})
}

func checkAccounts(rt *rapid.T, r observedRun) {
	c, warm := r.Counts, int64(0)
	if r.Warmup != nil {
		warm = r.Warmup.Counts.Ended()
	}
	for _, o := range aurea.Outcomes() {
		if c.Of(o) < 0 {
			rt.Fatalf("%+v", c)
		}
	}
	if err := c.Check(); err != nil {
		rt.Fatal(err)
	}
	byTime := r.Spec.Duration > 0 || len(r.Spec.Stages) > 0
	if r.Status == aurea.StatusCompleted && c.Cancelled > 0 && (r.Model == aurea.Closed || !byTime || r.bound() == 0) {
		rt.Fatalf("jobs were lost: %+v", c)
	}
	if r.ServiceTime.Count != c.Ended() || r.seen.Ended() != c.Ended()+warm {
		rt.Fatalf("%d service times, %d seen, %d in the warm-up, of %+v", r.ServiceTime.Count, r.seen.Ended(), warm, c)
	}
	if n := int64(len(records(r.endedRun))); n != r.seen.Started {
		rt.Fatalf("%d records of %d jobs started", n, r.seen.Started)
	}
}

// bound returns the lowest concurrency that was ever set; 0 for none.
func (w observedRun) bound() int64 {
	bound := w.Spec.Concurrency
	for _, event := range w.Timeline {
		if event.Concurrency > 0 && (bound == 0 || event.Concurrency < bound) {
			bound = event.Concurrency
		}
	}
	return bound
}

// timeOf returns when an event happened.
func timeOf(event aurea.RunEvent) time.Duration { return time.Duration(math.Round(event.T * 1e9)) }

// A fatalfer is a *testing.T or a *rapid.T.
type fatalfer interface{ Fatalf(string, ...any) }

func checkPauses(t fatalfer, r *endedRun) {
	var begun time.Duration
	all := slices.Collect(r.Jobs.All())
	for _, event := range append(slices.Clone(r.Timeline), aurea.RunEvent{Kind: "end", T: 1e6}) {
		switch event.Kind {
		case aurea.Pause:
			begun = timeOf(event)
		case aurea.Resume, "end":
			for _, job := range all {
				if begun > 0 && job.Start > begun && job.Start < timeOf(event) {
					t.Fatalf("job %+v started in the pause from %v to %v", job, begun, timeOf(event))
				}
			}
			begun = 0
		}
	}
}

func checkBounds(rt *rapid.T, r observedRun) {
	for i, event := range r.Timeline {
		until := forever
		for _, later := range r.Timeline[i+1:] {
			if later.Concurrency != 0 {
				until = timeOf(later)
				break
			}
		}
		if most := mostInFlight(r.endedRun, timeOf(event)+nap+1, until-1); event.Concurrency > 0 &&
			int64(most) > event.Concurrency {
			rt.Fatalf("%d in flight after %+v", most, event)
		}
	}
}

// On the real clock event loops claim jobs in batches and fill thousands of
// slots at once. However often and fast a run is controlled, it runs every job,
// and none starts in a pause.
func TestControlledOnTheRealClock(t *testing.T) {
	for _, load := range []string{
		`"num_jobs": 400000, "concurrency": 50, "workload": {"kind": "noop"}`,
		`"num_jobs": 400000, "rate": 1000000, "concurrency": 50, "workload": {"kind": "noop"}`,
		`"num_jobs": 200000, "workload": {"kind": "sleep", "duration": "1ms", "jitter": 1}`,
		`"num_jobs": 20000, "concurrency": 50, "workload": {"kind": "cpu", "work": 1}`,
		`"num_jobs": 20000, "rate": 100000, "workload": {"kind": "cpu", "work": 1}`,
	} {
		controls, over, left := make(chan aurea.Command), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(left)
			for _, c := range manyControls() {
				done := make(chan struct{})
				select {
				case controls <- aurea.Command{Control: c, Answer: func(aurea.RunEvent, error) { close(done) }}:
					<-done
				case <-over:
					return
				}
				time.Sleep(200 * time.Microsecond)
			}
		}()
		p := plan(t, `{`+load+`}`)
		r, err := New("test", everyKind).run(t.Context(), p, controls, ignore)
		if err != nil {
			t.Fatal(err)
		}
		close(over)
		<-left
		checkEqual(t, load+": counts", r.Counts, aurea.Counts{Planned: p.Jobs, OK: p.Jobs})
		checkEqual(t, load+": status", r.Status, aurea.StatusCompleted)
		if len(r.Timeline) == 0 {
			t.Errorf("%s: no control was applied", load)
		}
		checkPauses(t, r)
	}
}

// manyControls returns as many controls as a run accepts. They leave it
// running.
func manyControls() []aurea.Control {
	var controls []aurea.Control
	for len(controls) < aurea.MaxChanges {
		controls = append(controls,
			aurea.Control{Kind: aurea.Pause}, aurea.Control{Kind: aurea.ChangeLoad, Concurrency: 1},
			aurea.Control{Kind: aurea.Resume}, aurea.Control{Kind: aurea.ChangeLoad, Concurrency: 4000})
	}
	return controls
}

// A run that is stopped while its event loops begin ends.
func TestStoppedAsItBegins(t *testing.T) {
	for i := range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		if i%2 == 0 {
			cancel()
		} else {
			go cancel()
		}
		for _, load := range []string{`"concurrency": 3`, `"rate": 1000`} {
			p := plan(t, `{"num_jobs": 3, `+load+`, "workload": {"kind": "sleep", "duration": "1h"}}`)
			r, err := New("", everyKind).run(ctx, p, make(chan aurea.Command), ignore)
			if err != nil {
				t.Fatal(err)
			}
			checkEqual(t, "status", r.Status, aurea.StatusCancelled)
			checkEqual(t, "cancelled jobs", r.Counts.Cancelled, 3)
		}
		cancel()
	}
}

// A controlled run ends, however the event loops race for its last jobs.
func TestLastJobsOfControlledRuns(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	e := New("", everyKind)
	for range 100 {
		for _, spec := range []string{`{"num_jobs": 2, "workload": {"kind": "noop"}}`,
			`{"num_jobs": 3, "workload": {"kind": "sleep", "duration": "1us"}}`} {
			r, err := e.run(ctx, plan(t, spec), make(chan aurea.Command), ignore)
			if err != nil {
				t.Fatal(err)
			}
			checkEqual(t, spec+": status", r.Status, aurea.StatusCompleted)
			checkEqual(t, spec+": jobs", r.Counts.OK, r.Counts.Planned)
		}
	}
}
