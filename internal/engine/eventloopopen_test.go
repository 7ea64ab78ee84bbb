package engine

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

func TestRateIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := execute(t.Context(), t, fake(),
			`{"rate": 100, "duration": "2s", "workload": {"kind": "sleep", "duration": "25ms"}}`)
		if want := (aurea.Counts{Planned: 200, OK: 200}); r.Counts != want {
			t.Errorf("counts %+v, want %+v", r.Counts, want)
		}
		checkEqual(t, "delay.max", r.Delay.Max, 0)
		checkEqual(t, "latency.max", r.Latency.Max, 0.025)
		checkEqual(t, "in_flight.max", r.InFlight.Max, 3)
		if r.Model != aurea.Open || *r.Rate != (aurea.Rate{Target: 100, Achieved: 100}) {
			t.Errorf("model %s, rate %+v", r.Model, r.Rate)
		}
		// The last job starts at 1.99 s and ends at 2.015 s.
		if r.Duration != 2.015 {
			t.Errorf("duration %v, want 2.015", r.Duration)
		}
	})
}

// With one slot and jobs of 25 ms arriving every 10 ms, job k starts at 25k ms
// and waited 15k ms. The wait is latency, and the schedule does not shift.
func TestSaturatedArrivalsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := execute(t.Context(), t, fake(),
			`{"rate": 100, "num_jobs": 20, "concurrency": 1, "workload": {"kind": "sleep", "duration": "25ms"}}`)
		for job := range r.Jobs.All() {
			k := time.Duration(job.Index)
			want := aurea.JobRecord{Index: job.Index, Intended: k * 10 * time.Millisecond,
				Start: k * 25 * time.Millisecond, End: (k + 1) * 25 * time.Millisecond}
			if job != want {
				t.Errorf("job %+v, want %+v", job, want)
			}
		}
		checkEqual(t, "jobs", r.Counts.OK, 20)
		checkEqual(t, "latency.max", r.Latency.Max, 0.31)
		checkEqual(t, "delay.max", r.Delay.Max, 0.285)
		checkEqual(t, "service_time.max", r.ServiceTime.Max, 0.025)
	})
}

// The same with drop: the slot is busy from 0 to 25 ms, so the arrivals at 10
// and 20 ms find no free slot, that at 30 ms does, and so on.
func TestSaturatedArrivalsDrop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := execute(t.Context(), t, fake(),
			`{"rate": 100, "num_jobs": 21, "concurrency": 1, "on_saturation": "drop", "workload": {"kind": "sleep", "duration": "25ms"}}`)
		if want := (aurea.Counts{Planned: 21, OK: 7, Dropped: 14}); r.Counts != want {
			t.Errorf("counts %+v, want %+v", r.Counts, want)
		}
		var starts []int64
		for job := range r.Jobs.All() {
			starts = append(starts, job.Index)
		}
		if want := []int64{0, 3, 6, 9, 12, 15, 18}; !slices.Equal(starts, want) || r.Delay.Max != 0 {
			t.Errorf("jobs %v started, want %v; the maximum delay is %v s, want 0", starts, want, r.Delay.Max)
		}
	})
}

// Arrivals that still wait for a slot at the end of the run never start. They
// are counted as cancelled.
func TestBacklogAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := execute(t.Context(), t, fake(),
			`{"rate": 100, "duration": "1s", "concurrency": 1, "workload": {"kind": "sleep", "duration": "100ms"}}`)
		if want := (aurea.Counts{Planned: 100, OK: 10, Cancelled: 90}); r.Counts != want {
			t.Errorf("counts %+v, want %+v", r.Counts, want)
		}
		if r.Status != aurea.StatusCompleted || r.Duration != 1 {
			t.Errorf("status %s, duration %v", r.Status, r.Duration)
		}
	})
}

// An event loop that is a little late at the end still starts the jobs that
// were due. One that is far behind soon stops.
func TestLateAtTheEnd(t *testing.T) {
	for late, want := range map[time.Duration]aurea.Counts{
		5 * time.Millisecond:   {Planned: 1000, OK: 1000},
		100 * time.Millisecond: {Planned: 1000, OK: 990, Cancelled: 10},
	} {
		synctest.Test(t, func(t *testing.T) {
			tired := fake()
			tired.sleep = func() sleeper {
				return func(ctx context.Context, d time.Duration) { timerSleep(ctx, d+late) }
			}
			r := execute(t.Context(), t, tired,
				`{"rate": 1000, "duration": "1s", "concurrency": 1000000, "workload": {"kind": "noop"}}`)
			if late < lateStartGrace {
				checkEqual(t, fmt.Sprintf("%v late: counts", late), r.Counts, want)
			}
			checkEqual(t, fmt.Sprintf("%v late: planned", late), r.Counts.Planned, want.Planned)
			checkEqual(t, fmt.Sprintf("%v late: some are cancelled", late), r.Counts.Cancelled > 0, want.Cancelled > 0)
			if r.Duration > 1+2*late.Seconds() {
				t.Errorf("%v late: the run took %v s", late, r.Duration)
			}
		})
	}
}

// An event loop that is behind ends due jobs before it starts overdue ones: its
// lateness is delay, not service time. So jobs that take no time never pile up,
// and each finds a free slot.
func TestOverloadedLoopEndsBeforeItStarts(t *testing.T) {
	const late = 100 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one event loop has all slots
		tired := fake()
		tired.sleep = func() sleeper {
			return func(ctx context.Context, d time.Duration) { timerSleep(ctx, d+late) }
		}
		r := execute(t.Context(), t, tired,
			`{"rate": 1000, "num_jobs": 2000, "concurrency": 8, "on_saturation": "drop", "workload": {"kind": "noop"}}`)
		if want := (aurea.Counts{Planned: 2000, OK: 2000}); r.Counts != want {
			t.Errorf("counts %+v, want %+v", r.Counts, want)
		}
		if r.Delay.Max != late.Seconds() {
			t.Errorf("the maximum delay is %v s, want the event loop's lateness, %v", r.Delay.Max, late)
		}
	})
}

func TestRampedRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Areas 250, 500 and 125.
		r := execute(t.Context(), t, fake(),
			`{"stages": [{"duration": "5s", "rate": 100}, {"duration": "5s", "rate": 100}, {"duration": "2500ms", "rate": 0}], "workload": {"kind": "noop"}}`)
		if want := (aurea.Counts{Planned: 875, OK: 875}); r.Counts != want {
			t.Errorf("counts %+v, want %+v", r.Counts, want)
		}
		checkEqual(t, "delay.max", r.Delay.Max, 0)
		checkEqual(t, "rate", *r.Rate, aurea.Rate{Target: 70, Achieved: 70})
		if got := r.Series[6].OK; got != 100 {
			t.Errorf("%d jobs in the 7th second, want 100", got)
		}
	})
}

// A ramp of concurrency opens slot k when the level reaches k.
func TestRampedConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := execute(t.Context(), t, fake(),
			`{"stages": [{"duration": "10s", "concurrency": 10}, {"duration": "10s", "concurrency": 10}, {"duration": "5s", "concurrency": 0}], "workload": {"kind": "sleep", "duration": "100ms"}}`)
		checkEqual(t, "model", r.Model, aurea.Closed)
		checkEqual(t, "in_flight.max", r.InFlight.Max, 10)
		checkWithin(t, "delay.max", r.Delay.Max, 0, 1e-8)
		// Ten jobs a second for every slot: 45 slot-seconds up, 100 level; down,
		// a slot ends its last job after it has closed.
		if r.Counts.OK < 1450+200 || r.Counts.OK > 1450+260 {
			t.Errorf("%d jobs", r.Counts.OK)
		}
		if got := r.Series[14].OK; got != 100 {
			t.Errorf("%d jobs in the 15th second, want 100", got)
		}
		if got := r.Series[4].InFlight; got != 4 && got != 5 {
			t.Errorf("%d in flight after 5 s, want 4 or 5", got)
		}
	})
}

// The jobs of the warm-up are counted separately, in both models.
func TestWarmup(t *testing.T) {
	for _, load := range []string{`"rate": 50`, `"concurrency": 5`} {
		synctest.Test(t, func(t *testing.T) {
			r := execute(t.Context(), t, fake(),
				`{`+load+`, "duration": "3s", "warmup": "1s", "workload": {"kind": "sleep", "duration": "100ms"}}`)
			if want := (aurea.Counts{Planned: 50, OK: 50}); r.Warmup.Counts != want || r.Warmup.Latency.Count != 50 {
				t.Errorf("%s: warm-up %+v", load, r.Warmup)
			}
			if want := (aurea.Counts{Planned: 100, OK: 100}); r.Counts != want || r.ServiceTime.Count != 100 {
				t.Errorf("%s: judged %+v", load, r.Counts)
			}
			if want := 100 / r.Duration; r.Throughput != want || r.Duration > 2.1 {
				t.Errorf("%s: throughput %v in %v s", load, r.Throughput, r.Duration)
			}
		})
	}
}

// Law: the same plan has the same jobs with the same intended starts on any
// number of cores.
func TestSameArrivalsOnAnyCores(t *testing.T) {
	for _, arrival := range []string{"constant", "poisson"} {
		var first []time.Duration
		for _, cores := range []int{1, 2, 5} {
			synctest.Test(t, func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
				r := execute(t.Context(), t, fake(),
					`{"rate": 500, "num_jobs": 700, "seed": 3, "arrival": "`+arrival+`", "workload": {"kind": "sleep", "duration": "5ms", "jitter": 1}}`)
				var jobs []time.Duration
				for job := range r.Jobs.All() {
					jobs = append(jobs, job.Intended, job.End-job.Start)
				}
				if first == nil {
					first = jobs
				}
				if len(jobs) != 1400 || !slices.Equal(jobs, first) {
					t.Errorf("%s arrivals differ on %d cores", arrival, cores)
				}
			})
		}
	}
}

// Law: whatever the load and whenever it is cancelled, the counts add up, the
// intervals add up to them, and the records agree.
func TestAnyLoadCancelledAtAnyMoment(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		load := rapid.SampledFrom([]string{
			`"rate": 200, "num_jobs": 300`,
			`"rate": 200, "duration": "1500ms"`,
			`"rate": 200, "duration": "1500ms", "arrival": "poisson", "concurrency": 3`,
			`"rate": 300, "num_jobs": 400, "concurrency": 2, "on_saturation": "drop"`,
			`"rate": 300, "duration": "1s", "concurrency": 2, "on_saturation": "drop", "arrival": "poisson"`,
			`"stages": [{"duration": "1s", "rate": 300}, {"duration": "500ms", "rate": 0}], "warmup": "300ms"`,
			`"stages": [{"duration": "1s", "concurrency": 20}, {"duration": "500ms", "concurrency": 0}]`,
			`"concurrency": 4, "stages": [{"duration": "700ms", "concurrency": 1}, {"duration": "700ms", "concurrency": 9}], "num_jobs": 100`,
			`"concurrency": 6, "duration": "1s", "warmup": "500ms"`,
			`"concurrency": 6, "num_jobs": 200, "warmup": "100ms"`,
		}).Draw(rt, "load")
		spec := fmt.Sprintf(`{%s, "timeout": "14ms", "seed": 5, "workload": {"kind": "sleep", "duration": "10ms", "jitter": 0.9}}`, load)
		after := time.Duration(rapid.Int64Range(0, int64(2500*time.Millisecond)).Draw(rt, "after"))
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			seen := aurea.NewTally()
			result, err := fake().run(ctx, plan(t, spec), nil, func(p aurea.Progress) { seen.Merge(p.Interval) })
			if err != nil {
				rt.Fatal(err)
			}
			all := result.Counts
			if result.Warmup != nil {
				all = result.Warmup.Counts
				if err := all.Check(); err != nil {
					rt.Fatalf("warm-up: %v", err)
				}
				for _, o := range aurea.Outcomes() {
					if seen.Of(o) != all.Of(o)+result.Counts.Of(o) {
						rt.Fatalf("intervals have %d %s, the result %d and %d", seen.Of(o), o, all.Of(o),
							result.Counts.Of(o))
					}
				}
			} else {
				seen.Planned = all.Planned
				if seen.Counts != all {
					rt.Fatalf("intervals add up to %+v, the result has %+v", seen.Counts, all)
				}
			}
			if err := result.Counts.Check(); err != nil {
				rt.Fatal(err)
			}
			if result.ServiceTime.Count != result.Counts.Ended() || result.Delay.Count != result.Counts.Ended() {
				rt.Fatalf("histograms of %d and %d jobs for %+v", result.ServiceTime.Count, result.Delay.Count,
					result.Counts)
			}
			var records int64
			for range result.Jobs.All() {
				records++
			}
			if records != seen.Started {
				rt.Fatalf("%d records of %d jobs started", records, seen.Started)
			}
			if after > 2*time.Second && result.Status != aurea.StatusCompleted {
				rt.Fatalf("status %s after its end", result.Status)
			}
		})
	})
}
