package engine

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A runner is a workload.Runner made of a function. It cancels the function at
// the job's deadline.
type runner func(ctx context.Context, job int64) error

func (r runner) Run(ctx context.Context, job int64, _ workload.JobMetrics) error {
	deadline, limited := ctx.Deadline()
	if !limited {
		return r(ctx, job)
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	return r(ctx, job)
}

// napping returns a job that sleeps for d in its goroutine.
func napping(d time.Duration) runner {
	return func(ctx context.Context, _ int64) error {
		timerSleep(ctx, d)
		return ctx.Err()
	}
}

// executeJobs executes a spec with the test's jobs.
func executeJobs(ctx context.Context, t testing.TB, jobs workload.Runner, spec string) *endedRun {
	t.Helper()
	result, err := fake().runJobs(ctx, plan(t, spec), workload.Jobs{Runner: jobs}, nil, ignore)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// Law: both drivers give the same numbers for the same jobs, on a clock that
// only sleeping moves.
func TestDriversAgree(t *testing.T) {
	const sleep = `, "workload": {"kind": "sleep", "duration": "25ms"}}`
	for _, load := range []string{
		`{"num_jobs": 40`,
		`{"num_jobs": 40, "concurrency": 7`,
		`{"num_jobs": 1, "concurrency": 7`,
		`{"duration": "1s", "concurrency": 3`,
		`{"duration": "1s", "concurrency": 3, "warmup": "500ms"`,
		`{"num_jobs": 40, "rate": 100`,
		`{"num_jobs": 40, "rate": 100, "concurrency": 1`,
		`{"num_jobs": 41, "rate": 100, "concurrency": 1, "on_saturation": "drop"`,
		`{"duration": "1s", "rate": 50, "arrival": "poisson", "seed": 3, "warmup": "300ms"`,
		`{"duration": "1s", "rate": 100, "concurrency": 2`,
		`{"stages": [{"duration": "1s", "rate": 100}, {"duration": "1s", "rate": 0}]`,
		`{"concurrency": 1, "stages": [{"duration": "1s", "concurrency": 5}, {"duration": "1s", "concurrency": 1}]`,
		`{"num_jobs": 10, "timeout": "10ms"`,
		`{"duration": "3s", "concurrency": 2`,
	} {
		t.Run(load, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				want := execute(t.Context(), t, fake(), load+sleep)
				got := executeJobs(t.Context(), t, napping(25*time.Millisecond), load+sleep)
				checkSameRun(t, "worker pool", got, want)
				looped, err := fake().runJobs(t.Context(), plan(t, load+sleep), loopedNaps(25*time.Millisecond), nil,
					ignore)
				if err != nil {
					t.Fatal(err)
				}
				checkSameRun(t, "worker pool with loops", looped, want)
			})
		})
	}
}

// checkSameRun checks that a driver's run has the numbers of another's.
func checkSameRun(t *testing.T, driver string, got, want *endedRun) {
	t.Helper()
	checkEqual(t, driver+": counts", got.Counts, want.Counts)
	checkEqual(t, driver+": latency", got.Latency, want.Latency)
	checkEqual(t, driver+": service time", got.ServiceTime, want.ServiceTime)
	checkEqual(t, driver+": delay", got.Delay, want.Delay)
	checkEqual(t, driver+": duration", got.Duration, want.Duration)
	checkEqual(t, driver+": in flight", got.InFlight, want.InFlight)
	checkEqual(t, driver+": status", got.Status, want.Status)
	checkEqual(t, driver+": validity", got.Validity.State, want.Validity.State)
	var started, ended int64
	for _, p := range got.Series {
		started, ended = started+p.Started, ended+p.OK+p.Failed
	}
	if all := got.Counts.Ended() + warmedUp(got); started != all || ended != all {
		t.Errorf("%s: the series has %d started and %d ended, want %d", driver, started, ended, all)
	}
}

// Injected failures are the same in both drivers: the same jobs fail, under a
// class of their own, and take the time that the spec says.
func TestInjectedFailures(t *testing.T) {
	for kind, check := range map[string]func(r *endedRun) bool{
		"error": func(r *endedRun) bool {
			return r.Counts.Failed > 150 && r.Counts.Failed < 250 && r.FailedLatency.Max == 0.025 &&
				r.Errors[0].Class == "injected" && r.Errors[0].Count == r.Counts.Failed
		},
		"timeout": func(r *endedRun) bool {
			return r.Counts.Timeout > 150 && r.Counts.Timeout < 250 && r.FailedLatency.Min == 0.09 &&
				len(r.Errors) == 1 && r.Errors[0].Class == "injected" && r.Errors[0].Count == r.Counts.Timeout
		},
		"slow": func(r *endedRun) bool {
			return r.Counts.OK == 1000 && r.Latency.Min == 0.025 && r.Latency.Max == 0.075 && r.Latency.P50 < 0.026 &&
				r.Latency.P90 == 0.075
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			spec := `{"num_jobs": 1000, "concurrency": 10, "timeout": "90ms", "seed": 5, "workload": {%s,
				"failure": {"rate": 0.2, "factor": 3, "kind": "` + kind + `"}}}`
			want := execute(t.Context(), t, fake(), fmt.Sprintf(spec, `"kind": "sleep", "duration": "25ms"`))
			got := execute(t.Context(), t, fake(),
				fmt.Sprintf(spec, `"kind": "steps", "steps": [{"kind": "sleep", "duration": "25ms"}]`))
			if want.Validity.Reasons[0].Code != "injected" || got.Validity.Reasons[0].Code != "injected" {
				t.Errorf("%s: no reason says that it was injected: %+v, %+v", kind, want.Validity, got.Validity)
			}
			if !check(want) {
				t.Errorf("%s: %+v, latency %+v, of failures %+v, errors %+v", kind, want.Counts, want.Latency,
					want.FailedLatency, want.Errors)
			}
			checkEqual(t, kind+": the worker pool's counts", got.Counts, want.Counts)
			checkEqual(t, kind+": its service time", got.ServiceTime, want.ServiceTime)
			if !slices.Equal(got.Errors, want.Errors) {
				t.Errorf("%s: its errors: %+v, want %+v", kind, got.Errors, want.Errors)
			}
		})
	}
}

// warmedUp returns how many jobs ended in the warm-up.
func warmedUp(r *endedRun) int64 {
	if r.Warmup == nil {
		return 0
	}
	return r.Warmup.Counts.Ended()
}

// An arrival without a free slot is dropped, and when it is due. That holds for
// both drivers, however the run ends: by its time, its stages, its number of
// jobs, or a stop.
func TestDroppedWhateverEndsTheRun(t *testing.T) {
	const long = 3 * time.Second // each job outlasts the arrivals
	for _, row := range []struct {
		load string
		stop time.Duration
		soon int64 // dropped in the first second
		want aurea.Counts
	}{
		{load: `"duration": "1s", "concurrency": 1`, soon: 99, want: aurea.Counts{Planned: 100, OK: 1, Dropped: 99}},
		{load: `"duration": "1s", "concurrency": 3`, soon: 97, want: aurea.Counts{Planned: 100, OK: 3, Dropped: 97}},
		{load: `"duration": "1s", "concurrency": 1, "warmup": "500ms"`, soon: 99,
			want: aurea.Counts{Planned: 50, Dropped: 50}},
		{load: `"num_jobs": 50, "concurrency": 1`, soon: 49, want: aurea.Counts{Planned: 50, OK: 1, Dropped: 49}},
		{load: `"num_jobs": 50, "duration": "2s", "concurrency": 2`, soon: 48, want: aurea.Counts{Planned: 50, OK: 2,
			Dropped: 48}},
		{load: `"stages": [{"duration": "1500ms", "rate": 99.5}], "concurrency": 1`, soon: 99,
			want: aurea.Counts{Planned: 150, OK: 1, Dropped: 149}},
		{load: `"duration": "2s", "concurrency": 1`, stop: 1300 * time.Millisecond, soon: 99,
			want: aurea.Counts{Planned: 130, Cancelled: 1, Dropped: 129}},
		{load: `"num_jobs": 200, "concurrency": 2`, stop: 1300 * time.Millisecond, soon: 98,
			want: aurea.Counts{Planned: 200, Cancelled: 72, Dropped: 128}},
	} {
		for driver, jobs := range map[string]workload.Jobs{"event loops": {Delayer: waiting3s(t)},
			"worker pool": {Runner: napping(long)}} {
			t.Run(driver+" "+row.load, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if row.stop > 0 {
						defer time.AfterFunc(row.stop, cancel).Stop()
					}
					var soon int64
					r, err := fake().runJobs(ctx, plan(t, `{"rate": 99.5, "on_saturation": "drop", `+row.load+`}`),
						jobs, nil, func(p aurea.Progress) {
							if p.Elapsed <= time.Second {
								soon += p.Interval.Dropped
							}
						})
					if err != nil {
						t.Fatal(err)
					}
					if r.Counts != row.want {
						t.Errorf("counts %+v, want %+v", r.Counts, row.want)
					}
					if soon != row.soon {
						t.Errorf("%d dropped in the first second, want %d", soon, row.soon)
					}
				})
			})
		}
	}
}

// waiting3s returns jobs that wait three seconds.
func waiting3s(t *testing.T) workload.Delayer {
	t.Helper()
	return openJobs(t, plan(t, `{"num_jobs": 1, "workload": {"kind": "sleep", "duration": "3s"}}`)).Delayer
}
