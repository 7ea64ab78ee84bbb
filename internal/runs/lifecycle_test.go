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

// A plot is one run of a random history, in milliseconds since its beginning;
// a caller that leaves never has leaves < 0.
type plot struct{ comes, jobs, leaves int }

// Laws: whatever callers and the service do, and whenever, every run that was
// accepted ends, once; runs are executed in the order they came, one at a time,
// and none waits while nothing runs; the numbers are the sums of what the
// callers got.
func TestEveryLife(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		plots := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) plot {
			return plot{
				comes:  rapid.IntRange(0, 8000).Draw(rt, "comes"),
				jobs:   rapid.IntRange(1, 3).Draw(rt, "jobs"),
				leaves: max(rapid.IntRange(-8000, 12000).Draw(rt, "leaves"), -1),
			}
		}), 1, 6).Draw(rt, "runs")
		slices.SortStableFunc(plots, func(a, b plot) int { return a.comes - b.comes })
		drained := rapid.IntRange(1000, 30_000).Draw(rt, "drained")
		options := Options{
			Queue: rapid.IntRange(1, 4).Draw(rt, "queue"),
			Grace: time.Duration(rapid.IntRange(0, 3000).Draw(rt, "grace")) * time.Millisecond,
		}
		synctest.Test(t, func(t *testing.T) { runPlots(t, plots, drained, options) })
	})
}

func runPlots(t *testing.T, plots []plot, drained int, options Options) {
	epoch := time.Now()
	at := func(ms int) time.Time { return epoch.Add(time.Duration(ms) * time.Millisecond) }
	s := serve(t, options)
	time.AfterFunc(time.Until(at(drained)), s.drain)
	calls := make([]*call, len(plots))
	for i, p := range plots {
		time.Sleep(time.Until(at(p.comes)))
		calls[i] = s.jobs(fmt.Sprint(i), p.jobs)
		if p.leaves >= 0 {
			time.AfterFunc(time.Until(at(p.leaves)), calls[i].leave)
		}
	}
	var accepted []aurea.Run
	for _, c := range calls {
		if <-c.ended; c.err == nil {
			accepted = append(accepted, c.run)
		}
	}
	<-s.ended

	var free time.Time // when the last executed run ended
	var executed []string
	ends := map[aurea.Status]int64{}
	counts := aurea.Counts{}
	for _, run := range accepted {
		ends[run.Status]++
		if !run.Status.Finished() || run.FinishedAt == nil {
			t.Fatalf("run %s has not ended: %+v", run.Name, run)
		}
		if end := at(drained); run.Status == aurea.StatusInterrupted && !run.FinishedAt.Equal(end) && !run.FinishedAt.Equal(end.Add(options.Grace)) {
			t.Errorf("run %s was interrupted at %v; the service was told to end at %v", run.Name, run.FinishedAt, at(drained))
		}
		if run.StartedAt == nil {
			if run.Result != nil || run.Status == aurea.StatusCompleted {
				t.Errorf("run %s never began and is %s, with %+v", run.Name, run.Status, run.Result)
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
		t.Errorf("executed %v, up to %d at once; by the runs it was %v", s.executor.started, s.executor.maxActive, executed)
	}
	stats := s.manager.Stats()
	for status, n := range ends {
		if got := stats.Runs[aurea.RunsKey{Workload: "sleep", Status: status}]; got != n {
			t.Errorf("%d runs are counted as %s, want %d", got, status, n)
		}
	}
	if tally := stats.Workloads["sleep"]; tally != nil && tally.Counts != counts || tally == nil && counts != (aurea.Counts{}) {
		t.Errorf("the jobs counted are %+v, the runs have %+v", tally, counts)
	}
	if len(stats.Recent) != len(accepted) || stats.Active+stats.Queued != 0 {
		t.Errorf("%d runs are remembered of %d; %d active, %d queued", len(stats.Recent), len(accepted), stats.Active, stats.Queued)
	}
}
