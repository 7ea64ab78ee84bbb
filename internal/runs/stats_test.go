package runs

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// near reports whether a and b differ only by the rounding error of a sum.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(math.Abs(a), math.Abs(b)) }

// runEverything executes one run of each outcome: completed in two workloads
// and currencies, failed, cancelled while running and while queued.
func runEverything(t *testing.T, s *service) (cancelled aurea.Run) {
	t.Helper()
	s.jobs("a", 8).end(t)
	s.do(`{"num_jobs": 3, "workload": {"kind": "noop"}, "pricing": {"per_second": 0.5, "per_job": 2, "currency": "EUR"}}`, nil).end(t)
	s.jobs("broken", 5).end(t)
	c, queued := s.jobs("c", 10), s.jobs("queued", 1000)
	time.Sleep(3*time.Second + 500*time.Millisecond)
	queued.leave()
	queued.end(t)
	c.leave()
	return c.end(t)
}

// Everything is counted once: jobs that ended, were cancelled or never started,
// and their cost.
func TestStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		empty := s.manager.Stats()
		if len(empty.Runs)+len(empty.Workloads)+len(empty.Cost)+len(empty.Recent) != 0 {
			t.Errorf("a new manager has the stats %+v", empty)
		}
		if empty.Last != nil || empty.Throughput != 0 {
			t.Errorf("a new manager has the last run %+v, throughput %v", empty.Last, empty.Throughput)
		}
		last := runEverything(t, s)
		stats := s.manager.Stats()
		wantRuns := map[aurea.RunsKey]int64{
			{Workload: "sleep", Status: aurea.StatusCompleted}: 1,
			{Workload: "noop", Status: aurea.StatusCompleted}:  1,
			{Workload: "sleep", Status: aurea.StatusFailed}:    1,
			{Workload: "sleep", Status: aurea.StatusCancelled}: 2,
		}
		if diff := cmp.Diff(wantRuns, stats.Runs); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
		counts := map[string]aurea.Counts{}
		for kind, tally := range stats.Workloads {
			counts[kind] = tally.Counts
			n, want := tally.ServiceTime.Count(), tally.Ended()
			if n != want || tally.ServiceTime.Sum() != float64(want) {
				t.Errorf("%s: %d service times of %v s together, want %d of a second", kind, n, tally.ServiceTime.Sum(),
					want)
			}
		}
		wantCounts := map[string]aurea.Counts{
			"sleep": {OK: 4 + 2, Failed: 2 + 1, Timeout: 2, Cancelled: 7},
			"noop":  {OK: 2, Failed: 1},
		}
		if diff := cmp.Diff(wantCounts, counts); diff != "" {
			t.Errorf("jobs (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]float64{"USD": 0.011, "EUR": 7.5}, stats.Cost); diff != "" {
			t.Errorf("cost (-want +got):\n%s", diff)
		}
		if stats.Last.ID != last.ID {
			t.Errorf("the last run is %s, want %s", stats.Last.ID, last.ID)
		}
		if stats.Throughput != last.Result.Throughput || stats.Throughput != 2/3.5 {
			t.Errorf("throughput %v, the last result has %v; want %v", stats.Throughput, last.Result.Throughput, 2/3.5)
		}
		if stats.MeanLatency != 1 {
			t.Errorf("mean latency %v, want 1", stats.MeanLatency)
		}
		if got := [3]int64{int64(stats.Active), int64(stats.Queued), stats.InFlight}; got != [3]int64{} {
			t.Errorf("active, queued and in flight are %v, want none", got)
		}
	})
}

// The jobs of a running run are counted, and the rates are those of its last
// interval, not those of the previous run.
func TestStatsWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		s.jobs("before", 4).end(t)
		s.jobs("running", 8)
		s.jobs("waiting", 1)
		at := func(seconds float64, want aurea.Stats, counts aurea.Counts, cost float64) {
			t.Helper()
			synctest.Wait()
			got := s.manager.Stats()
			seen := aurea.Stats{Active: got.Active, Queued: got.Queued, InFlight: got.InFlight,
				Throughput: got.Throughput, MeanLatency: got.MeanLatency}
			if diff := cmp.Diff(want, seen); diff != "" {
				t.Errorf("after %v s (-want +got):\n%s", seconds, diff)
			}
			if got.Workloads["sleep"].Counts != counts || !near(got.Cost["USD"], cost) {
				t.Errorf("after %v s: %+v for %v USD, want %+v for %v", seconds, got.Workloads["sleep"].Counts,
					got.Cost["USD"], counts, cost)
			}
			diff := cmp.Diff(map[string]int64{"odd": counts.Failed, "timeout": counts.Timeout}, got.Errors["sleep"])
			if diff != "" {
				t.Errorf("errors after %v s (-want +got):\n%s", seconds, diff)
			}
		}
		time.Sleep(500 * time.Millisecond) // before its first interval
		at(0.5, aurea.Stats{Active: 1, Queued: 1}, aurea.Counts{OK: 2, Failed: 1, Timeout: 1}, 0.004)
		time.Sleep(time.Second)
		at(1.5, aurea.Stats{Active: 1, Queued: 1, InFlight: 1, Throughput: 1, MeanLatency: 1},
			aurea.Counts{OK: 3, Failed: 1, Timeout: 1}, 0.005)
		time.Sleep(2 * time.Second) // the third job has failed
		at(3.5, aurea.Stats{Active: 1, Queued: 1, InFlight: 1}, aurea.Counts{OK: 4, Failed: 2, Timeout: 1}, 0.007)
		time.Sleep(5 * time.Second) // it has ended, and must not be counted again
		at(8.5, aurea.Stats{Active: 1}, aurea.Counts{OK: 6, Failed: 3, Timeout: 3}, 0.012)
	})
}

// The stats keep the newest twenty runs, oldest first, without their histograms
// and records.
func TestStatsRecent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		var ids []string
		for range 23 {
			run := s.jobs("", 1).end(t)
			ids = append(ids, run.ID)
			if run.Samples.Tally == nil || run.Samples.Jobs == nil {
				t.Fatal("Do returned a result without histograms or records")
			}
		}
		check := func(want []string) {
			t.Helper()
			var got []string
			stats := s.manager.Stats()
			for _, run := range stats.Recent {
				got = append(got, run.ID)
				if run.Result == nil {
					continue
				}
				if run.Samples.Tally != nil || run.Samples.Jobs != nil {
					t.Errorf("run %s is kept with its histograms or records: %+v", run.ID, run.Result)
				}
				if run.Result.CompletedJobs != 1 {
					t.Errorf("run %s is kept with %d completed jobs, want 1", run.ID, run.Result.CompletedJobs)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("recent runs (-want +got):\n%s", diff)
			}
			last := stats.Last
			if last.ID != ids[22] {
				t.Errorf("the last run is %s, want %s", last.ID, ids[22])
			}
			if last.Samples.Tally != nil || last.Samples.Jobs != nil {
				t.Errorf("the last run is kept with its histograms or records: %+v", last.Result)
			}
		}
		check(ids[3:])
		var running string
		s.do(`{"num_jobs": 10}`, func(run aurea.Run) { running = run.ID })
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		check(append(ids[4:len(ids):len(ids)], running))
	})
}

// Returned Stats do not change while counting continues, and cost no copy until
// it does.
func TestStatsAreImmutable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		runEverything(t, s)
		before, again := s.manager.Stats(), s.manager.Stats()
		counts, n := before.Workloads["sleep"].Counts, before.Workloads["sleep"].Latency.Count()
		if before.Workloads["sleep"] != again.Workloads["sleep"] {
			t.Error("two calls without a change in between copied a tally")
		}
		noop := before.Workloads["noop"]
		clear(again.Runs)
		clear(again.Cost)
		clear(again.Workloads)
		clear(again.Exemplars)
		clear(again.Errors["sleep"])
		clear(again.Recent)
		s.jobs("more", 8).end(t)
		after := s.manager.Stats()
		if n == 0 {
			t.Fatal("the tally has no latencies")
		}
		if old := before.Workloads["sleep"]; old.Counts != counts || old.Latency.Count() != n {
			t.Errorf("returned stats have changed from %+v to %+v", counts, old.Counts)
		}
		counts.OK, counts.Failed, counts.Timeout = counts.OK+4, counts.Failed+2, counts.Timeout+2
		if got := after.Workloads["sleep"]; got.Counts != counts || got.Latency.Count() != n+4 {
			t.Errorf("after more jobs %+v, want %+v", got.Counts, counts)
		}
		if after.Workloads["noop"] != noop {
			t.Error("a workload that did not run was copied")
		}
		sizes := [3]int{len(after.Runs), len(after.Cost), len(after.Exemplars)}
		if want := [3]int{len(before.Runs), 2, 2}; sizes != want {
			t.Errorf("after a change of a copy there are %v runs, costs and exemplars; want %v", sizes, want)
		}
		if len(after.Errors["sleep"]) == 0 || after.Recent[0].ID == "" {
			t.Errorf("after a change of a copy the errors are %v, the recent runs %+v", after.Errors, after.Recent)
		}
	})
}

// The stats include the start of the counting, the limit of the queue, and what
// the running run asks for at the time.
func TestStatsTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now().UTC()
		s := serve(t, Options{Queue: 7})
		time.Sleep(time.Second)
		idle := s.manager.Stats()
		if idle.Target != (aurea.Target{}) || idle.QueueLimit != 7 {
			t.Errorf("an idle manager has the target %+v and the queue limit %d", idle.Target, idle.QueueLimit)
		}
		if !idle.Since.Equal(began) {
			t.Errorf("counting since %v, want %v", idle.Since, began)
		}
		s.do(`{"num_jobs": 3, "stages": [{"duration": "10s", "rate": 100}]}`, nil)
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		stats := s.manager.Stats()
		if want := (aurea.Target{Jobs: 3}); stats.Target != want {
			t.Errorf("at its start the run asks for %+v, want %+v", stats.Target, want)
		}
		if tally := stats.Workloads["sleep"]; tally == nil || tally.OK != 0 {
			t.Errorf("before the first interval the tally is %v, want a 0 to rise from", tally)
		}
		if !slices.Equal(stats.Kinds, []string{"sleep"}) {
			t.Errorf("the workloads are %q, want sleep", stats.Kinds)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		got, want := s.manager.Stats().Target, (aurea.Target{Jobs: 3, Rate: 20})
		if got.Jobs != want.Jobs || !near(got.Rate, want.Rate) {
			t.Errorf("after 2 s the run asks for %+v, want %+v", got, want)
		}
	})
}

// The latest workload and currency are first, and an exemplar names its run.
func TestStatsLatest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		s.jobs("a", 1).end(t)
		eur := s.do(`{"num_jobs": 3, "workload": {"kind": "noop"}, "pricing": {"currency": "EUR"}}`, nil).end(t)
		stats := s.manager.Stats()
		if !slices.Equal(stats.Kinds, []string{"noop", "sleep"}) ||
			!slices.Equal(stats.Currencies, []string{"EUR", "USD"}) {
			t.Errorf("%q in %q, want noop and EUR first", stats.Kinds, stats.Currencies)
		}
		b := s.jobs("b", 8).end(t)
		stats = s.manager.Stats()
		if !slices.Equal(stats.Kinds, []string{"sleep", "noop"}) ||
			!slices.Equal(stats.Currencies, []string{"USD", "EUR"}) {
			t.Errorf("%q in %q, want sleep and USD first", stats.Kinds, stats.Currencies)
		}
		sleep, noop := stats.Exemplars["sleep"], stats.Exemplars["noop"]
		if sleep.Latency.Run != b.ID || sleep.Latency.Value != 1 {
			t.Errorf("the exemplar of the latency is %+v, want 1 by %s", sleep.Latency, b.ID)
		}
		if sleep.Latency.At.After(time.Now()) {
			t.Errorf("the exemplar is of %v, in the future", sleep.Latency.At)
		}
		if got := noop.Outcomes[aurea.OK].Run; got != eur.ID {
			t.Errorf("the exemplar of the outcome is of %s, want %s", got, eur.ID)
		}
	})
}

// Errors are counted by class, for a limited number of classes.
func TestStatsErrors(t *testing.T) {
	s := newStats()
	s.addErrors("http", []aurea.ErrorClass{{Class: "a", Count: 1}, {Class: "b", Count: 2}, {Class: "c", Count: 3}})
	s.addErrors("http", []aurea.ErrorClass{{Class: "d", Count: 4}, {Class: "e", Count: 5}, {Class: "f", Count: 6},
		{Class: "a", Count: 7}})
	s.addErrors("tcp", []aurea.ErrorClass{{Class: "e", Count: 8}})
	for status := int64(400); status < 500; status++ {
		s.addErrors("web", []aurea.ErrorClass{{Class: fmt.Sprint("status_", status), Count: 1}})
	}
	s.addErrors("web", []aurea.ErrorClass{{Class: "status_401", Count: 9}, {Class: "reset", Count: 2},
		{Class: "timeout", Count: 1}})
	want := map[string]map[string]int64{
		"http": {"a": 8, "b": 2, "c": 3, "d": 4, "other": 11},
		"tcp":  {"e": 8},
		"web":  {"status_400": 1, "status_401": 10, "status_402": 1, "status_other": 97, "reset": 2, "timeout": 1},
	}
	if diff := cmp.Diff(want, s.errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

// The Ended hook is called once for each run that has ended, whether it ran or
// not, without its histograms and records.
func TestEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended []string
		s := serve(t, Options{Ended: func(run aurea.Run) {
			ended = append(ended, run.Name+" "+string(run.Status))
			if run.FinishedAt == nil {
				t.Errorf("Ended was called with an unfinished run: %+v", run)
			}
			if run.Result == nil {
				return
			}
			if run.Result.ID != run.ID {
				t.Errorf("the run %s has the result of %s", run.ID, run.Result.ID)
			}
			if run.Samples.Tally != nil || run.Samples.Jobs != nil {
				t.Errorf("Ended was called with histograms or records: %+v", run.Result)
			}
		}})
		runEverything(t, s)
		want := []string{"a completed", " completed", "broken failed", "queued cancelled", "c cancelled"}
		if diff := cmp.Diff(want, ended); diff != "" {
			t.Errorf("ended (-want +got):\n%s", diff)
		}
	})
}

// The workers wanted are the most that the running run or a queued one asks for.
func TestStatsWantedWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		if got := s.manager.Stats().Wanted; got != 0 {
			t.Errorf("without runs %d workers are wanted, want none", got)
		}
		running := s.do(`{"num_jobs": 5, "job_duration_ms": 1000, "concurrency": 1, "workers": 2}`, nil)
		queued := s.do(`{"num_jobs": 1, "workers": {"count": 3}}`, nil)
		time.Sleep(500 * time.Millisecond)
		if got := s.manager.Stats().Wanted; got != 3 {
			t.Errorf("%d workers are wanted, want the 3 of the queued run", got)
		}
		queued.leave()
		queued.end(t)
		if got := s.manager.Stats().Wanted; got != 2 {
			t.Errorf("%d workers are wanted, want the 2 of the running run", got)
		}
		running.end(t)
		if got := s.manager.Stats().Wanted; got != 0 {
			t.Errorf("after the runs %d workers are wanted, want none", got)
		}
	})
}
