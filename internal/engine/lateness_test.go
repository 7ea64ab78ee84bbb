package engine

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A stall is a time in which the generator stands still, on one clock.
type stall struct{ begin, end time.Time }

// stand stands still once the stall has begun. It reports whether it has.
func (s *stall) stand() bool {
	if time.Now().Before(s.begin) || !time.Now().Before(s.end) {
		return false
	}
	time.Sleep(time.Until(s.end))
	return true
}

// sleeper returns a sleeper that the stall holds up.
func (s *stall) sleeper() sleeper {
	return func(ctx context.Context, d time.Duration) {
		timerSleep(ctx, d)
		s.stand()
	}
}

// A stallingLoop is a loop that the stall holds up.
type stallingLoop struct {
	workload.Loop
	*stall
}

func (l stallingLoop) Wait(limit time.Duration, ready func(owner any)) int {
	n := l.Loop.Wait(limit, func(owner any) {
		l.stand() // or what is ready would start arrivals that are due
		ready(owner)
	})
	if l.stand() {
		n += l.Loop.Wait(0, ready) // sees all that has come meanwhile
	}
	return n
}

// runStalled runs jobs of 10 ms on one core, and the generator stands still from
// 1 s to 1.5 s.
func runStalled(t *testing.T, driver, load string) *endedRun {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const job = 10 * time.Millisecond
	s := &stall{time.Now().Add(time.Second), time.Now().Add(1500 * time.Millisecond)}
	e := fake()
	e.sleep = s.sleeper
	p := plan(t, `{`+load+`, "workload": {"kind": "sleep", "duration": "10ms"}}`)
	jobs := openJobs(t, p)
	switch driver {
	case "worker pool":
		jobs = workload.Jobs{Runner: napping(job)}
	case "worker pool with loops":
		jobs = loopedNaps(job)
		open := jobs.NewLoop
		jobs.NewLoop = func() (workload.Loop, error) {
			loop, err := open()
			return stallingLoop{loop, s}, err
		}
	}
	r, err := e.runJobs(t.Context(), p, jobs, nil, ignore)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// delayReason returns the reason for which starts were late; nil if there is none.
func delayReason(r *endedRun) *aurea.Reason {
	for _, reason := range r.Validity.Reasons {
		if reason.Code == "delay" {
			return &reason
		}
	}
	return nil
}

// The generator stands still from 1 s to 1.5 s. An arrival that was due meanwhile
// is late by what is left of that time, whether there is a slot for it then or not.
func TestLatenessOfAStall(t *testing.T) {
	for name, c := range map[string]struct {
		load    string
		started int64         // jobs
		late    int64         // of them
		p99     time.Duration // of the lateness, in milliseconds
	}{
		// Of 1,500 starts 1 % is 15, and the latest are 500, 498 … ms late.
		"slots for all": {`"num_jobs": 1500, "rate": 500, "concurrency": 1000`, 1500, 250, 470},
		"no slots":      {`"num_jobs": 1500, "rate": 500`, 1500, 250, 470},
		// The rush fills all slots. Ten jobs start every 10 ms then, and five are due.
		"few slots":       {`"num_jobs": 1500, "rate": 500, "concurrency": 10`, 1500, 250, 470},
		"after a warm-up": {`"num_jobs": 750, "rate": 500, "concurrency": 6, "warmup": "990ms"`, 255, 250, 496},
		// Ten of the 250 arrivals find a slot.
		"dropping": {`"num_jobs": 750, "rate": 500, "concurrency": 10, "on_saturation": "drop"`, 510, 10, 490},
	} {
		for driver := range drivers {
			t.Run(name+"/"+driver, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := runStalled(t, driver, `"seed": 1, `+c.load)
					checkEqual(t, "jobs started", r.lateness.Count(), c.started)
					var late int64
					r.lateness.Each(func(upTo time.Duration, n int64) {
						if upTo > 0 {
							late += n
						}
					})
					checkEqual(t, "late starts", late, c.late)
					checkEqual(t, "the longest lateness", r.lateness.Max(), 500*time.Millisecond)
					p99 := (c.p99 * time.Millisecond).Seconds()
					checkWithin(t, "p99 of the lateness", r.Health.Lateness, p99, 1.001*p99)
					if reason := delayReason(r); reason == nil || reason.Value != r.Health.Lateness {
						t.Errorf("reason %+v, want one with the value %v", reason, r.Health.Lateness)
					}
					checkEqual(t, "the longest delay", r.Delay.Max, 0.5)
				})
			})
		}
	}
}

// Arrivals that wait for a slow target do not make the generator late.
func TestNoLatenessOfASlowTarget(t *testing.T) {
	for _, load := range []string{
		`"num_jobs": 1000, "rate": 5000, "concurrency": 3`,
		`"duration": "1s", "rate": 5000, "concurrency": 3`,
		`"duration": "1s", "rate": 5000, "concurrency": 3, "on_saturation": "drop"`,
	} {
		eachDriver(t, func(t *testing.T, driver string) {
			p, jobs := drivers[driver](t, load)
			r, err := fake().runJobs(t.Context(), p, jobs, nil, ignore)
			if err != nil {
				t.Fatal(err)
			}
			checkEqual(t, load+": lateness", r.lateness.Max(), 0)
			if reason := delayReason(r); reason != nil {
				t.Errorf("%s: %+v", load, reason)
			}
		})
	}
}

// A pause is not lateness, neither of arrivals that wait for a slot nor of those
// that are due after it.
func TestNoLatenessOfAPause(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		r := runControlled(t.Context(), t, driver, `"num_jobs": 300, "rate": 200, "concurrency": 3`,
			pauseAt(301*time.Millisecond), resumeAt(1303*time.Millisecond),
			concurrencyAt(1500*time.Millisecond, 2), concurrencyAt(1700*time.Millisecond, 5))
		checkEqual(t, "jobs", r.lateness.Count(), 300)
		checkEqual(t, "lateness", r.lateness.Max(), 0)
	})
}

// All slots are taken at 1.5 s, by an arrival that was due at 1 s, and one is free
// again at 2 s.
func TestRoom(t *testing.T) {
	const ms = time.Millisecond
	var r room
	r.fill(1000*ms, 1500*ms)
	r.free(2000 * ms)
	for due, want := range map[time.Duration]time.Duration{1200 * ms: 300 * ms, 1500 * ms: 0, 1900 * ms: 0} {
		checkEqual(t, "lateness of a start with its slot", 2000*ms-r.lateSince(due), want)
		checkEqual(t, "of one 5 ms later", 2005*ms-r.lateSince(due), want+5*ms)
	}
	r.fill(1300*ms, 2100*ms) // others may still wait since 1.5 s
	r.free(2200 * ms)
	checkEqual(t, "lateness of one of them", 2200*ms-r.lateSince(1400*ms), 100*ms)
	r.fill(1600*ms, 2300*ms)
	r.free(2400 * ms)
	checkEqual(t, "lateness of one that waits since 2.3 s", 2400*ms-r.lateSince(2250*ms), 50*ms)
}
