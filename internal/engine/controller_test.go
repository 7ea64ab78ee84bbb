package engine

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// Law: with pauses inserted, an open run has the same jobs with the same
// latencies. Jobs due after a pause come later by the length of the pause.
func TestPausesShiftTheSchedule(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		for _, arrival := range []string{"constant", "poisson"} {
			load := `"rate": 100, "duration": "1s", "seed": 3, "arrival": "` + arrival + `"`
			plain := runControlled(t.Context(), t, driver, load)
			// By the plan's clock the pauses are at 305 and 605 ms.
			r := runControlled(t.Context(), t, driver, load,
				pauseAt(305*time.Millisecond), resumeAt(2305*time.Millisecond),
				pauseAt(2605*time.Millisecond), resumeAt(2705*time.Millisecond))
			want := records(plain.endedRun)
			for i := range want {
				var shift time.Duration
				if want[i].Intended > 305*time.Millisecond {
					shift += 2 * time.Second
				}
				if want[i].Intended > 605*time.Millisecond {
					shift += 100 * time.Millisecond
				}
				want[i].Intended += shift
				want[i].Start += shift
				want[i].End += shift
			}
			if diff := gocmp.Diff(want, records(r.endedRun)); diff != "" {
				t.Errorf("%s (-shifted +got):\n%s", arrival, diff)
			}
			checkEqual(t, arrival+": counts", r.Counts, plain.Counts)
			checkEqual(t, arrival+": latency", r.Latency, plain.Latency)
			checkEqual(t, arrival+": delay", r.Delay, plain.Delay)
			checkEqual(t, arrival+": rate", *r.Rate, *plain.Rate)
			checkEqual(t, arrival+": seconds paused", r.Paused, 2.1)
			checkEqual(t, arrival+": pause of the last progress", r.paused, 2100*time.Millisecond)
			checkWithin(t, arrival+": seconds longer than without pauses", r.Duration-plain.Duration, 2.1-1e-9, 2.1+1e-9)
			checkReasons(t, r.endedRun, "paused")
		}
	})
}

func checkReasons(t *testing.T, r *endedRun, codes ...string) {
	t.Helper()
	var got []string
	for _, reason := range r.Validity.Reasons {
		got = append(got, reason.Code)
	}
	if !slices.Equal(got, codes) {
		t.Errorf("the reasons to doubt the result are %v, want %v", got, codes)
	}
	if len(codes) > 0 {
		checkEqual(t, "validity", r.Validity.State, aurea.Degraded)
	}
}

// A resumed closed run opens its slots anew and loses no job. Jobs in flight at
// the pause continue to their end.
func TestPauseClosed(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		r := runControlled(t.Context(), t, driver, `"num_jobs": 12, "concurrency": 4`, pauseAt(30*time.Millisecond),
			resumeAt(100*time.Millisecond))
		var want []aurea.JobRecord
		for _, start := range []time.Duration{0, nap, 100 * time.Millisecond} {
			for range 4 {
				want = append(want, aurea.JobRecord{Intended: start, Start: start, End: start + nap})
			}
		}
		if diff := gocmp.Diff(want, records(r.endedRun)); diff != "" {
			t.Errorf("jobs (-want +got):\n%s", diff)
		}
		checkEqual(t, "counts", r.Counts, aurea.Counts{Planned: 12, OK: 12})
		checkEqual(t, "seconds paused", r.Paused, 0.07)
		checkEqual(t, "duration", r.Duration, (100*time.Millisecond + nap).Seconds())
		checkReasons(t, r.endedRun, "paused")
	})
}

// A duration, a warm-up and stages follow the plan's clock, which stands still
// in a pause.
func TestPauseStopsTheClock(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		// 10 a second, paused in the warm-up of 1 s and once more after it.
		r := runControlled(t.Context(), t, driver, `"rate": 10, "duration": "3s", "warmup": "1s"`,
			pauseAt(550*time.Millisecond), resumeAt(1050*time.Millisecond), pauseAt(1650*time.Millisecond),
			resumeAt(3650*time.Millisecond))
		checkEqual(t, "jobs of the warm-up", r.Warmup.Counts.OK, 10)
		checkEqual(t, "seconds paused in the warm-up", r.Warmup.Paused, 0.5)
		checkEqual(t, "judged jobs", r.Counts.OK, 20)
		checkEqual(t, "seconds paused in the judged part", r.Paused, 2)
		// The last starts at 2.9 s of the plan's clock, which is 5.4 s; the judged
		// part begins at 1.5 s.
		if want := 5.4 + nap.Seconds() - 1.5; r.Duration < want-1e-9 || r.Duration > want+1e-9 {
			t.Errorf("the judged part took %v, want %v", r.Duration, want)
		}
		if *r.Rate != (aurea.Rate{Target: 10, Achieved: 10}) {
			t.Errorf("rate %+v, want 10", r.Rate)
		}
		// A concurrency that rises by 10 a second to 20, paused when it is 5.
		r = runControlled(t.Context(), t, driver, `"stages": [{"duration": "2s", "concurrency": 20}]`,
			pauseAt(550*time.Millisecond), resumeAt(1550*time.Millisecond))
		if most := mostInFlight(r.endedRun, 0, 550*time.Millisecond); most != 5 {
			t.Errorf("%d in flight before the pause, want 5", most)
		}
		if most := mostInFlight(r.endedRun, 1550*time.Millisecond, 1600*time.Millisecond-1); most != 5 {
			t.Errorf("%d in flight after the pause, want 5", most)
		}
		if most := mostInFlight(r.endedRun, 0, forever); most != 19 || r.InFlight.Max != 19 { // at 20 the time is over
			t.Errorf("up to %d in flight, or %d, want 19", most, r.InFlight.Max)
		}
	})
}

// mostInFlight returns the most jobs in flight at any job's start between two
// times.
func mostInFlight(r *endedRun, from, to time.Duration) int {
	most := 0
	all := records(r)
	for i, job := range all {
		if job.Start < from || job.Start > to {
			continue
		}
		n := 0
		for _, other := range all[:i+1] {
			if other.End > job.Start {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// Before and after a change the rate is as requested: the integral gives the
// number of jobs, and none is late.
func TestChangeRate(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		for _, test := range []struct {
			load  string
			to    float64
			want  aurea.Counts
			since int64 // of them after the change, at 505 ms
		}{
			{`"rate": 100, "duration": "1s"`, 1000, aurea.Counts{Planned: 546, OK: 546}, 495}, // 50.5 + 495
			{`"rate": 100, "duration": "1s"`, 10, aurea.Counts{Planned: 56, OK: 56}, 5},       // 50.5 + 4.95
			{`"rate": 100, "duration": "1s"`, 0.001, aurea.Counts{Planned: 51, OK: 51}, 0},
			{`"rate": 0.001, "duration": "1s"`, 100, aurea.Counts{Planned: 50, OK: 50}, 49}, // the second was due long after the end
			{`"rate": 100, "num_jobs": 200`, 1000, aurea.Counts{Planned: 200, OK: 200}, 149},
			{`"stages": [{"duration": "1s", "rate": 100}]`, 100, aurea.Counts{Planned: 63, OK: 63}, 50},                           // 12.75125 + 49.5
			{`"rate": 100, "duration": "1s", "concurrency": 10000`, 1000, aurea.Counts{Planned: 546, OK: 546}, 495},               // with a bound
			{`"rate": 100, "num_jobs": 60, "on_saturation": "drop", "concurrency": 50`, 10, aurea.Counts{Planned: 60, OK: 60}, 9}, // the first at 550 ms
		} {
			r := runControlled(t.Context(), t, driver, test.load, rateAt(505*time.Millisecond, test.to))
			var since int64
			for job := range r.Jobs.All() {
				if job.Start > 505*time.Millisecond {
					since++
				}
				if job.Start != job.Intended {
					t.Errorf("%s: job %+v is late", test.load, job)
				}
			}
			if r.Counts != test.want || since != test.since {
				t.Errorf("%s: %+v with %d after the change, want %+v with %d", test.load, r.Counts, since, test.want,
					test.since)
			}
			checkReasons(t, r.endedRun, "load_changed")
		}
	})
}

// A higher concurrency adds jobs in flight at once; a lower one takes effect as
// jobs end.
func TestChangeConcurrency(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		for _, test := range []struct {
			load          string
			first, second int
		}{
			{`"duration": "1s", "concurrency": 5`, 5, 50},
			{`"duration": "1s", "concurrency": 1`, 1, 2},
			{`"duration": "1s", "concurrency": 50`, 50, 7},
			{`"duration": "1s", "concurrency": 50`, 50, 1},
			{`"num_jobs": 300, "concurrency": 10`, 10, 1},
			{`"stages": [{"duration": "1s", "concurrency": 2}, {"duration": "1s", "concurrency": 30}]`, 1, 9},
			{`"rate": 1000, "duration": "1s", "concurrency": 3`, 3, 10},
			{`"rate": 1000, "duration": "1s", "concurrency": 10`, 10, 3},
			{`"rate": 1000, "duration": "1s", "concurrency": 10`, 10, 1},
			{`"rate": 1000, "duration": "1s"`, 24, 5},
		} {
			changed := 505 * time.Millisecond
			r := runControlled(t.Context(), t, driver, test.load, concurrencyAt(changed, int64(test.second)))
			if most := mostInFlight(r.endedRun, 0, changed-1); most != test.first {
				t.Errorf("%s: %d in flight at first, want %d", test.load, most, test.first)
			}
			settled := changed
			if test.second < test.first {
				settled += nap
			}
			if most := mostInFlight(r.endedRun, settled+1, forever); most != test.second {
				t.Errorf("%s: %d in flight after the change, want %d", test.load, most, test.second)
			}
			if most := mostInFlight(r.endedRun, 0, forever); most > max(test.first, test.second) {
				t.Errorf("%s: up to %d in flight", test.load, most)
			}
			if err := r.Counts.Check(); err != nil || r.Status != aurea.StatusCompleted {
				t.Errorf("%s: %v, %s", test.load, err, r.Status)
			}
		}
	})
}

// Impossible controls are refused and change nothing.
func TestRefusedControls(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		r := runControlled(t.Context(), t, driver, `"num_jobs": 20, "concurrency": 1`,
			resumeAt(10*time.Millisecond), rateAt(20*time.Millisecond, 5), concurrencyAt(30*time.Millisecond, -1),
			controlStep{40 * time.Millisecond, aurea.Control{Kind: "stop"}},
			controlStep{50 * time.Millisecond, aurea.Control{Kind: aurea.ChangeLoad}})
		for i, want := range []error{aurea.ErrConflict, aurea.ErrConflict, aurea.ErrInvalid, aurea.ErrInvalid,
			aurea.ErrInvalid} {
			if !errors.Is(r.answers[i], want) {
				t.Errorf("answer %d is %v, want %v", i, r.answers[i], want)
			}
		}
		if len(r.Timeline) > 0 {
			t.Errorf("the timeline has %+v, want nothing", r.Timeline)
		}
		checkEqual(t, "jobs", r.Counts.OK, 20)
		checkEqual(t, "duration", r.Duration, (20 * nap).Seconds())
		checkReasons(t, r.endedRun)
		r = runControlled(t.Context(), t, driver, `"num_jobs": 2, "concurrency": 1`, pauseAt(5*time.Millisecond),
			pauseAt(6*time.Millisecond), resumeAt(7*time.Millisecond),
			concurrencyAt(8*time.Millisecond, workload.MaxRunning+1))
		if !errors.Is(r.answers[1], aurea.ErrConflict) ||
			errors.Is(r.answers[3], aurea.ErrInvalid) != (driver != "event loops") {
			t.Errorf("answers %v", r.answers)
		}
	})
}

// The timeline has every control with its time.
func TestTimeline(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		begun := time.Now().UTC()
		r := runControlled(t.Context(), t, driver, `"rate": 100, "duration": "1s", "concurrency": 50`,
			pauseAt(100*time.Millisecond), rateAt(200*time.Millisecond, 0.5), resumeAt(1700*time.Millisecond),
			controlStep{1800 * time.Millisecond, aurea.Control{Kind: aurea.ChangeLoad, Rate: 10, Concurrency: 7}})
		at := func(ms int) (time.Time, float64) {
			return begun.Add(time.Duration(ms) * time.Millisecond), float64(ms) / 1000
		}
		want := []aurea.RunEvent{
			{Kind: "pause"}, {Kind: "load", Detail: "rate 100 to 0.5", Rate: 0.5}, {Kind: "resume"},
			{Kind: "load", Detail: "rate 0.5 to 10, concurrency 50 to 7", Rate: 10, Concurrency: 7},
		}
		for i, ms := range []int{100, 200, 1700, 1800} {
			want[i].At, want[i].T = at(ms)
		}
		if diff := gocmp.Diff(want, r.Timeline); diff != "" {
			t.Errorf("timeline (-want +got):\n%s", diff)
		}
		checkReasons(t, r.endedRun, "paused", "load_changed")
	})
}

// A run that is stopped in a pause ends with its partial result.
func TestStopPaused(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		for load, want := range map[string]aurea.Counts{
			`"num_jobs": 100, "concurrency": 4`:                  {Planned: 100, OK: 8, Cancelled: 92},
			`"rate": 100, "num_jobs": 50`:                        {Planned: 50, OK: 4, Cancelled: 46},
			`"rate": 100, "duration": "1s"`:                      {Planned: 4, OK: 4},
			`"rate": 100, "duration": "1s", "concurrency": 1`:    {Planned: 4, OK: 2, Cancelled: 2},
			`"stages": [{"duration": "100s", "concurrency": 9}]`: {},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			r := runControlled(ctx, t, driver, load, pauseAt(35*time.Millisecond))
			cancel()
			checkEqual(t, load+": counts", r.Counts, want)
			checkEqual(t, load+": status", r.Status, aurea.StatusCancelled)
			if r.Paused > 0.965 {
				t.Errorf("%s: paused for %v s, want at most 0.965", load, r.Paused)
			}
		}
	})
}
