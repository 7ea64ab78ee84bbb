package runs

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// A scheduledCall is one call of a random history. arrives and leaves are in
// milliseconds since the start; a caller with leaves < 0 stays.
type scheduledCall struct{ arrives, jobs, leaves int }

// Laws, for any calls and any shutdown: every accepted run ends exactly once.
// Runs are executed in order of arrival, one at a time, and none waits while
// nothing runs. The stats are the sums of what the callers got.
func TestRandomLifecycles(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		calls := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) scheduledCall {
			return scheduledCall{
				arrives: rapid.IntRange(0, 8000).Draw(rt, "comes"),
				jobs:    rapid.IntRange(1, 3).Draw(rt, "jobs"),
				leaves:  max(rapid.IntRange(-8000, 12000).Draw(rt, "leaves"), -1),
			}
		}), 1, 6).Draw(rt, "runs")
		slices.SortStableFunc(calls, func(a, b scheduledCall) int { return a.arrives - b.arrives })
		drained := rapid.IntRange(1000, 30_000).Draw(rt, "drained")
		options := Options{
			Queue: rapid.IntRange(1, 4).Draw(rt, "queue"),
			Grace: time.Duration(rapid.IntRange(0, 3000).Draw(rt, "grace")) * time.Millisecond,
		}
		synctest.Test(t, func(t *testing.T) { runScheduled(t, calls, drained, options) })
	})
}

// runScheduled makes the calls, shuts the service down after drained
// milliseconds, and checks the laws.
func runScheduled(t *testing.T, calls []scheduledCall, drained int, options Options) {
	epoch := time.Now()
	at := func(ms int) time.Time { return epoch.Add(time.Duration(ms) * time.Millisecond) }
	s := serve(t, options)
	time.AfterFunc(time.Until(at(drained)), s.drain)
	inProgress := make([]*call, len(calls))
	for i, c := range calls {
		time.Sleep(time.Until(at(c.arrives)))
		inProgress[i] = s.jobs(fmt.Sprint(i), c.jobs)
		if c.leaves >= 0 {
			time.AfterFunc(time.Until(at(c.leaves)), inProgress[i].leave)
		}
	}
	var accepted []aurea.Run
	for _, c := range inProgress {
		if <-c.ended; c.err == nil {
			accepted = append(accepted, c.run)
		}
	}
	<-s.ended
	checkLaws(t, s, accepted, at(drained), options.Grace)
}

// checkLaws checks the laws for the accepted runs of a service that was shut
// down at drained.
func checkLaws(t *testing.T, s *service, accepted []aurea.Run, drained time.Time, grace time.Duration) {
	t.Helper()
	var free time.Time // when the last executed run ended
	var executed []string
	ends := map[aurea.Status]int64{}
	counts := aurea.Counts{}
	for _, run := range accepted {
		ends[run.Status]++
		if !run.Status.Finished() || run.FinishedAt == nil {
			t.Fatalf("run %s has not ended: %+v", run.Name, run)
		}
		onTime := run.FinishedAt.Equal(drained) || run.FinishedAt.Equal(drained.Add(grace))
		if run.Status == aurea.StatusInterrupted && !onTime {
			t.Errorf("run %s was interrupted at %v; the shutdown began at %v", run.Name, run.FinishedAt, drained)
		}
		if run.StartedAt == nil {
			if run.Result != nil || run.Status == aurea.StatusCompleted {
				t.Errorf("run %s never started and is %s, with %+v", run.Name, run.Status, run.Result)
			}
			continue
		}
		executed = append(executed, run.Name)
		begin := run.CreatedAt
		if free.After(begin) {
			begin = free
		}
		if !run.StartedAt.Equal(begin) {
			t.Errorf("run %s was started at %v, want %v", run.Name, run.StartedAt, begin)
		}
		free = *run.FinishedAt
		if c := run.Result.Counts; c.Check() != nil || (run.Status == aurea.StatusCompleted) != (c.Cancelled == 0) {
			t.Errorf("run %s is %s with %+v", run.Name, run.Status, c)
		}
		counts.OK += run.Result.Counts.OK
		counts.Failed += run.Result.Counts.Failed
		counts.Timeout += run.Result.Counts.Timeout
		counts.Cancelled += run.Result.Counts.Cancelled
	}
	if !slices.Equal(s.executor.started, executed) || s.executor.maxActive > 1 {
		t.Errorf("executed %v, up to %d at once; want %v", s.executor.started, s.executor.maxActive, executed)
	}
	stats := s.manager.Stats()
	for status, n := range ends {
		if got := stats.Runs[aurea.RunsKey{Workload: "sleep", Status: status}]; got != n {
			t.Errorf("%d runs are counted as %s, want %d", got, status, n)
		}
	}
	var counted aurea.Counts
	if tally := stats.Workloads["sleep"]; tally != nil {
		counted = tally.Counts
	}
	if counted != counts {
		t.Errorf("the stats count the jobs %+v, the runs %+v", counted, counts)
	}
	if len(stats.Recent) != len(accepted) || stats.Active+stats.Queued != 0 {
		t.Errorf("%d recent runs of %d; %d active, %d queued", len(stats.Recent), len(accepted), stats.Active,
			stats.Queued)
	}
}
