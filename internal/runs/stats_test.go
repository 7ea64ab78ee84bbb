package runs

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// near allows for the rounding of a sum, and for nothing else.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(math.Abs(a), math.Abs(b)) }

// everything has one run of each end: completed, in two workloads and
// currencies, failed, cancelled while it ran and while it waited.
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

// Everything is counted, once: what ended, what was cancelled, what never
// began, what it cost.
func TestStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		if empty := s.manager.Stats(); len(empty.Runs)+len(empty.Workloads)+len(empty.Cost)+len(empty.Recent) != 0 || empty.Last != nil || empty.Throughput != 0 {
			t.Errorf("a new manager has the stats %+v", empty)
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
			if n, want := tally.ServiceTime.Count(), tally.Ended(); n != want || tally.ServiceTime.Sum() != float64(want) {
				t.Errorf("%s: %d service times of %v s together, want %d of a second", kind, n, tally.ServiceTime.Sum(), want)
			}
		}
		wantCounts := map[string]aurea.Counts{
			"sleep": {OK: 4 + 2, Failed: 2 + 1, Timeout: 2, Cancelled: 7},
			"noop":  {OK: 2, Failed: 1},
		}
		if diff := cmp.Diff(wantCounts, counts); diff != "" {
			t.Errorf("jobs (-want +got):\n%s", diff)
		}
		if len(stats.Cost) != 2 || stats.Cost["USD"] != 0.011 || stats.Cost["EUR"] != 7.5 {
			t.Errorf("cost %v, want 0.011 USD and 7.5 EUR", stats.Cost)
		}
		if stats.Last.ID != last.ID || stats.Throughput != last.Result.Throughput || stats.MeanLatency != 1 || stats.Throughput != 2/3.5 {
			t.Errorf("the last run is %s, throughput %v, mean latency %v; want %s, %v, 1", stats.Last.ID, stats.Throughput, stats.MeanLatency, last.ID, 2/3.5)
		}
		if stats.Active != 0 || stats.Queued != 0 || stats.InFlight != 0 {
			t.Errorf("%d active, %d queued, %d jobs in flight, want none", stats.Active, stats.Queued, stats.InFlight)
		}
	})
}

// While a run goes on its jobs are in the numbers, and the rates are those of
// its last interval, not those of the run before.
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
			seen := aurea.Stats{Active: got.Active, Queued: got.Queued, InFlight: got.InFlight, Throughput: got.Throughput, MeanLatency: got.MeanLatency}
			if diff := cmp.Diff(want, seen); diff != "" {
				t.Errorf("after %v s (-want +got):\n%s", seconds, diff)
			}
			if got.Workloads["sleep"].Counts != counts || !near(got.Cost["USD"], cost) {
				t.Errorf("after %v s: %+v for %v USD, want %+v for %v", seconds, got.Workloads["sleep"].Counts, got.Cost["USD"], counts, cost)
			}
			if diff := cmp.Diff(map[string]int64{"odd": counts.Failed, "timeout": counts.Timeout}, got.Errors["sleep"]); diff != "" {
				t.Errorf("errors after %v s (-want +got):\n%s", seconds, diff)
			}
		}
		time.Sleep(500 * time.Millisecond) // nothing is known of it yet
		at(0.5, aurea.Stats{Active: 1, Queued: 1}, aurea.Counts{OK: 2, Failed: 1, Timeout: 1}, 0.004)
		time.Sleep(time.Second)
		at(1.5, aurea.Stats{Active: 1, Queued: 1, InFlight: 1, Throughput: 1, MeanLatency: 1}, aurea.Counts{OK: 3, Failed: 1, Timeout: 1}, 0.005)
		time.Sleep(2 * time.Second) // the third job has failed
		at(3.5, aurea.Stats{Active: 1, Queued: 1, InFlight: 1}, aurea.Counts{OK: 4, Failed: 2, Timeout: 1}, 0.007)
		time.Sleep(5 * time.Second) // it has ended, and nothing of it is counted again
		at(8.5, aurea.Stats{Active: 1}, aurea.Counts{OK: 6, Failed: 3, Timeout: 3}, 0.012)
	})
}

// What is remembered of runs is the newest twenty, oldest first, and nothing
// that is as large as the run was.
func TestStatsRecent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		var ids []string
		for range 23 {
			run := s.jobs("", 1).end(t)
			ids = append(ids, run.ID)
			if run.Result.Tally == nil || run.Result.Jobs == nil {
				t.Fatal("whoever waited for the run does not get all of it")
			}
		}
		check := func(want []string) {
			t.Helper()
			var got []string
			stats := s.manager.Stats()
			for _, run := range stats.Recent {
				got = append(got, run.ID)
				if run.Result != nil && (run.Result.Tally != nil || run.Result.Jobs != nil || run.Result.CompletedJobs != 1) {
					t.Errorf("of run %s is kept: %+v", run.ID, run.Result)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("recent runs (-want +got):\n%s", diff)
			}
			if last := stats.Last; last.ID != ids[22] || last.Result.Tally != nil || last.Result.Jobs != nil {
				t.Errorf("the last run is %s with %+v, want %s without its histograms and records", last.ID, last.Result, ids[22])
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

// What Stats hands out stays as it was, while the counting goes on, and costs no
// copy until it does.
func TestStatsStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		runEverything(t, s)
		before, again := s.manager.Stats(), s.manager.Stats()
		counts, n := before.Workloads["sleep"].Counts, before.Workloads["sleep"].Latency.Count()
		if before.Workloads["sleep"] != again.Workloads["sleep"] {
			t.Error("two looks at the same numbers have two copies")
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
		if old := before.Workloads["sleep"]; old.Counts != counts || old.Latency.Count() != n || n == 0 {
			t.Errorf("what was handed out has changed from %+v to %+v", counts, old.Counts)
		}
		counts.OK, counts.Failed, counts.Timeout = counts.OK+4, counts.Failed+2, counts.Timeout+2
		if got := after.Workloads["sleep"]; got.Counts != counts || got.Latency.Count() != n+4 {
			t.Errorf("after more jobs %+v, want %+v", got.Counts, counts)
		}
		if after.Workloads["noop"] != noop {
			t.Error("a workload that did not run was copied")
		}
		if len(after.Runs) != len(before.Runs) || len(after.Cost) != 2 || len(after.Exemplars) != 2 || len(after.Errors["sleep"]) == 0 || after.Recent[0].ID == "" {
			t.Errorf("changing a copy has changed the stats: %+v", after)
		}
	})
}

// Beside the numbers is what they are held against: when the counting began, how
// much may wait, and what the running run asks for now.
func TestStatsTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now().UTC()
		s := serve(t, Options{Queue: 7})
		time.Sleep(time.Second)
		if idle := s.manager.Stats(); idle.Target != (aurea.Target{}) || idle.QueueLimit != 7 || !idle.Since.Equal(began) {
			t.Errorf("idle: %+v, %d may wait, since %v", idle.Target, idle.QueueLimit, idle.Since)
		}
		s.do(`{"num_jobs": 3, "stages": [{"duration": "10s", "rate": 100}]}`, nil)
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		stats := s.manager.Stats()
		if want := (aurea.Target{Jobs: 3}); stats.Target != want {
			t.Errorf("at its beginning the run asks for %+v, want %+v", stats.Target, want)
		}
		if tally := stats.Workloads["sleep"]; tally == nil || tally.OK != 0 || !slices.Equal(stats.Kinds, []string{"sleep"}) {
			t.Errorf("before the first interval: %v of %q, want a 0 to rise from", tally, stats.Kinds)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got, want := s.manager.Stats().Target, (aurea.Target{Jobs: 3, Rate: 20}); got.Jobs != want.Jobs || !near(got.Rate, want.Rate) {
			t.Errorf("after 2 s the run asks for %+v, want %+v", got, want)
		}
	})
}

// What ran last is first, and an example tells of the run that it comes from.
func TestStatsLatest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		s.jobs("a", 1).end(t)
		eur := s.do(`{"num_jobs": 3, "workload": {"kind": "noop"}, "pricing": {"currency": "EUR"}}`, nil).end(t)
		stats := s.manager.Stats()
		if !slices.Equal(stats.Kinds, []string{"noop", "sleep"}) || !slices.Equal(stats.Currencies, []string{"EUR", "USD"}) {
			t.Errorf("%q in %q, want noop and EUR first", stats.Kinds, stats.Currencies)
		}
		b := s.jobs("b", 8).end(t)
		stats = s.manager.Stats()
		if !slices.Equal(stats.Kinds, []string{"sleep", "noop"}) || !slices.Equal(stats.Currencies, []string{"USD", "EUR"}) {
			t.Errorf("%q in %q, want sleep and USD first", stats.Kinds, stats.Currencies)
		}
		sleep, noop := stats.Exemplars["sleep"], stats.Exemplars["noop"]
		if sleep.Latency.Run != b.ID || sleep.Latency.Value != 1 || !sleep.Latency.At.Before(time.Now().Add(time.Nanosecond)) || noop.Outcomes[aurea.OK].Run != eur.ID {
			t.Errorf("exemplars %+v and %+v, want those of %s and %s", sleep, noop, b.ID, eur.ID)
		}
	})
}

// Errors are told apart by class, but not by more of them than a few.
func TestStatsErrors(t *testing.T) {
	s := newStats()
	s.addErrors("http", []aurea.ErrorClass{{Class: "a", Count: 1}, {Class: "b", Count: 2}, {Class: "c", Count: 3}})
	s.addErrors("http", []aurea.ErrorClass{{Class: "d", Count: 4}, {Class: "e", Count: 5}, {Class: "f", Count: 6}, {Class: "a", Count: 7}})
	s.addErrors("tcp", []aurea.ErrorClass{{Class: "e", Count: 8}})
	for status := int64(400); status < 500; status++ {
		s.addErrors("web", []aurea.ErrorClass{{Class: fmt.Sprint("status_", status), Count: 1}})
	}
	s.addErrors("web", []aurea.ErrorClass{{Class: "status_401", Count: 9}, {Class: "reset", Count: 2}, {Class: "timeout", Count: 1}})
	want := map[string]map[string]int64{
		"http": {"a": 8, "b": 2, "c": 3, "d": 4, "other": 11},
		"tcp":  {"e": 8},
		"web":  {"status_400": 1, "status_401": 10, "status_402": 1, "status_other": 97, "reset": 2, "timeout": 1},
	}
	if diff := cmp.Diff(want, s.errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

// Whoever wants to know is told of every run that has ended, once, whether it
// ran or not, and gets nothing that is as large as the run was.
func TestEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		s := serve(t, Options{Ended: func(run aurea.Run) {
			told = append(told, run.Name+" "+string(run.Status))
			if run.FinishedAt == nil || run.Result != nil && (run.Result.ID != run.ID || run.Result.Tally != nil || run.Result.Jobs != nil) {
				t.Errorf("told of %+v", run)
			}
		}})
		runEverything(t, s)
		want := []string{"a completed", " completed", "broken failed", "queued cancelled", "c cancelled"}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("ended (-want +got):\n%s", diff)
		}
	})
}

// instant executes every plan at once.
type instant struct{ resolver }

func (instant) Execute(
	_ context.Context, plan aurea.Plan, _ *workload.Resolved, _ <-chan aurea.Command, observe func(aurea.Progress),
) (*aurea.Result, error) {
	tally := aurea.NewTally()
	tally.Started = plan.Jobs
	for range plan.Jobs {
		tally.End(aurea.OK, 0, 0, time.Second)
	}
	observe(aurea.Progress{Elapsed: time.Second, Length: time.Second, Interval: tally})
	total := tally.Clone()
	total.Planned = plan.Jobs
	return aurea.NewResult(plan, aurea.Measurement{Duration: time.Second, Tally: total}), nil
}

// A hundred callers, and as many who look on, disturb nothing: every run ends,
// is counted once, or was refused.
func TestConcurrentCalls(t *testing.T) {
	const callers, each = 100, 2
	m := New(instant{}, Options{Queue: 20})
	ctx, drain := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	spec := decode(t, `{"num_jobs": 5}`)

	type tried struct{ completed, cancelled, refused int64 }
	results := make(chan tried)
	for i := range callers {
		go func() {
			var n tried
			for range each {
				ctx, leave := context.WithCancel(t.Context())
				if i%10 < 3 { // some are gone before their turn, or in the middle of it
					go leave()
				}
				run, err := m.Do(ctx, spec, nil)
				leave()
				switch {
				case errors.Is(err, aurea.ErrQueueFull):
					n.refused++
				case err != nil:
					t.Errorf("Do: %v", err)
				case run.Status == aurea.StatusCompleted:
					n.completed++
				case run.Status == aurea.StatusCancelled:
					n.cancelled++
				default:
					t.Errorf("a run is %s", run.Status)
				}
				if err := m.Ready(); err != nil {
					t.Errorf("Ready: %v", err)
				}
				if stats := m.Stats(); stats.Queued > 20 || stats.Active > 1 || len(stats.Recent) > 20 {
					t.Errorf("%d queued, %d active, %d recent", stats.Queued, stats.Active, len(stats.Recent))
				}
			}
			results <- n
		}()
	}
	var all tried
	for range callers {
		n := <-results
		all = tried{all.completed + n.completed, all.cancelled + n.cancelled, all.refused + n.refused}
	}
	drain()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	stats := m.Stats()
	completed := stats.Runs[aurea.RunsKey{Workload: "sleep", Status: aurea.StatusCompleted}]
	cancelled := stats.Runs[aurea.RunsKey{Workload: "sleep", Status: aurea.StatusCancelled}]
	if all.completed+all.cancelled+all.refused != callers*each || all.completed != completed || all.cancelled != cancelled {
		t.Errorf("callers saw %+v of %d, the manager counts %d completed and %d cancelled", all, callers*each, completed, cancelled)
	}
	if ok := stats.Workloads["sleep"].OK; ok != 5*completed || completed == 0 || stats.Queued+stats.Active != 0 {
		t.Errorf("%d jobs in %d runs of 5; %d queued, %d active", ok, completed, stats.Queued, stats.Active)
	}
}

// BenchmarkStats is one look at the numbers while intervals of a run with many
// different latencies come in, one for each look: what it costs who looks, and
// how long the lock is held from the run.
func BenchmarkStats(b *testing.B) {
	interval := aurea.NewTally()
	for i := range 1_000_000 {
		took := time.Duration(i) * time.Microsecond
		interval.End(aurea.OK, 0, took/2, took)
	}
	spec, err := aurea.DecodeSpec([]byte(`{"num_jobs": 1}`))
	if err != nil {
		b.Fatal(err)
	}
	m := New(instant{}, Options{})
	e := &entry{plan: aurea.NewPlan(spec, 1)}
	m.running = e
	progress := aurea.Progress{Elapsed: time.Second, Length: time.Second, Interval: interval}
	for _, scraped := range []bool{false, true} {
		b.Run(map[bool]string{false: "observe alone", true: "observe and look"}[scraped], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.observe(e, progress)
				if scraped {
					m.Stats()
				}
			}
		})
	}
	b.Run("look", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Stats()
		}
	})
}
