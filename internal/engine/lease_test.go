package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// checkStoppedAt checks that a run was stopped at a moment of its clock, with
// exact books and no start since.
func checkStoppedAt(t *testing.T, load string, r *endedRun, at time.Duration) {
	t.Helper()
	checkEqual(t, load+": status", r.Status, aurea.StatusCancelled)
	if err := r.Counts.Check(); err != nil {
		t.Errorf("%s: %v", load, err)
	}
	for job := range r.Jobs.All() {
		if job.Start >= at || job.End > at {
			t.Errorf("%s: job %+v, want none that starts or goes on at %v", load, job, at)
		}
	}
}

// A run stops when its lease is over, in the middle of jobs and sleeps. Until
// then it is the run without a lease.
func TestLeaseEnds(t *testing.T) {
	const until = 205 * time.Millisecond
	eachDriver(t, func(t *testing.T, driver string) {
		for _, load := range startLoads {
			r := runAt(t.Context(), t, driver, load, aurea.Start{Lease: aurea.NewLease(until)})
			checkStoppedAt(t, load, r, until)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(until, cancel)
			want := runAt(ctx, t, driver, load, aurea.Start{})
			checkEqual(t, load+": counts", r.Counts, want.Counts)
			checkEqual(t, load+": latency", r.Latency, want.Latency)
			checkEqual(t, load+": duration", r.Duration, want.Duration)
		}
	})
}

// A lease that is renewed in time, or has no end, changes nothing.
func TestLeaseIsRenewed(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		for _, load := range startLoads {
			want := runAt(t.Context(), t, driver, load, aurea.Start{})
			lease := aurea.NewLease(100 * time.Millisecond)
			renewing := time.AfterFunc(90*time.Millisecond, func() { lease.Renew(time.Hour) })
			got := runAt(t.Context(), t, driver, load, aurea.Start{Lease: lease})
			renewing.Stop()
			checkEqual(t, load+": counts", got.Counts, want.Counts)
			checkEqual(t, load+": status", got.Status, aurea.StatusCompleted)
			got = runAt(t.Context(), t, driver, load,
				aurea.Start{At: time.Now().Add(time.Second), Lease: aurea.NewLease(forever)})
			checkEqual(t, load+": counts without an end", got.Counts, want.Counts)
		}
	})
}

// The end of a lease is published before the context ends, also if another
// goroutine has begun to stop the run.
func TestLeaseEndIsPublished(t *testing.T) {
	x := newExecution(t.Context(), aurea.Plan{Jobs: 1, Concurrency: 1}, workload.Jobs{},
		func() sleeper { return timerSleep })
	before := x.latest.Load()
	x.stopped.Store(true)
	x.expire()
	if x.latest.Load() == before {
		t.Error("the run is cancelled, and event loops go on by the snapshot before")
	}
}

// A lease that is over before the run starts lets no job start. No moment to
// start is as long ago as a load lasts, whose end would cancel jobs as well.
func TestLeaseOverAtTheStart(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		for _, load := range startLoads {
			for _, at := range []time.Duration{-500 * time.Millisecond, time.Second} {
				r := runAt(t.Context(), t, driver, load,
					aurea.Start{At: time.Now().Add(at), Lease: aurea.NewLease(-time.Millisecond)})
				checkStoppedAt(t, load, r, 0)
			}
		}
	})
}

// runUnwatched executes jobs from now with a lease that only event loops and
// workers check, as if the process was suspended before its end.
func runUnwatched(t *testing.T, p aurea.Plan, jobs workload.Jobs, sleep sleeper, lease *aurea.Lease) *aurea.JobLog {
	t.Helper()
	x := newExecution(t.Context(), p, jobs, func() sleeper { return sleep })
	defer x.cancel()
	d := x.driver()
	c := newCollector(x, d.reporters(), ignore)
	wait := d.prepare(c)
	x.begin(aurea.Start{Lease: lease})
	c.collect()
	wait()
	x.close()
	if !x.stopped.Load() {
		t.Error("the run was not stopped")
	}
	return x.log
}

// A process that is suspended beyond its lease starts no job when it resumes: the
// event loops and workers see that themselves, before any timer.
func TestSuspendedBeyondTheLease(t *testing.T) {
	const until = 300 * time.Millisecond
	eachDriver(t, func(t *testing.T, driver string) {
		for _, load := range startLoads {
			begun := time.Now()
			sleep := func(ctx context.Context, d time.Duration) {
				if time.Since(begun) > until/2 {
					d = 500 * time.Millisecond
				}
				timerSleep(ctx, d)
			}
			p, jobs := drivers[driver](t, load)
			if driver == "worker pool" {
				jobs.Runner = napping(500 * time.Millisecond)
			}
			started := 0
			for job := range runUnwatched(t, p, jobs, sleep, aurea.NewLease(until)).All() {
				started++
				if job.Start >= until {
					t.Errorf("%s: %+v started after the lease", load, job)
				}
			}
			if started == 0 {
				t.Errorf("%s: no job started before the lease was over", load)
			}
		}
	})
}

// A worker's next job starts, by its record, when the job before ended. If the
// process is suspended in between, the worker must look at the clock again.
func TestSuspendedBetweenTwoJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := 0
		jobs := workload.Jobs{
			Runner: runner(func(context.Context, int64) error {
				started++
				time.Sleep(50 * time.Millisecond)
				return nil
			}),
			Metrics: aurea.MetricNames{Parts: []aurea.Part{{Name: "one"}}},
			Part: func(int64) int { // asked between two jobs
				if started == 4 {
					time.Sleep(300 * time.Millisecond)
				}
				return 0
			},
		}
		runUnwatched(t, plan(t, `{"num_jobs": 10, "concurrency": 1}`), jobs, timerSleep,
			aurea.NewLease(300*time.Millisecond))
		checkEqual(t, "jobs started", started, 4)
	})
}

// The context of a job is done as soon as the lease is over, before any timer:
// a job of several requests sends none after it.
func TestJobsSeeTheEndOfTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var before, after error
		jobs := workload.Jobs{Runner: runner(func(ctx context.Context, _ int64) error {
			before = ctx.Err()
			time.Sleep(time.Second)
			after = ctx.Err()
			return after
		})}
		runUnwatched(t, plan(t, `{"num_jobs": 1}`), jobs, timerSleep, aurea.NewLease(300*time.Millisecond))
		checkEqual(t, "error before the end", before, nil)
		checkEqual(t, "error after the end", after, context.Canceled)
	})
}
