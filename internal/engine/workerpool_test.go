package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// Every job runs once, by its number, whatever the load.
func TestWorkerPoolRunsEveryJobOnce(t *testing.T) {
	for _, load := range []string{`"concurrency": 3`, `"rate": 1000`, `"rate": 1000, "concurrency": 2`} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var seen []int64
			executeJobs(t.Context(), t, runner(func(_ context.Context, job int64) error {
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, job)
				return nil
			}), `{"num_jobs": 100, `+load+`}`)
			slices.Sort(seen)
			var want []int64
			for job := range int64(100) {
				want = append(want, job)
			}
			if diff := cmp.Diff(want, seen); diff != "" {
				t.Errorf("%s: jobs (-want +got):\n%s", load, diff)
			}
		})
	}
}

// A failed job is counted under its class, with a sample message. A panic fails
// the job and nothing else.
func TestWorkerPoolCountsFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := executeJobs(t.Context(), t, runner(func(ctx context.Context, job int64) error {
			switch job % 5 {
			case 0:
				return &workload.Failure{Class: "status", Err: fmt.Errorf("job %d got a 500", job)}
			case 1:
				panic("oops")
			case 2:
				return errors.New("something")
			case 3:
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}), `{"num_jobs": 50, "concurrency": 1, "timeout": "20ms"}`)
		if want := (aurea.Counts{Planned: 50, OK: 10, Failed: 30, Timeout: 10}); r.Counts != want {
			t.Errorf("counts %+v, want %+v", r.Counts, want)
		}
		want := []aurea.ErrorClass{
			{Class: "error", Count: 10, Sample: "something"},
			{Class: "panic", Count: 10, Sample: "the job panicked: oops"},
			{Class: "status", Count: 10, Sample: "job 0 got a 500"},
			{Class: "timeout", Count: 10, Sample: "the job took longer than 20ms"},
		}
		if !slices.Equal(r.Errors, want) {
			t.Errorf("errors %+v, want %+v", r.Errors, want)
		}
	})
}

// Law: whenever a run is stopped, whatever its load, every planned job is
// accounted for, and no goroutine is left.
func TestWorkerPoolStoppedAtAnyMoment(t *testing.T) {
	loads := []string{
		`"num_jobs": 100`, `"num_jobs": 100, "concurrency": 3`, `"duration": "2s", "concurrency": 5`,
		`"num_jobs": 100, "rate": 50`,
		`"duration": "2s", "rate": 50, "concurrency": 1`,
		`"duration": "2s", "rate": 50, "concurrency": 1, "on_saturation": "drop"`,
		`"stages": [{"duration": "2s", "concurrency": 9}]`,
	}
	rapid.Check(t, func(rt *rapid.T) {
		load := rapid.SampledFrom(loads).Draw(rt, "load")
		after := time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(rt, "after"))
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			r := executeJobs(ctx, t, napping(70*time.Millisecond), `{`+load+`}`)
			if err := r.Counts.Check(); err != nil {
				t.Error(load, after, err)
			}
			if r.Counts.Ended() != r.ServiceTime.Count {
				t.Errorf("%s stopped after %v: %+v, %d service times", load, after, r.Counts, r.ServiceTime.Count)
			}
			if r.Status == aurea.StatusCancelled && r.Duration > after.Seconds()+1e-9 {
				t.Errorf("%s stopped after %v: it took %v s", load, after, r.Duration)
			}
		})
	})
}

// A job that ends because of the run's stop is cancelled, even if it is the
// first to notice. No other job starts after it.
func TestWorkerPoolNoticesAStopFirst(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	pool := newWorkerPool(newExecution(ctx, plan(t, `{"num_jobs": 10}`), workload.Jobs{Runner: napping(0)}, nil))
	if got := pool.outcomeOf(context.Canceled, 0); got != aurea.Failed {
		t.Errorf("a job that returns context.Canceled in a live run: %v, want failed", got)
	}
	cancel()
	if got := pool.outcomeOf(fmt.Errorf("asking: %w", context.Canceled), 0); got != aurea.Cancelled {
		t.Errorf("a job of a stopped run: %v, want cancelled", got)
	}
	if first, end := pool.claim(1); first < end {
		t.Errorf("job %d starts after the stop", first)
	}
}

// On the real clock all cores compute.
func TestComputing(t *testing.T) {
	r := execute(t.Context(), t, New("test", everyKind),
		`{"num_jobs": 200, "concurrency": 4, "workload": {"kind": "cpu", "work": 100}}`)
	checkEqual(t, "counts", r.Counts, aurea.Counts{Planned: 200, OK: 200})
	checkWithin(t, "in_flight.max", r.InFlight.Max, 1, 4)
	if r.ServiceTime.Min <= 0 {
		t.Errorf("a job took %v s", r.ServiceTime.Min)
	}
	// Either more jobs than cores were in flight, or never as many as requested:
	// a computing job yields its core when it likes.
	doubted := slices.ContainsFunc(r.Validity.Reasons, func(r aurea.Reason) bool {
		return r.Code == "few_cores" || r.Code == "not_all_in_flight"
	})
	if runtime.GOMAXPROCS(0) < 4 && !doubted {
		t.Errorf("with %d cores: %+v", runtime.GOMAXPROCS(0), r.Validity)
	}
}

// With more computing jobs than cores, the result says how many had a core at
// once, whatever the number in flight, and is marked.
func TestEffectiveParallelism(t *testing.T) {
	cores := runtime.GOMAXPROCS(0)
	jobs := 4 * cores
	r := execute(t.Context(), t, New("test", everyKind),
		fmt.Sprintf(`{"num_jobs": %d, "workload": {"kind": "cpu", "cpu_time": "100ms"}}`, jobs))
	if r.Counts.OK != int64(jobs) {
		t.Fatalf("%+v, %v", r.Counts, r.Errors)
	}
	n := r.InFlight
	if n.Effective <= 0 || n.Effective > float64(cores)*1.01 {
		t.Errorf("%v jobs had one of %d cores at once", n.Effective, cores)
	}
	if n.Effective > n.Mean {
		t.Errorf("%v jobs had a core at once, and %v were in flight", n.Effective, n.Mean)
	}
	if cpu, _ := r.Phases.Get(aurea.CPUPhase); cpu.Count != int64(jobs) ||
		math.Abs(n.Effective*r.Duration-cpu.Mean*float64(jobs)) > 0.001 {
		t.Errorf("%v had a core for %v s, which is not %d jobs of %v s", n.Effective, r.Duration, jobs, cpu.Mean)
	}
	i := slices.IndexFunc(r.Validity.Reasons, func(r aurea.Reason) bool { return r.Code == "few_cores" })
	if i < 0 {
		t.Fatalf("validity %+v, want the reason few_cores", r.Validity)
	}
	checkEqual(t, "jobs that compute", r.Validity.Reasons[i].Value, float64(n.Max))
	checkEqual(t, "cores", r.Validity.Reasons[i].Limit, float64(cores))
	if r.Validity.State == aurea.Valid {
		t.Errorf("a result with more computing jobs than cores is %s", r.Validity.State)
	}
}

// A run ends even if its time is over before all its workers have begun.
func TestWorkersOfAShortRun(t *testing.T) {
	r := execute(t.Context(), t, New("test", everyKind),
		`{"duration": "1ms", "concurrency": 20000, "workload": {"kind": "steps", "steps": [{"kind": "noop"}]}}`)
	if err := r.Counts.Check(); err != nil || r.Status != aurea.StatusCompleted {
		t.Errorf("%+v: %v", r.Counts, err)
	}
}

func TestTooManyWorkers(t *testing.T) {
	for _, load := range []string{`"num_jobs": 1000000`, `"duration": "1s", "rate": 10, "concurrency": 1000000`} {
		_, err := New("test", everyKind).run(t.Context(), plan(t, `{`+load+`, "workload": {"kind": "cpu"}}`),
			nil, ignore)
		var invalid *aurea.InvalidError
		if !errors.As(err, &invalid) || invalid.Fields[0].Location != "concurrency" {
			t.Errorf("%s: %v, want an InvalidError at concurrency", load, err)
		}
	}
	// A spec with a rate alone sets no concurrency; it gets at most as many jobs
	// in flight as the system has threads for.
	r := execute(t.Context(), t, New("test", everyKind),
		`{"num_jobs": 20, "rate": 1000, "workload": {"kind": "cpu", "work": 1}}`)
	if want := (aurea.Counts{Planned: 20, OK: 20}); r.Counts != want {
		t.Errorf("%+v, want %+v", r.Counts, want)
	}
	p := plan(t, `{"rate": 1000, "duration": "1h", "workload": {"kind": "cpu"}}`)
	x := newExecution(t.Context(), p, openJobs(t, p), nil)
	if x.plan.Concurrency != 5000 || x.latest.Load().Plan.Concurrency != 5000 {
		t.Errorf("up to %d in flight, want 5000", x.plan.Concurrency)
	}
	if _, err := x.apply(aurea.Control{Kind: aurea.ChangeLoad, Concurrency: 5001}); !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("a concurrency of 5001: %v, want an ErrInvalid", err)
	}
}

// Of workers that ask to exit at the same time, no more exit than are too many.
func TestWorkersExit(t *testing.T) {
	p := plan(t, `{"concurrency": 100, "stages": [{"duration": "1s", "concurrency": 40}, {"duration": "1s", "concurrency": 40}], "workload": {"kind": "cpu"}}`)
	pool := newWorkerPool(newExecution(t.Context(), p, workload.Jobs{}, nil))
	pool.workers.Store(100)
	var exits sync.WaitGroup
	for range 100 {
		exits.Go(func() { pool.tryExit(nil, 1500*time.Millisecond) })
	}
	exits.Wait()
	if left := pool.workers.Load(); left != 40 {
		t.Errorf("%d workers are left, want 40", left)
	}
}

// Phases and parts add up to the run without its warm-up, whichever recorder
// counted them.
func TestPartsAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, load := range []string{
			`"num_jobs": 500, "concurrency": 7`,
			`"duration": "2s", "warmup": "500ms", "concurrency": 7`,
			`"num_jobs": 500, "rate": 1000`,
			`"num_jobs": 500, "rate": 1000, "concurrency": 3, "on_saturation": "drop"`,
		} {
			r := execute(t.Context(), t, fake(), `{`+load+`, "timeout": "30ms", "seed": 3, "workload": {"kind": "mix", "parts": [
				{"weight": 2, "workload": {"kind": "steps", "steps": [{"kind": "sleep", "name": "a", "duration": "20ms"}]}},
				{"weight": 1, "name": "slow", "workload": {"kind": "sleep", "duration": "40ms", "distribution": "exponential", "failure": {"rate": 0.5}}}]}}`)
			var sum aurea.Counts
			for _, part := range r.Parts {
				sum = aurea.Counts{
					Planned:   sum.Planned + part.Counts.Planned,
					OK:        sum.OK + part.Counts.OK,
					Failed:    sum.Failed + part.Counts.Failed,
					Timeout:   sum.Timeout + part.Counts.Timeout,
					Cancelled: sum.Cancelled + part.Counts.Cancelled,
					Dropped:   sum.Dropped + part.Counts.Dropped,
				}
			}
			checkEqual(t, load+": sum of the parts", sum, r.Counts)
			for _, outcome := range []aurea.Outcome{aurea.OK, aurea.Failed, aurea.TimedOut} {
				if sum.Of(outcome) == 0 {
					t.Errorf("%s: no job ended %s", load, outcome)
				}
			}
			step, _ := r.Phases.Get("steps.a")
			checkEqual(t, load+": phases of the step", step.Count, r.Parts[0].Counts.OK)
			checkEqual(t, load+": its min", step.Min, 0.02)
			checkEqual(t, load+": its max", step.Max, 0.02)
		}
	})
}

// Each interval has the breakdown so far, and the last one that of the run.
func TestBreakdownOfIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var counts []int64
		spec := `{"num_jobs": 5, "concurrency": 1, "workload": {"kind": "steps", "steps": [
			{"kind": "sleep", "name": "a", "duration": "500ms"}]}}`
		_, err := fake().run(t.Context(), plan(t, spec), nil, func(p aurea.Progress) {
			counts = append(counts, p.Breakdown.Phase("a").Count())
		})
		if err != nil {
			t.Fatal(err)
		}
		checkEqual(t, "intervals", len(counts), 3)
		checkEqual(t, "jobs in the last one", counts[len(counts)-1], 5)
		if counts[0] < 1 || counts[0] > 2 {
			t.Errorf("%d jobs in the first interval, want 1 or 2", counts[0])
		}
	})
}
