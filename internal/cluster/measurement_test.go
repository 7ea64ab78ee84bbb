package cluster

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
)

// deliver folds the reports into books of the run's shards and returns the
// members, the merger and the progress that was observed.
func deliver(t *rapid.T, run *simulatedRun, lost []bool) ([]Member, *Merger, *observed) {
	seen := newObserved()
	merger := NewMerger(run.plan, time.Unix(0, 0), len(run.workers), ReportInterval, seen.observe)
	var members []Member
	for _, w := range run.workers {
		members = append(members, Member{Shard: w.shard, Books: NewBooks(w.shard, 7, simulatedMetrics)})
	}
	for _, d := range drawDeliveries(t, run, lost) {
		r := sent(t, run.workers[d.worker].reports[d.report])
		got, err := members[d.worker].Books.Fold(r, r.Elapsed)
		if got != d.want || err != nil {
			t.Fatalf("report %d of worker %d: %s (%v), want %s", r.Seq, d.worker, got, err, d.want)
		}
		if got == Folded {
			merger.Add(d.worker, r)
		}
		if rapid.Bool().Draw(t, "clock") {
			merger.Advance(time.Duration(rapid.Int64Range(0, int64(run.end)).Draw(t, "now")))
		}
	}
	return members, merger, seen
}

// observed adds up the progress of a run.
type observed struct {
	interval, judged, warmup *aurea.Tally
	failures                 map[string]int64
	traced                   int
	elapsed                  time.Duration
	problem                  string
}

func newObserved() *observed {
	return &observed{
		interval: aurea.NewTally(), judged: aurea.NewTally(), warmup: aurea.NewTally(), failures: map[string]int64{},
	}
}

func (o *observed) observe(p aurea.Progress) {
	o.interval.Merge(p.Interval)
	o.judged.Merge(p.Judged)
	o.warmup.Merge(p.Warmup)
	for class, n := range p.Failures {
		o.failures[class] += n
	}
	o.traced += len(p.Traced)
	if p.Elapsed-p.Length != o.elapsed {
		o.problem = "an interval does not begin where the one before it ended"
	}
	if o.elapsed = p.Elapsed; p.Window == nil || p.WindowLength < p.Length {
		o.problem = "an interval has no window"
	}
}

// Law: for any division of a run's jobs among workers and intervals, and any order
// and repetition of the reports, the merged tallies are equal to the last bit to
// one tally of all jobs. So are the sums of the progress.
func TestMergedTalliesAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := drawRun(t)
		members, merger, seen := deliver(t, run, noneLost(run))
		m := NewMeasurement(run.plan, time.Unix(0, 0), merger, members)
		judged, warmup := totals(run.workers)
		equal(t, "judged part", m.Tally, judged)
		equal(t, "warm-up", m.Warmup, warmup)
		breakdown := aurea.NewBreakdown(simulatedMetrics)
		classes := map[string]int64{}
		lateness := hist.New()
		for i, w := range run.workers {
			lateness.Merge(w.measurement(run.end).Lateness)
			part, _ := totals(run.workers[i : i+1])
			equal(t, "judged part of a worker", unpack(t, m.WorkerTally[i]), part)
			breakdown.Merge(w.breakdown(time.Duration(aurea.Forever)))
			for _, class := range w.measurement(run.end).Failures {
				classes[class.Class] += class.Count
			}
		}
		if string(m.Breakdown.AppendBinary(nil)) != string(breakdown.AppendBinary(nil)) {
			t.Fatal("the breakdown is not that of all jobs")
		}
		if string(m.Lateness.AppendBinary(nil)) != string(lateness.AppendBinary(nil)) {
			t.Fatal("the lateness is not that of all jobs")
		}
		for _, class := range m.Failures {
			if classes[class.Class] -= class.Count; class.Sample == "" || classes[class.Class] != 0 {
				t.Fatalf("failures %+v", m.Failures)
			}
		}
		judged.Planned, warmup.Planned = 0, 0
		equal(t, "observed judged part", seen.judged, judged)
		equal(t, "observed warm-up", seen.warmup, warmup)
		judged.Merge(warmup)
		equal(t, "observed intervals", seen.interval, judged)
		if seen.problem != "" {
			t.Fatal(seen.problem)
		}
		var failed int64
		for _, n := range seen.failures {
			failed += n
		}
		if failed != judged.Failed || int64(seen.traced) != judged.Failed {
			t.Fatalf("observed %d failures by class and %d traced, want %d", failed, seen.traced, judged.Failed)
		}
	})
}

// Law: with any workers lost, every planned job has an outcome, and the planned
// jobs are those of the plan.
func TestLostJobsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := drawRun(t)
		lost := rapid.SliceOfN(rapid.Bool(), len(run.workers), len(run.workers)).Draw(t, "lost")
		members, merger, seen := deliver(t, run, lost)
		for i := range members {
			if members[i].Books.Lose(run.end, time.Duration(aurea.Forever)); members[i].Books.Lost() != lost[i] {
				t.Fatalf("worker %d is lost: %v, want %v", i, members[i].Books.Lost(), lost[i])
			}
		}
		m := NewMeasurement(run.plan, time.Unix(0, 0), merger, members)
		for _, tally := range []*aurea.Tally{m.Tally, m.Warmup} {
			if err := tally.Check(); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := m.Tally.Planned+m.Warmup.Planned, planned(run, lost); got != want {
			t.Fatalf("%d jobs were planned, want %d", got, want)
		}
		if seen.interval.Lost != m.Tally.Lost+m.Warmup.Lost || seen.warmup.Lost != m.Warmup.Lost {
			t.Fatalf("observed %d lost jobs, want %d", seen.interval.Lost, m.Tally.Lost+m.Warmup.Lost)
		}
	})
}

// planned returns how many jobs the run wanted: of its plan, or where time ends a
// closed run those that were started, as far as reports tell.
func planned(run *simulatedRun, lost []bool) int64 {
	switch {
	case run.plan.End == aurea.Forever:
		return run.plan.Jobs
	case run.plan.Open():
		return aurea.NewSchedule(run.plan).DueBefore(time.Duration(run.plan.End))
	}
	var started int64
	for i, w := range run.workers {
		reported := time.Duration(aurea.Forever)
		if lost[i] {
			reported = w.reports[len(w.reports)-1].Elapsed - w.reports[len(w.reports)-1].Length
		}
		for _, job := range w.jobs {
			if job.start < reported {
				started++
			}
		}
	}
	return started
}

// endedMember returns a member whose jobs have ended, with a final part.
func endedMember(shard aurea.Plan, final Final) Member {
	books := NewBooks(shard, 7, simulatedMetrics)
	books.final = &final
	return Member{Shard: shard, Books: books}
}

// What finals have beside their tallies is merged: sums, worst figures, the
// earliest and the latest.
func TestMergedFinals(t *testing.T) {
	plan := decodePlan(t, `{"rate": 4, "duration": "60s", "concurrency": 9}`)
	shards := plan.Shards([]int{1, 1, 1})
	members := []Member{
		endedMember(shards[0], Final{
			Duration: 3 * second, MaxInFlight: 5, PeakFrom: 1 * second, PeakUntil: 3 * second, FirstStart: -1, LastStart: second,
			OtherBusy: 0.5, Health: aurea.Health{CPU: 0.5, Steal: 0.1, Throttled: 2},
			Failures: []aurea.ErrorClass{{Class: "reset", Count: 2}, {Class: "refused", Count: 1, Sample: "first"}},
		}),
		endedMember(shards[1], Final{
			Duration: 4 * second, MaxInFlight: 4, PeakFrom: 2 * second, PeakUntil: 4 * second, FirstStart: 3 * ms, Full: true,
			LastStart: 2 * second, OtherBusy: 0.25, Health: aurea.Health{CPU: 0.25, GCPauseMax: 3, SchedulerLatency: 4},
			Failures: []aurea.ErrorClass{{Class: "refused", Count: 4, Sample: "second"}, {Class: "reset", Count: 1, Sample: "x"}},
		}),
		endedMember(shards[2], Final{FirstStart: 2 * ms}),
	}
	merger := NewMerger(plan, time.Unix(9, 0), 3, second, func(aurea.Progress) {})
	m := NewMeasurement(plan, time.Unix(9, 0), merger, members)
	m.Workers, m.WorkerTally, m.Series, m.Tally, m.Warmup = nil, nil, nil, nil, nil
	m.Environment, m.Lateness = aurea.Environment{}, nil
	want := aurea.Measurement{
		Start: time.Unix(9, 0), Duration: 4 * second, MaxInFlight: 9, PeakFrom: 2 * second, PeakUntil: 3 * second, Full: true,
		FirstStart: 2 * ms, LastStart: 2 * second, OtherBusy: 0.75,
		Health:   aurea.Health{CPU: 0.5, Steal: 0.1, Throttled: 2, GCPauseMax: 3, SchedulerLatency: 4},
		Failures: []aurea.ErrorClass{{Class: "refused", Count: 5, Sample: "first"}, {Class: "reset", Count: 3, Sample: "x"}},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A run was stopped if a worker says so, or if none is left to say.
func TestStoppedRuns(t *testing.T) {
	plan := decodePlan(t, `{"num_jobs": 9, "concurrency": 9}`)
	shards := plan.Shards([]int{1, 1})
	lost := Member{Shard: shards[0], Books: NewBooks(shards[0], 7, simulatedMetrics)}
	lost.Books.Lose(0, 0)
	for _, c := range []struct {
		other Member
		want  bool
	}{
		{endedMember(shards[1], Final{Stopped: true}), true},
		{endedMember(shards[1], Final{}), false},
		{lost, true},
	} {
		merger := NewMerger(plan, time.Unix(9, 0), 2, second, func(aurea.Progress) {})
		if m := NewMeasurement(plan, time.Unix(9, 0), merger, []Member{lost, c.other}); m.Stopped != c.want {
			t.Errorf("stopped %v, want %v", m.Stopped, c.want)
		}
	}
}

// The measurement has the plan as controls changed it, and their events.
func TestMeasurementHasControls(t *testing.T) {
	plan := decodePlan(t, `{"rate": 4, "duration": "60s"}`)
	merger := NewMerger(plan, time.Unix(9, 0), 1, second, func(aurea.Progress) {})
	if m := NewMeasurement(plan, time.Unix(9, 0), merger, nil); m.LivePlan.Plan.Jobs != 0 || m.Timeline != nil {
		t.Errorf("without controls: %+v", m.LivePlan)
	}
	if _, err := merger.Apply(aurea.Control{Kind: aurea.Pause}, second); err != nil {
		t.Fatal(err)
	}
	if m := NewMeasurement(plan, time.Unix(9, 0), merger, nil); !m.LivePlan.Paused || len(m.Timeline) != 1 {
		t.Errorf("paused: %+v, %+v", m.LivePlan, m.Timeline)
	}
}
