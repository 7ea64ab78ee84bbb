package engine

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A commandedRun is a measured run whose controls had a moment.
type commandedRun struct {
	aurea.Measurement
	events []aurea.RunEvent // the answers, in the order of the controls
	errs   []error
}

// runCommanded executes jobs and sends each step's control in order, with the
// step's time as its moment, at sent(i) of the run's clock or later.
func runCommanded(
	ctx context.Context, t testing.TB, plan aurea.Plan, jobs workload.Jobs, steps []controlStep,
	sent func(i int) time.Duration,
) commandedRun {
	t.Helper()
	return runCommandedBy(ctx, t, fake(), plan, jobs, steps, sent)
}

// runCommandedBy is runCommanded with an engine of its own.
func runCommandedBy(
	ctx context.Context, t testing.TB, e *Engine, plan aurea.Plan, jobs workload.Jobs, steps []controlStep,
	sent func(i int) time.Duration,
) commandedRun {
	t.Helper()
	r := commandedRun{events: make([]aurea.RunEvent, len(steps)), errs: make([]error, len(steps))}
	controls, over, left := make(chan aurea.Command), make(chan struct{}), make(chan struct{})
	begun := time.Now()
	go func() {
		defer close(left)
		for i, s := range steps {
			time.Sleep(sent(i) - time.Since(begun))
			select {
			case controls <- aurea.Command{Control: s.control, At: s.at,
				Answer: func(event aurea.RunEvent, err error) { r.events[i], r.errs[i] = event, err }}:
			case <-over:
				return
			}
		}
	}()
	var err error
	r.Measurement, err = e.measureJobs(ctx, plan, jobs, aurea.Start{}, controls, ignore)
	if err != nil {
		t.Fatal(err)
	}
	close(over)
	<-left
	return r
}

// byMoment returns the events of controls that were applied, sorted.
func byMoment(events []aurea.RunEvent) []aurea.RunEvent {
	applied := slices.DeleteFunc(slices.Clone(events), func(e aurea.RunEvent) bool { return e.Kind == "" })
	slices.SortFunc(applied, func(a, b aurea.RunEvent) int {
		return cmp.Or(cmp.Compare(a.T, b.T), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Detail, b.Detail))
	})
	return applied
}

// sortedLog returns the jobs of a measurement in the order of their starts,
// without their numbers.
func sortedLog(ms ...aurea.Measurement) []aurea.JobRecord {
	var all []aurea.JobRecord
	for _, m := range ms {
		all = append(all, records(&endedRun{Samples: m.Samples()})...)
	}
	slices.SortFunc(all, func(a, b aurea.JobRecord) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Intended, b.Intended), cmp.Compare(a.End, b.End))
	})
	return all
}

// Law: a control that is sent ahead takes effect at its moment, as if it were sent
// then: the same jobs at the same times, the same live plan, the same timeline.
func TestControlsSentAhead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		load := rapid.SampledFrom(controlledLoads).Draw(rt, "load")
		driver := rapid.SampledFrom([]string{"event loops", "worker pool"}).Draw(rt, "driver")
		ahead := time.Duration(rapid.Int64Range(1, 1500).Draw(rt, "ahead") * 1_000_037)
		steps := drawSteps(rt)
		now := slices.Clone(steps)
		for i := range now {
			now[i].at = 0
		}
		synctest.Test(t, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that equal jobs are on equal event loops
			p, jobs := drivers[driver](t, load)
			want := runCommanded(t.Context(), t, p, jobs, now, func(i int) time.Duration { return steps[i].at })
			got := runCommanded(t.Context(), t, p, jobs, steps, func(i int) time.Duration { return steps[i].at - ahead })
			if diff := gocmp.Diff(sortedLog(want.Measurement), sortedLog(got.Measurement)); diff != "" {
				rt.Fatalf("jobs (-sent then +sent ahead):\n%s", diff)
			}
			if diff := gocmp.Diff(want.LivePlan, got.LivePlan); diff != "" {
				rt.Fatalf("live plan (-sent then +sent ahead):\n%s", diff)
			}
			if want.Tally.Counts != got.Tally.Counts {
				rt.Fatalf("sent then %+v, ahead %+v", want.Tally.Counts, got.Tally.Counts)
			}
			noTime := cmpopts.IgnoreFields(aurea.RunEvent{}, "At")
			if diff := gocmp.Diff(want.Timeline, got.Timeline, noTime, cmpopts.EquateEmpty()); diff != "" {
				rt.Fatalf("timeline (-sent then +sent ahead):\n%s", diff)
			}
		})
	})
}

// Law: whenever a control arrives, before its moment or after, in order or not,
// every command is answered, the timeline has their moments, and the books are
// exact.
func TestControlsThatComeAnyTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		load := rapid.SampledFrom(controlledLoads).Draw(rt, "load")
		driver := rapid.SampledFrom([]string{"event loops", "worker pool"}).Draw(rt, "driver")
		cores := rapid.IntRange(1, 4).Draw(rt, "cores")
		steps := rapid.Permutation(drawSteps(rt)).Draw(rt, "order")
		sent := make([]time.Duration, len(steps))
		for i := range steps {
			sent[i] = steps[i].at + time.Duration(rapid.Int64Range(-700, 700).Draw(rt, "late")*1_000_037)
		}
		stop := time.Duration(rapid.Int64Range(1, 12_000).Draw(rt, "stop") * 1_000_033)
		synctest.Test(t, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			defer time.AfterFunc(stop, cancel).Stop()
			p, jobs := drivers[driver](t, load)
			r := runCommanded(ctx, t, p, jobs, steps, func(i int) time.Duration { return sent[i] })
			if err := r.Tally.Check(); err != nil {
				rt.Fatal(err)
			}
			if r.Tally.Cancelled < 0 || r.Warmup.Cancelled < 0 {
				rt.Fatalf("%+v, warm-up %+v", r.Tally.Counts, r.Warmup.Counts)
			}
			if started := r.Tally.Started + r.Warmup.Started; started != int64(len(sortedLog(r.Measurement))) {
				rt.Fatalf("%d started, %d records", started, len(sortedLog(r.Measurement)))
			}
			if diff := gocmp.Diff(byMoment(r.Timeline), byMoment(r.events), cmpopts.EquateEmpty()); diff != "" {
				rt.Fatalf("timeline (-run +answers):\n%s", diff)
			}
			checkMoments(rt, r, steps)
		})
	})
}

// checkMoments checks that the live plan is the one of the applied controls, each
// at its own moment or at the one of the control before it.
func checkMoments(rt *rapid.T, r commandedRun, steps []controlStep) {
	for i, event := range r.events {
		if event.Kind != "" && event.T < steps[i].at.Seconds() {
			rt.Fatalf("the control of %v was applied at %v", steps[i].at, event.T)
		}
	}
	live := aurea.NewLivePlan(r.LivePlan.Plan)
	for _, event := range r.Timeline {
		moment := timeOf(event)
		if moment < live.ChangedAt {
			rt.Fatalf("the event %+v takes effect before the one before it", event)
		}
		exact := slices.ContainsFunc(steps, func(s controlStep) bool { return s.at == moment })
		if !exact {
			rt.Fatalf("the event %+v is at no control's moment", event)
		}
		next, _, err := live.Apply(aurea.Control{Kind: event.Kind, Rate: event.Rate, Concurrency: event.Concurrency}, moment)
		if err != nil {
			rt.Fatalf("%+v: %v", event, err)
		}
		live = next
	}
	if got := r.LivePlan; got.PausedFor != live.PausedFor || got.ChangedAt != live.ChangedAt ||
		got.Changes != live.Changes || got.Paused != live.Paused || got.PausedInWarmup != live.PausedInWarmup {
		rt.Fatalf("live plan %+v, want %+v", got, live)
	}
}

// Law: the same controls at the same moments give the same live plan, and
// together the same jobs, to the shards of a run and to the whole run.
func TestControlsOfShards(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		load := rapid.SampledFrom([]string{
			`"num_jobs": 100, "rate": 50`, `"duration": "2s", "rate": 50, "arrival": "poisson", "seed": 9`,
			`"duration": "2s", "rate": 80, "warmup": "600ms"`,
			`"stages": [{"duration": "1s", "rate": 90}, {"duration": "1s", "rate": 2}]`,
			`"duration": "2s", "concurrency": 9`,
		}).Draw(rt, "load")
		driver := rapid.SampledFrom([]string{"event loops", "worker pool"}).Draw(rt, "driver")
		n := rapid.IntRange(2, 5).Draw(rt, "shards")
		steps := slices.DeleteFunc(drawSteps(rt), func(s controlStep) bool { // several full pools are not one
			return s.control.Concurrency > 0 && (plan(t, `{`+load+`}`).Open() || s.control.Concurrency < int64(n))
		})
		synctest.Test(t, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			p, jobs := drivers[driver](t, load)
			ahead := func(i int) time.Duration { return steps[i].at - 40*time.Millisecond }
			whole := runCommanded(t.Context(), t, p, jobs, steps, ahead)
			var shards []aurea.Measurement
			for i := range n {
				shard := runCommanded(t.Context(), t, p.Shard(i, aurea.EqualWeights(n)), jobs, steps, ahead)
				shards = append(shards, shard.Measurement)
				live, want := shard.LivePlan, whole.LivePlan
				if len(shard.Timeline) < len(whole.Timeline) {
					continue // this shard ended before the last control
				}
				live.Plan, want.Plan = aurea.Plan{Rate: live.Plan.Rate}, aurea.Plan{Rate: want.Plan.Rate}
				if diff := gocmp.Diff(want, live); diff != "" {
					rt.Fatalf("live plan (-whole +shard %d):\n%s", i, diff)
				}
			}
			if diff := gocmp.Diff(sortedLog(whole.Measurement), sortedLog(shards...)); diff != "" {
				rt.Fatalf("jobs (-whole +shards):\n%s", diff)
			}
		})
	})
}

// A command whose moment the run does not reach is refused.
func TestControlAfterTheEnd(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		p, jobs := drivers[driver](t, `"num_jobs": 10, "concurrency": 2`)
		r := runCommanded(t.Context(), t, p, jobs, []controlStep{pauseAt(time.Minute), concurrencyAt(time.Hour, 3)},
			func(int) time.Duration { return time.Millisecond })
		for i, err := range r.errs {
			if !errors.Is(err, aurea.ErrConflict) {
				t.Errorf("answer %d is %v, want a conflict", i, err)
			}
		}
		checkEqual(t, "jobs", r.Tally.OK, 10)
	})
}

// A rate that is lowered from a past moment on has already started more jobs than
// the plan wants by now. They count, and none is cancelled.
func TestRateLoweredTooLate(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		p, jobs := drivers[driver](t, `"duration": "1s", "rate": 100`)
		r := runCommanded(t.Context(), t, p, jobs, []controlStep{rateAt(205*time.Millisecond, 0.5)},
			func(int) time.Duration { return 905 * time.Millisecond })
		checkEqual(t, "counts", r.Tally.Counts, aurea.Counts{Planned: 91, OK: 91})
		checkEqual(t, "moment", r.events[0].T, 0.205)
	})
}

// lateEngine returns an engine whose short sleeps take 5 ms, so that it applies
// controls late.
func lateEngine() *Engine {
	e := fake()
	e.sleep = func() sleeper {
		return func(ctx context.Context, d time.Duration) {
			if d <= timerMargin {
				time.Sleep(5 * time.Millisecond)
				return
			}
			timerSleep(ctx, d)
		}
	}
	return e
}

// pausedLoads are loads with starts between beforeRound and the next round.
var pausedLoads = []string{
	`"num_jobs": 900, "concurrency": 30`, `"duration": "2s", "rate": 1000`,
	`"duration": "2s", "rate": 2000, "concurrency": 3`, `"duration": "2s", "rate": 2000, "concurrency": 3, "on_saturation": "drop"`,
}

// beforeRound is when the jobs of a closed plan are about to end.
const beforeRound = 21*nap - time.Millisecond

// No job starts between the moment of an announced pause and its end, even if the
// engine is late to apply it.
func TestNoneStartsByTheOldPlan(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		for _, load := range pausedLoads {
			p, jobs := drivers[driver](t, load)
			steps := []controlStep{pauseAt(beforeRound), resumeAt(900 * time.Millisecond)}
			r := runCommandedBy(t.Context(), t, lateEngine(), p, jobs, steps, func(int) time.Duration { return 0 })
			before, after := 0, 0
			for job := range r.Jobs.All() {
				switch {
				case job.Start < beforeRound:
					before++
				case job.Start >= 900*time.Millisecond:
					after++
				default:
					t.Errorf("%s: job %+v started in the pause", load, job)
				}
			}
			if before == 0 || after == 0 {
				t.Errorf("%s: %d jobs started before the pause and %d after it", load, before, after)
			}
			checkEqual(t, load+": pause", r.LivePlan.PausedFor, 900*time.Millisecond-beforeRound)
		}
	})
}

// A run that is stopped between the moment of a control and its application ends.
func TestStoppedAtAControl(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver string) {
		for _, load := range pausedLoads {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(beforeRound+1200*time.Microsecond, cancel)
			p, jobs := drivers[driver](t, load)
			r := runCommandedBy(ctx, t, lateEngine(), p, jobs, []controlStep{pauseAt(beforeRound)},
				func(int) time.Duration { return 0 })
			if err := r.Tally.Check(); err != nil || !r.Stopped {
				t.Errorf("%s: stopped %v, %v", load, r.Stopped, err)
			}
		}
	})
}
