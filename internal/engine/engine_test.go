package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

func TestMain(m *testing.M) {
	if spec := os.Getenv(suspendedRun); spec != "" {
		runSuspended(spec)
		return
	}
	goleak.VerifyTestMain(m)
}

// On a fake clock every value is exact.
func TestAllAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := execute(t.Context(), t, fake(), `{"num_jobs": 1000, "workload": {"kind": "sleep", "duration": "100ms"}}`)
		if want := (aurea.Counts{Planned: 1000, OK: 1000}); r.Counts != want {
			t.Errorf("counts %+v, want %+v", r.Counts, want)
		}
		if r.Duration != 0.1 || r.Throughput != 10_000 {
			t.Errorf("duration %v, throughput %v, want 0.1 and 10000", r.Duration, r.Throughput)
		}
		if want := (aurea.InFlight{Max: 1000, Mean: 1000, Effective: 1000}); r.InFlight != want {
			t.Errorf("in flight %+v, want %+v", r.InFlight, want)
		}
		checkEqual(t, "latency.min", r.Latency.Min, 0.1)
		checkEqual(t, "latency.max", r.Latency.Max, 0.1)
		checkEqual(t, "delay.max", r.Delay.Max, 0)
		if r.Status != aurea.StatusCompleted || r.Validity.State != aurea.Valid {
			t.Errorf("status %s, validity %+v, want completed and valid", r.Status, r.Validity)
		}
	})
}

// With a concurrency, jobs come in rounds.
func TestConcurrency(t *testing.T) {
	tests := []struct{ jobs, concurrency, rounds int }{
		{10, 1, 10}, {10, 2, 5}, {10, 3, 4}, {100, 7, 15}, {5, 100, 1}, {1, 1, 1},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%d jobs, %d at once", test.jobs, test.concurrency), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := execute(t.Context(), t, fake(),
					fmt.Sprintf(`{"num_jobs": %d, "concurrency": %d, "workload": {"kind": "sleep", "duration": "10ms"}}`, test.jobs, test.concurrency))
				if want := float64(test.rounds) / 100; r.Duration != want {
					t.Errorf("duration %v, want %v", r.Duration, want)
				}
				if want := int64(min(test.jobs, test.concurrency)); r.InFlight.Max != want {
					t.Errorf("%d in flight, want %d", r.InFlight.Max, want)
				}
				if r.Delay.Max != 0 {
					t.Errorf("delay %v", r.Delay.Max)
				}
			})
		})
	}
}

func TestDurationStartsNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Rounds start at 0, 30, 60 and 90 ms; the last ends after the duration.
		r := execute(t.Context(), t, fake(),
			`{"duration": "100ms", "concurrency": 4, "workload": {"kind": "sleep", "duration": "30ms"}}`)
		if want := (aurea.Counts{Planned: 16, OK: 16}); r.Counts != want {
			t.Errorf("counts %+v, want %+v", r.Counts, want)
		}
		if r.Duration != 0.12 || r.Status != aurea.StatusCompleted {
			t.Errorf("duration %v, status %s, want 0.12, completed", r.Duration, r.Status)
		}
	})
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := execute(t.Context(), t, fake(),
			`{"num_jobs": 10, "timeout": "20ms", "workload": {"kind": "sleep", "duration": "30ms"}}`)
		if want := (aurea.Counts{Planned: 10, Timeout: 10}); r.Counts != want {
			t.Errorf("counts %+v, want %+v", r.Counts, want)
		}
		checkEqual(t, "duration", r.Duration, 0.02)
		checkEqual(t, "service_time.max", r.ServiceTime.Max, 0.02)
		checkEqual(t, "latencies of failures", r.FailedLatency.Count, 10)
		checkEqual(t, "latencies of others", r.Latency.Count, 0)
		want := []aurea.ErrorClass{{Class: "timeout", Count: 10, Sample: "the job took longer than 20ms"}}
		if !slices.Equal(r.Errors, want) {
			t.Errorf("errors %+v, want %+v", r.Errors, want)
		}
	})
}

// Law: whenever a run is cancelled, every planned job is accounted for, the
// histograms hold the jobs that ended, and the records agree with the counts.
func TestCancelAtAnyMoment(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		jobs := rapid.IntRange(1, 300).Draw(rt, "jobs")
		concurrency := rapid.IntRange(1, 300).Draw(rt, "concurrency")
		spec := fmt.Sprintf(`{"num_jobs": %d, "concurrency": %d, "timeout": "11ms", "seed": 5,
			"workload": {"kind": "sleep", "duration": "10ms", "jitter": 0.5}}`, jobs, concurrency)
		after := time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(rt, "after"))
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			seen := aurea.NewTally()
			result, err := fake().run(ctx, plan(t, spec), nil, func(p aurea.Progress) { seen.Merge(p.Interval) })
			if err != nil {
				rt.Fatal(err)
			}
			c := result.Counts
			if err := c.Check(); err != nil || c.Planned != int64(jobs) {
				rt.Fatalf("%v; planned %d of %d", err, c.Planned, jobs)
			}
			if n := result.ServiceTime.Count; n != c.Ended() {
				rt.Fatalf("%d service times for %+v", n, c)
			}
			if n := result.Delay.Count; n != c.Ended() {
				rt.Fatalf("%d delays for %+v", n, c)
			}
			if n := result.Latency.Count; n != c.OK {
				rt.Fatalf("%d latencies for %+v", n, c)
			}
			if seen.Ended() != c.Ended() || seen.Started != result.Tally.Started {
				rt.Fatalf("intervals add up to %d of %d jobs", seen.Ended(), c.Ended())
			}
			if (c.Cancelled > 0) != (result.Status == aurea.StatusCancelled) {
				rt.Fatalf("%d cancelled, status %s", c.Cancelled, result.Status)
			}
			checkRecords(rt, result)
		})
	})
}

// checkRecords compares the records with the counts.
func checkRecords(t interface{ Fatalf(string, ...any) }, r *endedRun) {
	var counts aurea.Counts
	for job := range r.Jobs.All() {
		if job.Intended > job.Start || job.Start > job.End {
			t.Fatalf("job %d: intended %v, started %v, ended %v", job.Index, job.Intended, job.Start, job.End)
		}
		switch job.Outcome {
		case aurea.OK:
			counts.OK++
		case aurea.TimedOut:
			counts.Timeout++
		default:
			counts.Cancelled++
		}
	}
	if counts.OK != r.Counts.OK {
		t.Fatalf("%d records of jobs that are ok, %d were counted", counts.OK, r.Counts.OK)
	}
	if counts.Timeout != r.Counts.Timeout {
		t.Fatalf("%d records of timeouts, %d were counted", counts.Timeout, r.Counts.Timeout)
	}
	if n := counts.OK + counts.Timeout + counts.Cancelled; n != r.Tally.Started {
		t.Fatalf("%d records, %d jobs were started", n, r.Tally.Started)
	}
}

func TestCancelledBeforeItBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		synctest.Wait()
		r := execute(ctx, t, fake(), `{"num_jobs": 5}`)
		checkEqual(t, "counts", r.Counts, aurea.Counts{Planned: 5, Cancelled: 5})
		checkEqual(t, "status", r.Status, aurea.StatusCancelled)
	})
}

// Intervals end on the second, are observed in order, and add up.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var points []aurea.Point
		var elapsed []time.Duration
		_, err := fake().run(t.Context(),
			plan(t, `{"num_jobs": 70, "concurrency": 2, "workload": {"kind": "sleep", "duration": "100ms"}}`), nil,
			func(p aurea.Progress) {
				points = append(points, p.Point())
				elapsed = append(elapsed, p.Elapsed)
			})
		if err != nil {
			t.Fatal(err)
		}
		want := []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 3500 * time.Millisecond}
		if !slices.Equal(elapsed, want) {
			t.Fatalf("intervals end at %v, want %v", elapsed, want)
		}
		var ok int64
		for _, p := range points {
			ok += p.OK
		}
		checkEqual(t, "jobs of all intervals", ok, 70)
		checkEqual(t, "jobs of the second interval", points[1].OK, 20)
		checkEqual(t, "its throughput", points[1].Throughput, 20)
		checkEqual(t, "in flight at its end", points[1].InFlight, 2)
		checkEqual(t, "its median", points[1].P50, 0.1)
	})
}

// The same plan has the same jobs on any number of cores.
func TestSameJobsOnAnyCores(t *testing.T) {
	var first []time.Duration
	for _, cores := range []int{1, 2, 3, 8} {
		synctest.Test(t, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			r := execute(t.Context(), t, fake(),
				`{"num_jobs": 500, "concurrency": 16, "seed": 9, "workload": {"kind": "sleep", "duration": "10ms", "jitter": 1}}`)
			var waits []time.Duration
			for job := range r.Jobs.All() {
				waits = append(waits, job.End-job.Start)
			}
			if first == nil {
				first = waits
			}
			if len(waits) != 500 || !slices.Equal(waits, first) {
				t.Errorf("jobs differ on %d cores", cores)
			}
		})
	}
}

// On the real clock N jobs are truly parallel, and none ends early.
func TestRealClock(t *testing.T) {
	r := execute(t.Context(), t, New("test", everyKind),
		`{"num_jobs": 20000, "workload": {"kind": "sleep", "duration": "1s"}}`)
	if r.InFlight.Max != 20_000 {
		t.Errorf("%d in flight, want all 20000", r.InFlight.Max)
	}
	if r.ServiceTime.Min < 1 {
		t.Errorf("a job of 1 s took %v s", r.ServiceTime.Min)
	}
	if r.Latency.Min < r.ServiceTime.Min || r.Counts.OK != 20_000 {
		t.Errorf("latency %+v, service time %+v, counts %+v", r.Latency, r.ServiceTime, r.Counts)
	}
	checkRecords(t, r)
}

func TestNoop(t *testing.T) {
	for _, concurrency := range []int{1, 2, 100, 50_000} {
		r := execute(t.Context(), t, New("test", everyKind),
			fmt.Sprintf(`{"num_jobs": 50000, "concurrency": %d, "workload": {"kind": "noop"}}`, concurrency))
		if want := (aurea.Counts{Planned: 50_000, OK: 50_000}); r.Counts != want {
			t.Errorf("counts %+v at concurrency %d", r.Counts, concurrency)
		}
		if r.InFlight.Max < 1 || r.InFlight.Max > int64(concurrency) {
			t.Errorf("%d in flight at concurrency %d", r.InFlight.Max, concurrency)
		}
		checkRecords(t, r)
	}
}

// A run of a duration numbers its jobs without gaps.
func TestNoGapsInJobs(t *testing.T) {
	r := execute(t.Context(), t, New("test", everyKind),
		`{"duration": "20ms", "concurrency": 3, "workload": {"kind": "noop"}}`)
	var next int64
	for job := range r.Jobs.All() {
		if job.Index != next {
			t.Fatalf("job %d follows job %d", job.Index, next-1)
		}
		next++
	}
	if listed := next + r.JobsNotListed; listed != r.Counts.Planned {
		t.Errorf("%d jobs listed or omitted, %d planned", listed, r.Counts.Planned)
	}
}

func TestWrongWorkload(t *testing.T) {
	_, err := New("test", everyKind).run(t.Context(), aurea.Plan{Workload: aurea.Workload{Kind: "nothing"}},
		nil, ignore)
	if !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("error %v, want an ErrInvalid", err)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("GOGC", "50")
	e := New("v1.2.3", everyKind).environment
	checkEqual(t, "version", e.Version, "v1.2.3")
	checkEqual(t, "cores", e.Cores, runtime.GOMAXPROCS(0))
	checkEqual(t, "system", e.OS, runtime.GOOS+"/"+runtime.GOARCH)
	checkEqual(t, "Go", e.Go, runtime.Version())
	if e.MemoryBytes == 0 {
		t.Error("the machine has no memory")
	}
	if !strings.Contains(" "+e.Flags+" ", " GOGC=50 ") || !strings.Contains(e.Flags, "CGO_ENABLED=") {
		t.Errorf("flags %q", e.Flags)
	}
}
