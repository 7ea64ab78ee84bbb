package cluster

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A merging feeds a merger and keeps what it emits, as text.
type merging struct {
	*Merger
	emitted []string
	last    aurea.Progress // without its tallies
	lost    int64          // in the last
	window  int64          // ok in the last window
}

func newMerging(t testing.TB, document string, shards int, pace time.Duration) *merging {
	m := new(merging)
	m.Merger = NewMerger(decodePlan(t, document), time.Unix(100, 0), shards, pace, func(p aurea.Progress) {
		m.last, m.lost, m.window = p, p.Judged.Lost, p.Window.OK
		m.emitted = append(m.emitted, fmt.Sprintf("%v+%v: %d ok, %d in flight, %s",
			p.Elapsed-p.Length, p.Length, p.Interval.OK, p.InFlight, p.Activity.Phase))
	})
	return m
}

// report adds a report of a shard with one job that ended for each 100 ms of its
// length, and two in flight.
func (m *merging) report(shard int, from, until time.Duration) {
	m.Add(shard, newInterval(from, until))
}

func newInterval(from, until time.Duration) *Report {
	r := NewReport()
	r.Elapsed, r.Length, r.InFlight = until, until-from, 2
	for end := from + 1; end < until; end += 100 * time.Millisecond {
		r.Judged.Started++
		r.Judged.End(aurea.OK, end, end, end)
	}
	return r
}

// reportLast adds a last report.
func (m *merging) reportLast(shard int, from, until time.Duration) {
	r := newInterval(from, until)
	r.InFlight, r.Final = 0, new(Final)
	m.Add(shard, r)
}

// expect fails the test unless the merger has emitted just that since the last call.
func (m *merging) expect(t testing.TB, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, m.emitted); diff != "" {
		t.Errorf("emitted (-want +got):\n%s", diff)
	}
	m.emitted = nil
}

const (
	ms     = time.Millisecond
	second = time.Second
)

// A worker that has ended was busy at the end of the interval that another has
// yet to report.
func TestMergerShowsInFlightBeforeTheEnd(t *testing.T) {
	m := newMerging(t, `{"num_jobs": 50, "concurrency": 4}`, 2, second)
	m.report(0, 0, second)
	m.report(1, 0, second)
	m.report(0, second, 2*second)
	m.reportLast(0, 2*second, 2800*ms)
	m.report(1, second, 2*second)
	m.reportLast(1, 2*second, 2800*ms)
	m.Finish(2800*ms, 0, 0)
	m.expect(t, "0s+1s: 20 ok, 4 in flight, running", "1s+1s: 20 ok, 4 in flight, running",
		"2s+800ms: 16 ok, 0 in flight, draining")
}

// An interval is emitted once all workers have reported past its end.
func TestMergerWaitsForAll(t *testing.T) {
	m := newMerging(t, `{"duration": "60s", "concurrency": 4}`, 2, second)
	m.report(0, 0, second)
	m.report(0, second, 2*second)
	m.expect(t)
	m.report(1, 0, second)
	m.expect(t, "0s+1s: 20 ok, 4 in flight, running")
	m.report(1, second, 2*second)
	m.expect(t, "1s+1s: 20 ok, 4 in flight, running")
	if left := m.last.Activity.Left; left != 58*second {
		t.Errorf("%s left, want 58s", left)
	}
}

// A worker that merged its intervals does not hold up the others' for longer.
func TestMergerTakesMergedReports(t *testing.T) {
	m := newMerging(t, `{"duration": "60s", "concurrency": 4}`, 2, second)
	m.report(0, 0, second)
	m.report(0, second, 2*second)
	m.report(1, 0, 2*second)
	m.expect(t, "0s+1s: 10 ok, 4 in flight, running", "1s+1s: 30 ok, 4 in flight, running")
}

// After 1.5 s an interval is emitted with what is there, also if nothing is. The
// late part counts in the next.
func TestMergerDoesNotWaitForever(t *testing.T) {
	m := newMerging(t, `{"duration": "60s", "concurrency": 4}`, 2, second)
	m.report(0, 0, second)
	m.Advance(2500*ms - 1)
	m.expect(t)
	m.Advance(2500 * ms)
	m.expect(t, "0s+1s: 10 ok, 2 in flight, running")
	m.report(1, 0, second)
	m.expect(t)
	m.Advance(3500 * ms)
	m.expect(t, "1s+1s: 10 ok, 4 in flight, running")
	m.Advance(5500 * ms)
	m.expect(t, "2s+1s: 0 ok, 4 in flight, running", "3s+1s: 0 ok, 4 in flight, running")
	if quiet := m.last.Activity.Quiet; quiet != 2*second {
		t.Errorf("quiet for %s, want 2s", quiet)
	}
}

// Reports of many workers come less often; then intervals are longer.
func TestMergerWithAPace(t *testing.T) {
	m := newMerging(t, `{"duration": "60s", "concurrency": 4}`, 2, 3*second)
	m.report(0, 0, 3*second)
	m.Advance(4 * second)
	m.expect(t)
	m.report(1, 0, 3*second)
	m.expect(t, "0s+3s: 60 ok, 4 in flight, running")
}

// The last interval ends with the last job. It is brief, so its window has the one
// before it, too.
func TestMergerFinishes(t *testing.T) {
	m := newMerging(t, `{"num_jobs": 44, "concurrency": 4}`, 2, second)
	m.report(0, 0, second)
	m.report(1, 0, second)
	m.reportLast(0, second, 1200*ms)
	m.reportLast(1, second, 1100*ms)
	m.expect(t, "0s+1s: 20 ok, 4 in flight, running")
	m.Advance(9 * second)
	m.expect(t)
	m.Finish(1200*ms, 3, 0)
	m.expect(t, "1s+200ms: 3 ok, 0 in flight, running")
	if m.window != 23 || m.last.WindowLength != 1200*ms || m.lost != 3 || m.last.Warmup != nil {
		t.Errorf("the window has %d ok in %s, the interval %d lost, the warm-up is %v",
			m.window, m.last.WindowLength, m.lost, m.last.Warmup)
	}
	if points := m.Points(); len(points) != 1 || points[0].OK != 23 || points[0].T != 1.2 {
		t.Errorf("series: %+v", points)
	}
}

// A lost worker is not waited for, and none of its jobs is in flight. Its late
// reports still count.
func TestMergerLosesAWorker(t *testing.T) {
	m := newMerging(t, `{"duration": "60s", "concurrency": 4}`, 2, second)
	m.report(0, 0, second)
	m.Lose(1)
	m.expect(t, "0s+1s: 10 ok, 2 in flight, running")
	m.reportLast(1, 0, second)
	m.report(0, second, 2*second)
	m.expect(t, "1s+1s: 20 ok, 2 in flight, running")
	m.Lose(1)
	m.Lose(0)
	m.Finish(2*second, 0, 0)
	m.expect(t, "2s+0s: 0 ok, 0 in flight, running")
}

// The phases of a run, and what is left of them.
func TestMergerTellsThePhase(t *testing.T) {
	m := newMerging(t, `{"rate": 20, "duration": "9s", "warmup": "2s", "timeout": "3s"}`, 1, second)
	apply := func(kind string, at time.Duration) {
		event, err := m.Apply(aurea.Control{Kind: kind}, at)
		if err != nil || event.Kind != kind || !event.At.Equal(time.Unix(100, 0).Add(at)) || event.T != at.Seconds() {
			t.Fatalf("event %+v (%v)", event, err)
		}
	}
	for i, want := range []struct {
		phase  aurea.Phase
		left   time.Duration
		paused time.Duration
	}{
		{aurea.PhaseWarmup, second, 0},
		{aurea.PhaseRunning, 7 * second, 0},
		{aurea.PhasePaused, 0, 500 * ms},
		{aurea.PhasePaused, 0, 1500 * ms},
		{aurea.PhaseRunning, 6 * second, 2 * second},
		{aurea.PhaseStopping, 0, 2 * second},
	} {
		switch i {
		case 2:
			apply(aurea.Pause, 2500*ms)
		case 4:
			apply(aurea.Resume, 4500*ms)
		case 5:
			m.Stop()
		}
		m.report(0, time.Duration(i)*second, time.Duration(i+1)*second)
		if got := m.last; got.Activity.Phase != want.phase || got.Activity.Left != want.left || got.Paused != want.paused ||
			got.Activity.Longest != 3*second {
			t.Errorf("after %d s: %+v, paused %s, want %+v", i+1, got.Activity, got.Paused, want)
		}
	}
	if live, timeline := m.LivePlan(); live.Changes != 2 || len(timeline) != 2 {
		t.Errorf("%d changes, %d events", live.Changes, len(timeline))
	}
	if _, err := m.Apply(aurea.Control{Kind: aurea.Resume}, 9*second); err == nil {
		t.Error("a run that is not paused was resumed")
	}
}

// A run drains once its time is over or all of its jobs were started. A job takes
// at most its timeout from then on.
func TestMergerDrains(t *testing.T) {
	m := newMerging(t, `{"num_jobs": 20, "concurrency": 4, "timeout": "3s"}`, 1, second)
	m.report(0, 0, second)
	m.report(0, second, 2*second)
	m.expect(t, "0s+1s: 10 ok, 2 in flight, running", "1s+1s: 10 ok, 2 in flight, draining")
	m.report(0, 3*second, 3*second)
	m.expect(t, "2s+1s: 0 ok, 2 in flight, draining")
	if left := m.last.Activity.Left; left != 2*second {
		t.Errorf("%s left, want 2s", left)
	}
}

// Traced jobs have the times of the coordinator's clock.
func TestMergerConvertsTracedJobs(t *testing.T) {
	began := time.Unix(7, 0)
	job := aurea.TracedJob{Job: 5, Start: began.Add(ms), End: began.Add(2 * ms), Outcome: aurea.Failed, Problem: "refused"}
	r := newInterval(0, second)
	r.Traced = TracedOf([]aurea.TracedJob{job}, began)
	m := newMerging(t, `{"num_jobs": 9, "concurrency": 4}`, 1, second)
	m.Add(0, sentBy(t, r))
	job.Start, job.End = time.Unix(100, 0).Add(ms), time.Unix(100, 0).Add(2*ms)
	if diff := cmp.Diff([]aurea.TracedJob{job}, m.last.Traced); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// sentBy numbers a report and returns it as it arrives.
func sentBy(t testing.TB, r *Report) *Report {
	r.Seq = 1
	return sent(t, r)
}

// A last report that reaches a little past an interval counts in that interval,
// so that its rate is not taken for a slump.
func TestMergerKeepsTheLastIntervalWhole(t *testing.T) {
	m := newMerging(t, `{"num_jobs": 40, "workload": {"kind": "noop"}}`, 2, time.Second)
	m.report(0, 0, time.Second)
	m.reportLast(1, 0, time.Second+10*time.Millisecond)
	m.expect(t, "0s+1s: 21 ok, 2 in flight, running")
	m.reportLast(0, time.Second, time.Second+10*time.Millisecond)
	m.Finish(time.Second+10*time.Millisecond, 0, 0)
	m.expect(t, "1s+10ms: 1 ok, 0 in flight, running")
}
