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

// The window is the longest without a break. A return at the time of the break
// is none.
func TestPeakWindow(t *testing.T) {
	type step struct {
		n   int64
		now time.Duration
	}
	for _, row := range []struct {
		what        string
		steps       []step
		most        int64
		from, until time.Duration
	}{
		{"nothing", nil, 0, 0, 0},
		{"up and down", []step{{1, 10}, {3, 20}, {2, 50}, {0, 60}}, 3, 20, 50},
		{"the second is longer", []step{{3, 10}, {2, 20}, {3, 30}, {0, 60}}, 3, 30, 60},
		{"the first is longer", []step{{3, 10}, {2, 50}, {3, 60}, {0, 70}}, 3, 10, 50},
		{"without a break", []step{{3, 10}, {2, 50}, {3, 50}, {0, 70}}, 3, 10, 70},
		{"a new peak", []step{{3, 10}, {4, 90}, {3, 95}, {0, 99}}, 4, 90, 95},
		{"only for a moment", []step{{3, 10}, {2, 10}}, 3, 10, 10},
		{"again and again", []step{{3, 10}, {3, 20}, {2, 30}, {2, 40}}, 3, 10, 30},
	} {
		var w peakWindow
		for _, s := range row.steps {
			w.set(s.n, s.now)
		}
		if w.most != row.most || w.from != row.from || w.until != row.until {
			t.Errorf("%s: %d from %d to %d, want %d from %d to %d", row.what, w.most, w.from, w.until, row.most,
				row.from, row.until)
		}
	}
}

// inFlightAt returns how many jobs are in flight at a time. A job is until its
// end, or before it if ended is set.
func inFlightAt(all []aurea.JobRecord, at time.Duration, ended bool) (n int64) {
	for _, job := range all {
		if job.Start <= at && (at < job.End || !ended && at == job.End) {
			n++
		}
	}
	return n
}

// Law: throughout the window, and not only at its ends, as many jobs are in flight
// as in the whole run at most, by the records. The first start is the records',
// and a plan was full if a job waited, was dropped or was left. That holds for any
// load, driver, number of cores and end.
func TestPeakByTheRecords(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		load := rapid.SampledFrom(append(slices.Clone(controlledLoads), tallyLoads...)).Draw(rt, "load")
		driver := rapid.SampledFrom([]string{"event loops", "worker pool"}).Draw(rt, "driver")
		cores := rapid.IntRange(1, 4).Draw(rt, "cores")
		stop := time.Duration(rapid.Int64Range(1, 5000).Draw(rt, "stop") * 1_000_033)
		steps := drawSteps(rt)[:rapid.IntRange(0, 2).Draw(rt, "controls")]
		synctest.Test(t, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			defer time.AfterFunc(stop, cancel).Stop()
			p, jobs := drivers[driver](t, load)
			m := runCommanded(ctx, t, p, jobs, steps, func(i int) time.Duration { return steps[i].at / 2 }).Measurement
			all, first := sortedLog(m), time.Duration(-1)
			if len(all) > 0 {
				first = all[0].Start
			}
			if m.FirstStart != first {
				rt.Fatalf("first start %v, by the records %v", m.FirstStart, first)
			}
			checkWindow(rt, m, all)
			checkFull(rt, p, m, all)
		})
	})
}

func checkWindow(rt *rapid.T, m aurea.Measurement, all []aurea.JobRecord) {
	if m.PeakUntil < m.PeakFrom {
		rt.Fatalf("the window ends at %v before its start at %v", m.PeakUntil, m.PeakFrom)
	}
	if n := inFlightAt(all, m.PeakFrom, false); m.MaxInFlight > 0 && n < m.MaxInFlight {
		rt.Fatalf("%d in flight at %v, want %d", n, m.PeakFrom, m.MaxInFlight)
	}
	for _, job := range all {
		for _, at := range []time.Duration{job.Start, job.End} {
			if n := inFlightAt(all, at, true); at >= m.PeakFrom && at < m.PeakUntil && n != m.MaxInFlight {
				rt.Fatalf("%d in flight at %v, in the window of %d from %v to %v", n, at, m.MaxInFlight, m.PeakFrom,
					m.PeakUntil)
			}
		}
	}
}

func checkFull(rt *rapid.T, p aurea.Plan, m aurea.Measurement, all []aurea.JobRecord) {
	full := m.Tally.Dropped+m.Warmup.Dropped > 0
	for _, job := range all {
		full = full || p.Open() && job.Start > job.Intended
	}
	left := m.Tally.Accounted() + m.Warmup.Accounted() - m.Tally.Dropped - m.Warmup.Dropped - int64(len(all))
	timed := p.Jobs == aurea.Unbounded // otherwise jobs are left that were not due
	full = full || p.Open() && timed && left > 0
	if m.Full != full && (timed || full) {
		rt.Fatalf("full: %v, by the records %v, with %d left", m.Full, full, left)
	}
}

// With a constant concurrency, the window goes from the last first start to the
// first end without a next job.
func TestPeakOfAConstantConcurrency(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		for _, row := range []struct {
			load   string
			most   int64
			rounds time.Duration
		}{
			{`"num_jobs": 100, "concurrency": 7`, 7, 14},
			{`"num_jobs": 12, "concurrency": 12`, 12, 1},
			{`"num_jobs": 5, "concurrency": 1`, 1, 5},
			{`"duration": "100ms", "concurrency": 9`, 9, 5}, // the fifth ends after it
		} {
			p, jobs := drivers[driver](t, row.load)
			m, err := fake().measureJobs(t.Context(), p, jobs, aurea.Start{}, nil, ignore)
			if err != nil {
				t.Fatal(err)
			}
			checkEqual(t, row.load+": most", m.MaxInFlight, row.most)
			checkEqual(t, row.load+": from", m.PeakFrom, 0)
			checkEqual(t, row.load+": until", m.PeakUntil, row.rounds*nap)
			checkEqual(t, row.load+": full", m.Full, false)
		}
	})
}

// In the warm-up nothing counts for the peak, but the jobs that go on after it.
func TestPeakAfterTheWarmup(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		p, jobs := drivers[driver](t, `"duration": "200ms", "warmup": "100ms", "concurrency": 4`)
		m, err := fake().measureJobs(t.Context(), p, jobs, aurea.Start{}, nil, ignore)
		if err != nil {
			t.Fatal(err)
		}
		checkEqual(t, "from", m.PeakFrom, 5*nap) // the first that is seen after the warm-up
		checkEqual(t, "until", m.PeakUntil, 9*nap)
	})
}

// A plan was full if an arrival waited for a slot, was dropped, or still waited at
// the end. A late start alone does not make it full.
func TestFull(t *testing.T) {
	for _, row := range []struct {
		what, load string
		stop       time.Duration
		full       bool
	}{
		{"a slot for each", `"num_jobs": 20, "rate": 100, "concurrency": 3`, time.Minute, false},
		{"without a bound", `"num_jobs": 20, "rate": 1000`, time.Minute, false},
		{"as many slots as jobs", `"num_jobs": 20, "rate": 10000, "concurrency": 20`, time.Minute, false},
		{"all waited, and ended", `"num_jobs": 20, "rate": 100, "concurrency": 1`, time.Minute, true},
		{"dropped", `"num_jobs": 20, "rate": 100, "concurrency": 1, "on_saturation": "drop"`, time.Minute, true},
		{"left at the end", `"duration": "23ms", "rate": 100, "concurrency": 1`, time.Minute, true},
		{"left by a stop", `"num_jobs": 20, "rate": 100, "concurrency": 1`, 15 * time.Millisecond, true},
		{"stopped with slots taken", `"num_jobs": 20, "rate": 100, "concurrency": 2`, 15 * time.Millisecond, false},
		{"closed", `"num_jobs": 20, "concurrency": 1`, time.Minute, false},
	} {
		eachDriver(t, func(t *testing.T, driver string) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			defer time.AfterFunc(row.stop, cancel).Stop()
			p, jobs := drivers[driver](t, row.load)
			for _, start := range []time.Duration{0, -5 * time.Millisecond} {
				m, err := fake().measureJobs(ctx, p, jobs, aurea.Start{At: time.Now().Add(start)}, nil, ignore)
				if err != nil {
					t.Fatal(err)
				}
				checkEqual(t, row.what+": full", m.Full, row.full)
				if row.stop < time.Minute {
					break
				}
			}
		})
	}
}

// A plan was full if an arrival waited until the concurrency was raised, and
// not if it was raised before the arrival.
func TestFullUntilTheConcurrencyIsRaised(t *testing.T) {
	const load = `"num_jobs": 3, "rate": 1000, "concurrency": 2` // the third is due at 2 ms
	for at, full := range map[time.Duration]bool{1500 * time.Microsecond: false, 3500 * time.Microsecond: true} {
		eachDriver(t, func(t *testing.T, driver string) {
			p, jobs := drivers[driver](t, load)
			raise := controlStep{at: at, control: aurea.Control{Kind: aurea.ChangeLoad, Concurrency: 3}}
			m := runCommanded(t.Context(), t, p, jobs, []controlStep{raise}, func(int) time.Duration { return at / 2 })
			checkEqual(t, fmt.Sprintf("raised at %v: full", at), m.Full, full)
		})
	}
}
