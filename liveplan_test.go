package aurea

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// apply applies controls one second apart. All of them must be possible.
func apply(t *testing.T, live LivePlan, controls ...Control) LivePlan {
	t.Helper()
	for i, control := range controls {
		var err error
		if live, _, err = live.Apply(control, time.Duration(i+1)*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	return live
}

// The plan's clock stands still in a pause, also when the load changes.
func TestClockStandsStill(t *testing.T) {
	plan := NewPlan(Spec{Rate: 10, Duration: Duration(10 * time.Second), Warmup: Duration(1500 * time.Millisecond)}, 1)
	live := apply(t, NewLivePlan(plan), Control{Kind: Pause}, Control{Kind: ChangeLoad, Rate: 20}) // 1 s, 2 s
	if clock := live.Clock(2500 * time.Millisecond); clock != time.Second {
		t.Errorf("in the pause the clock is at %v, want 1s", clock)
	}
	if live.End() != math.MaxInt64 || live.WarmupEnd() != math.MaxInt64 {
		t.Errorf("in the pause the end is %v and the end of the warm-up %v; want both unknown",
			live.End(), live.WarmupEnd())
	}
	live = apply(t, live, Control{Kind: ChangeLoad, Rate: 20})
	live, event, err := live.Apply(Control{Kind: Resume}, 4*time.Second)
	if want := (RunEvent{T: 4, Kind: "resume"}); err != nil || event != want {
		t.Errorf("the event is %+v (%v), want %+v", event, err, want)
	}
	if clock := live.Clock(5 * time.Second); clock != 2*time.Second {
		t.Errorf("a second after the pause of 3 s the clock is at %v, want 2s", clock)
	}
	if live.End() != 13*time.Second || live.WarmupEnd() != 4500*time.Millisecond {
		t.Errorf("the end is %v and the end of the warm-up %v; want 13s, 4.5s", live.End(), live.WarmupEnd())
	}
	live, _, _ = live.Apply(Control{Kind: Pause}, 6*time.Second)
	if live.WarmupEnd() != 4500*time.Millisecond {
		t.Errorf("a pause after the warm-up moved its end to %v", live.WarmupEnd())
	}
	if judged, warmup := live.Pauses(8 * time.Second); judged != 2*time.Second || warmup != 3*time.Second {
		t.Errorf("paused %v and, in the warm-up, %v; want 2s and 3s", judged, warmup)
	}
	if judged, _ := live.Pauses(5 * time.Second); judged != 0 {
		t.Errorf("a run that ended before the pause was paused %v", judged)
	}
	live, _, _ = live.Apply(Control{Kind: Resume}, 20*time.Second)
	live, _, _ = live.Apply(Control{Kind: Pause}, 40*time.Second)
	if live.End() != 10*time.Second+live.PausedFor {
		t.Errorf("paused after its end, the run has the end %v", live.End())
	}
}

// A new rate takes effect at its time. Jobs due before stay due.
func TestLivePlanChangesRate(t *testing.T) {
	rate := func(r float64) *float64 { return &r }
	plan := NewPlan(Spec{Stages: []Stage{
		{Duration: Duration(2 * time.Second), Rate: rate(20)},
		{Duration: Duration(time.Minute), Rate: rate(50)},
	}}, 1)
	// 5 jobs are due up to the first change, and 100 more up to the second one.
	live := apply(t, NewLivePlan(plan), Control{Kind: ChangeLoad, Rate: 100}, Control{Kind: ChangeLoad, Rate: 1})
	want := Profile{{0, 10, 1}, {100, 100, 1}, {1, 1, 0}}
	if diff := cmp.Diff(want, live.Plan.Rate); diff != "" {
		t.Errorf("the rate (-want +got):\n%s", diff)
	}
	schedule := NewSchedule(live.Plan)
	for i, want := range map[int64]time.Duration{0: 0, 5: time.Second, 55: 1500 * time.Millisecond,
		105: 2 * time.Second, 106: 3 * time.Second} {
		if due := NewSchedule(live.Plan).Start(i); due.Round(time.Microsecond) != want {
			t.Errorf("job %d is due at %v, want %v", i, due, want)
		}
	}
	if n := schedule.DueBefore(time.Duration(plan.End)); n != 165 || live.Plan.End != plan.End {
		t.Errorf("%d jobs are due in %v, want 165 in %v", n, live.Plan.End, plan.End)
	}
	if diff := cmp.Diff(NewPlan(plan.Spec, 1), plan); diff != "" {
		t.Errorf("Apply changed the plan:\n%s", diff)
	}
}

// A new concurrency replaces the stages.
func TestLivePlanChangesConcurrency(t *testing.T) {
	to := int64(20)
	plan := NewPlan(Spec{Stages: []Stage{{Duration: Duration(2 * time.Second), Concurrency: &to}}}, 1)
	live, event, err := NewLivePlan(plan).Apply(Control{Kind: ChangeLoad, Concurrency: 5}, time.Second)
	if want := (RunEvent{T: 1, Kind: "load", Detail: "concurrency 10 to 5", Concurrency: 5}); err != nil ||
		event != want {
		t.Errorf("the event is %+v (%v), want %+v", event, err, want)
	}
	if before := NewLivePlan(plan); before.Level(time.Second) != 10 || live.Level(1900*time.Millisecond) != 5 {
		t.Errorf("%d in flight, then %d; want 10, 5", before.Level(time.Second), live.Level(1900*time.Millisecond))
	}
	live, _, _ = live.Apply(Control{Kind: Pause}, 1500*time.Millisecond)
	if live.Level(1600*time.Millisecond) != 0 {
		t.Errorf("%d in flight in the pause", live.Level(1600*time.Millisecond))
	}
	open := NewPlan(Spec{Rate: 10, NumJobs: 100}, 1)
	_, event, _ = NewLivePlan(open).Apply(Control{Kind: ChangeLoad, Rate: 0.5, Concurrency: 5}, time.Second)
	if event.Detail != "rate 10 to 0.5, concurrency to 5" {
		t.Errorf("for a plan with a rate alone, the event says %q", event.Detail)
	}
}

// A run accepts MaxChanges controls; a paused one can always be resumed.
func TestMaxChanges(t *testing.T) {
	live, changes := NewLivePlan(NewPlan(Spec{NumJobs: 1}, 1)), 0
	for at := time.Second; ; at += time.Second {
		next, _, err := live.Apply(Control{Kind: ChangeLoad, Concurrency: 2}, at)
		if err != nil {
			if !errors.Is(err, ErrConflict) || changes != MaxChanges {
				t.Errorf("after %d controls: %v", changes, err)
			}
			break
		}
		live = next
		changes++
	}
	live.Paused = true
	if _, _, err := live.Apply(Control{Kind: Resume}, time.Hour); err != nil {
		t.Errorf("the run cannot be resumed: %v", err)
	}
	live.Paused = false
	if _, _, err := live.Apply(Control{Kind: Pause}, time.Hour); !errors.Is(err, ErrConflict) {
		t.Errorf("the run can be paused again: %v", err)
	}
}

// Law: after any controls the plan's clock never goes back, and it is never
// faster than the run's. What it shows and the pauses add up to the run's time.
// A job that was due before a change stays due then, and any other is due after
// the change.
func TestLivePlanLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := NewPlan(Spec{Rate: 5, Duration: Duration(100 * time.Second),
			Warmup:  Duration(rapid.Int64Range(0, 50e9).Draw(t, "warmup")),
			Arrival: rapid.SampledFrom([]string{"constant", "poisson"}).Draw(t, "arrival")}, 7)
		live, at := NewLivePlan(plan), time.Duration(0)
		for range rapid.IntRange(1, 10).Draw(t, "controls") {
			at += time.Duration(rapid.Int64Range(1, 30e9).Draw(t, "after"))
			control := Control{Kind: rapid.SampledFrom([]string{Pause, Resume, ChangeLoad}).Draw(t, "kind")}
			if control.Kind == ChangeLoad {
				control.Rate = rapid.SampledFrom([]float64{0.1, 1, 10, 100}).Draw(t, "rate")
			}
			next, event, err := live.Apply(control, at)
			if err != nil {
				if !errors.Is(err, ErrConflict) || event != (RunEvent{}) {
					t.Fatalf("%+v: %+v, %v", control, event, err)
				}
				continue
			}
			before, clock := live.Clock(at), next.Clock(at)
			if clock != before {
				t.Fatalf("%+v at %v moves the clock from %v to %v", control, at, before, clock)
			}
			if judged, warmup := next.Pauses(at); clock+judged+warmup != at {
				t.Fatalf("at %v the clock is at %v, with pauses of %v and %v", at, clock, judged, warmup)
			}
			a, b := NewSchedule(live.Plan), NewSchedule(next.Plan)
			for i := range int64(600) {
				was, is := a.Start(i), b.Start(i)
				const rounding = 2
				if was < clock-rounding && is != was || was > clock+rounding && is < clock-rounding {
					t.Fatalf("job %d was due at %v, and is due at %v after %+v at %v", i, was, is, control, clock)
				}
			}
			live = next
		}
	})
}

// Law: after the same controls, the shards' levels and due jobs add up to those of
// the whole plan, also above the concurrency with which it was dealt.
func TestShardsFollowTheSameControls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := planOf(t, rapid.SampledFrom([]string{
			`{"num_jobs": 1000, "concurrency": 10}`,
			`{"duration": "9s", "concurrency": 50}`,
			`{"rate": 200, "duration": "9s", "concurrency": 20}`,
			`{"rate": 200, "num_jobs": 1500, "arrival": "poisson"}`,
			`{"concurrency": 5, "stages": [{"duration": "9s", "concurrency": 40}]}`,
		}).Draw(t, "spec"))
		w := weights().Draw(t, "weights")
		change := Control{Kind: ChangeLoad, Concurrency: rapid.Int64Range(1, 200).Draw(t, "to")}
		if whole.Open() {
			change.Rate = rapid.Float64Range(1, 500).Draw(t, "rate")
		}
		at := rapid.SampledFrom([]time.Duration{0, 1500 * time.Millisecond, 4 * time.Second}).Draw(t, "time")
		measure := func(p Plan) (level, due int64) {
			live := NewLivePlan(p)
			for i, c := range []Control{{Kind: Pause}, change, {Kind: Resume}} {
				live, _, _ = live.Apply(c, time.Duration(i+1)*time.Second)
			}
			if p.Open() {
				due = NewSchedule(live.Plan).DueBefore(at)
			}
			return live.Level(at + 3*time.Second), due
		}
		var levels, due int64
		for _, shard := range whole.Shards(w) {
			l, d := measure(shard)
			levels, due = levels+l, due+d
		}
		wantLevel, wantDue := measure(whole)
		if levels != wantLevel {
			t.Fatalf("the levels add up to %d, want %d", levels, wantLevel)
		}
		if due != wantDue {
			t.Fatalf("the due jobs add up to %d, want %d", due, wantDue)
		}
	})
}

// HoldFrom does not change the profile before its time.
func TestHoldFrom(t *testing.T) {
	p := Profile{{10, 20, 2}, {20, 0, 4}}
	for at, want := range map[float64]Profile{
		0:   {{5, 5, 0}},
		1:   {{10, 15, 1}, {5, 5, 0}},
		2:   {{10, 20, 2}, {5, 5, 0}},
		4:   {{10, 20, 2}, {20, 10, 2}, {5, 5, 0}},
		6:   {{10, 20, 2}, {20, 0, 4}, {5, 5, 0}},
		100: {{10, 20, 2}, {20, 0, 4}, {5, 5, 0}},
	} {
		if got := p.HoldFrom(at, 5); !slices.Equal(got, want) {
			t.Errorf("after %v s: %v, want %v", at, got, want)
		}
	}
	if got, want := Constant(3).HoldFrom(2, 5), (Profile{{3, 3, 2}, {5, 5, 0}}); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
