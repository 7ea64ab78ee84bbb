package engine

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// startLoads are loads of both models, for the drivers of the controlled tests.
var startLoads = []string{
	`"num_jobs": 100, "concurrency": 7`,
	`"duration": "1s", "concurrency": 3, "warmup": "300ms"`,
	`"stages": [{"duration": "1s", "concurrency": 9}]`,
	`"num_jobs": 100, "rate": 70`,
	`"duration": "1s", "rate": 70, "arrival": "poisson", "seed": 3, "warmup": "300ms"`,
	`"duration": "1s", "rate": 200, "concurrency": 2, "on_saturation": "drop"`,
}

// runAt executes a load of a driver from an agreed start.
func runAt(ctx context.Context, t testing.TB, driver, load string, start aurea.Start) *endedRun {
	t.Helper()
	p, jobs := drivers[driver](t, load)
	r, err := fake().runJobsAt(ctx, p, jobs, start, nil, ignore)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Law: a run that starts at an agreed moment has the jobs and the times of one
// that starts at once. Its clock is zero at that moment.
func TestStartAtAnAgreedMoment(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		for _, load := range startLoads {
			begun := time.Now()
			want := runAt(t.Context(), t, driver, load, aurea.Start{})
			took := time.Since(begun)
			at := time.Now().Add(2500 * time.Millisecond)
			got := runAt(t.Context(), t, driver, load, aurea.Start{At: at})
			if diff := gocmp.Diff(records(want), records(got)); diff != "" {
				t.Errorf("%s: jobs (-at once +agreed):\n%s", load, diff)
			}
			checkEqual(t, load+": counts", got.Counts, want.Counts)
			checkEqual(t, load+": start", got.StartTime.Equal(at.UTC().Truncate(time.Microsecond)), true)
			checkEqual(t, load+": duration", got.Duration, want.Duration)
			checkEqual(t, load+": real time of the end", time.Since(at), took)
		}
	})
}

// The start of a run may have passed. Then jobs start late, by their intended
// start.
func TestStartInThePast(t *testing.T) {
	const late = 100 * time.Millisecond
	eachDriver(t, func(t *testing.T, driver string) {
		for load, delayed := range map[string]int{
			`"num_jobs": 20, "concurrency": 5`: 5,  // the first of every slot
			`"num_jobs": 20, "rate": 100`:      10, // those due before
		} {
			r := runAt(t.Context(), t, driver, load, aurea.Start{At: time.Now().Add(-late)})
			n := 0
			for job := range r.Jobs.All() {
				if job.Start < late {
					t.Errorf("%s: %+v started before the execution", load, job)
				}
				if job.Start > job.Intended {
					n++
				}
			}
			checkEqual(t, load+": delayed jobs", n, delayed)
			checkEqual(t, load+": longest delay", r.Delay.Max, late.Seconds())
		}
	})
}

// A run that is stopped before its start has cancelled all its jobs.
func TestStoppedBeforeItsStart(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		for load, want := range map[string]int64{
			`"num_jobs": 20, "concurrency": 5`: 20, `"num_jobs": 20, "rate": 100`: 20,
			`"duration": "1s", "concurrency": 5`: 0,
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			begun := time.Now()
			r := runAt(ctx, t, driver, load, aurea.Start{At: begun.Add(10 * time.Second)})
			cancel()
			checkEqual(t, load+": counts", r.Counts, aurea.Counts{Planned: want, Cancelled: want})
			checkEqual(t, load+": status", r.Status, aurea.StatusCancelled)
			checkEqual(t, load+": duration", r.Duration, 0)
			checkEqual(t, load+": time that it took", time.Since(begun), time.Second)
		}
	})
}

// An error of ready is the execution's. Nothing was started, and nothing is left
// (see TestMain).
func TestReadyFails(t *testing.T) {
	refused := errors.New("refused")
	for _, spec := range []string{
		`{"num_jobs": 20, "concurrency": 5, "workload": {"kind": "sleep", "duration": "1h"}}`,
		`{"num_jobs": 20, "concurrency": 5, "workload": {"kind": "steps", "steps": [{"kind": "sleep", "duration": "1h"}]}}`,
		`{"num_jobs": 20, "rate": 5, "workload": {"kind": "http", "url": "http://127.0.0.1:1"}}`,
	} {
		e, p := New("", everyKind), plan(t, spec)
		resolved, err := e.Resolve(p)
		if err != nil {
			t.Fatal(err)
		}
		m, err := e.ExecuteAt(t.Context(), p, resolved,
			func(context.Context) (aurea.Start, error) { return aurea.Start{}, refused }, make(chan aurea.Command),
			func(p aurea.Progress) { t.Errorf("%s: progress %+v", spec, p) })
		if !errors.Is(err, refused) || m.Tally != nil {
			t.Errorf("%s: %+v, %v, want the error of ready", spec, m, err)
		}
	}
}

// ready is called once all is acquired: not if a resource is missing, and with
// the goroutines of all workers made.
func TestReadyWhenAllIsAcquired(t *testing.T) {
	e := New("", everyKind)
	p := plan(t, `{"num_jobs": 1, "workload": {"kind": "disk", "path": "/nowhere/at/all"}}`)
	resolved, err := e.Resolve(p)
	if err == nil {
		_, err = e.ExecuteAt(t.Context(), p, resolved, func(context.Context) (aurea.Start, error) {
			t.Error("ready was called without the jobs' resources")
			return aurea.Start{}, nil
		}, nil, ignore)
	}
	if err == nil {
		t.Error("a run in a directory that does not exist has no error")
	}
	synctest.Test(t, func(t *testing.T) {
		p, jobs := drivers["worker pool"](t, `"num_jobs": 100, "concurrency": 50`)
		x := newExecution(t.Context(), p, jobs, func() sleeper { return timerSleep })
		defer x.cancel()
		before := runtime.NumGoroutine()
		if _, err := fake().execute(x, func(context.Context) (aurea.Start, error) {
			if n := runtime.NumGoroutine() - before; n < 50 {
				t.Errorf("%d goroutines were made for 50 workers", n)
			}
			return aurea.Start{}, nil
		}, nil, ignore); err != nil {
			t.Error(err)
		}
	})
}
