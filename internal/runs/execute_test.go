package runs

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
)

// A watch function is called with the run once an interval: with the counts so
// far, the rates of the interval, and the remaining time.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		var seen []aurea.Run
		s.do(`{"num_jobs": 5, "name": "watched", "seed": 7, "thresholds": ["error_rate < 50%"]}`,
			func(run aurea.Run) { seen = append(seen, run) }).end(t)
		step := func(elapsed float64, started, ok, failed, inFlight int64, throughput, latency, remaining float64) aurea.RunProgress {
			return aurea.RunProgress{Elapsed: elapsed, Remaining: remaining, Started: started, OK: ok, Failed: failed,
				InFlight: inFlight, Throughput: throughput, P50: latency, P90: latency, P99: latency}
		}
		want := []aurea.RunProgress{ // the third job fails, the fourth times out
			step(1, 1, 1, 0, 1, 1, 1, 4),
			step(2, 2, 2, 0, 1, 1, 1, 3),
			step(3, 3, 2, 1, 1, 0, 0, 2),
			step(4, 4, 2, 2, 1, 0, 0, 1),
			step(5, 5, 3, 2, 0, 1, 1, 0),
		}
		var got []aurea.RunProgress
		for _, run := range seen {
			progress := *run.Progress
			progress.SoFar = nil
			got = append(got, progress)
			got := [3]string{run.ID, string(run.Status), run.Name}
			if want := [3]string{seen[0].ID, string(aurea.StatusRunning), "watched"}; got != want {
				t.Errorf("the watcher got the run %q, want %q", got, want)
			}
			if run.Result != nil {
				t.Errorf("the watcher got the result %v, want none", run.Result)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("progress (-want +got):\n%s", diff)
		}
		soFar := aurea.SoFar{
			Seed:       7,
			Errors:     []aurea.ErrorSoFar{{Class: "odd", Count: 1}, {Class: "timeout", Count: 1}},
			Thresholds: []aurea.ThresholdCheck{{Expression: "error_rate < 50%", Value: 0.4, OK: true}},
			Latency:    []aurea.Bucket{{UpTo: 1, Count: 3}},
			Time:       []aurea.TimeSoFar{{Name: "delay"}, {Name: "service", Share: 1, Mean: 1, P99: 1}},
		}
		if diff := cmp.Diff(&soFar, seen[len(seen)-1].Progress.SoFar); diff != "" {
			t.Errorf("the run so far (-want +got):\n%s", diff)
		}
	})
}

// The last progress of a stopped run counts the jobs that ended, not those that
// never started.
func TestWatchStoppedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, Options{})
		var last aurea.RunProgress
		c := s.do(`{"num_jobs": 100}`, func(run aurea.Run) { last = *run.Progress })
		time.Sleep(6*time.Second + 500*time.Millisecond)
		c.leave()
		run := c.end(t)
		if last.Elapsed != 6.5 {
			t.Errorf("last progress at %v s, want 6.5", last.Elapsed)
		}
		if last.SoFar == nil {
			t.Error("the watcher does not get the run so far")
		}
		last.SoFar = nil // the result has it
		got := [4]int64{last.Started, last.OK, last.Failed, last.InFlight}
		if want := [4]int64{7, run.Result.Counts.OK, 2, 0}; got != want {
			t.Errorf("started, ok, failed and in flight are %v, want %v", got, want)
		}
		if diff := cmp.Diff(last, *run.Progress); diff != "" {
			t.Errorf("the finished run's progress (-watched +run):\n%s", diff)
		}
	})
}

func TestRemaining(t *testing.T) {
	tests := []struct {
		what, spec string
		elapsed    float64
		ok, failed int64
		want       float64
	}{
		{"jobs at the rate so far", `{"num_jobs": 100}`, 10, 20, 5, 30},
		{"all jobs done", `{"num_jobs": 25}`, 10, 20, 5, 0},
		{"a duration", `{"duration": "60s", "concurrency": 1}`, 10, 5, 0, 50},
		{"a duration that is over", `{"duration": "60s", "concurrency": 1}`, 61, 5, 0, 0},
		{"jobs before the duration", `{"num_jobs": 100, "duration": "60s"}`, 10, 50, 0, 10},
		{"the duration before the jobs", `{"num_jobs": 1000, "duration": "60s"}`, 10, 50, 0, 50},
		{"a duration, before any job has ended", `{"num_jobs": 1000, "duration": "60s"}`, 10, 0, 0, 50},
		{"nothing to tell from", `{"num_jobs": 1000}`, 10, 0, 0, 0},
		{"a rate for a duration", `{"rate": 10, "duration": "60s"}`, 15, 150, 0, 45},
		{"stages", `{"stages": [{"duration": "40s", "rate": 10}, {"duration": "20s", "rate": 0}]}`, 15, 100, 0, 45},
		{"stages cut short", `{"stages": [{"duration": "40s", "rate": 10}, {"duration": "20s", "rate": 0}], "duration": "50s"}`, 15, 100, 0, 35},
		{"stages of concurrency", `{"stages": [{"duration": "1m", "concurrency": 10}]}`, 15, 100, 0, 45},
	}
	for _, test := range tests {
		plan := aurea.NewPlan(decode(t, test.spec), 1)
		progress := aurea.RunProgress{Elapsed: test.elapsed, OK: test.ok, Failed: test.failed}
		if got := remaining(plan, progress); got != test.want {
			t.Errorf("%s: %v s remain, want %v", test.what, got, test.want)
		}
	}
}

// A plan that cannot be executed fails its run, but not the next one.
func TestExecutorError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		epoch := time.Now()
		s := serve(t, Options{})
		a, b, c := s.jobs("a", 1), s.jobs("broken", 5), s.jobs("c", 1)
		wantStatus(t, a.end(t), aurea.StatusCompleted, epoch, 0, 1)
		failed := b.end(t)
		wantStatus(t, failed, aurea.StatusFailed, epoch, 1, 1)
		if failed.Error != "the target cannot be reached" || failed.Result != nil {
			t.Errorf("the failed run has the error %q and the result %v", failed.Error, failed.Result)
		}
		if run := c.end(t); run.Error != "" {
			t.Errorf("the next run has the error %q", run.Error)
		} else {
			wantStatus(t, run, aurea.StatusCompleted, epoch, 1, 2)
		}
	})
}

// A run that lost its worker has failed, and has a result that says so.
func TestLostWorkerFailsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		epoch := time.Now()
		run := serve(t, Options{}).jobs("bereft", 1).end(t)
		wantStatus(t, run, aurea.StatusFailed, epoch, 0, 1)
		if want := "worker two fell silent"; !strings.HasPrefix(run.Error, want) {
			t.Errorf("the run has the error %q, want %s", run.Error, want)
		}
		if run.Result == nil || run.Result.Status != aurea.StatusFailed {
			t.Errorf("the run has the result %+v", run.Result)
		}
	})
}

// At shutdown queued runs are interrupted at once, and the running one
// continues for at most the grace period.
func TestDrain(t *testing.T) {
	tests := []struct {
		what         string
		grace        time.Duration
		jobs         int
		status       aurea.Status
		finished     int
		ok, unbegun  int64
		failed, late int64
	}{
		{"within the grace", 10 * time.Second, 8, aurea.StatusCompleted, 8, 4, 0, 2, 2},
		{"just within the grace", 5001 * time.Millisecond, 8, aurea.StatusCompleted, 8, 4, 0, 2, 2},
		{"beyond the grace", 2 * time.Second, 8, aurea.StatusInterrupted, 5, 3, 3, 1, 1},
		{"without grace", 0, 8, aurea.StatusInterrupted, 3, 2, 5, 1, 0},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				epoch := time.Now()
				s := serve(t, Options{Grace: test.grace})
				a, b, c := s.jobs("a", test.jobs), s.jobs("b", 1), s.jobs("c", 1)
				if err := s.manager.Ready(); err != nil {
					t.Errorf("Ready before the shutdown: %v", err)
				}
				time.Sleep(3 * time.Second)
				synctest.Wait()
				s.drain()
				for _, queued := range []*call{b, c} {
					run := queued.end(t)
					wantStatus(t, run, aurea.StatusInterrupted, epoch, -1, 3)
					if run.Result != nil {
						t.Errorf("a run that never started has a result: %+v", run.Result)
					}
				}
				if err := s.manager.Ready(); !errors.Is(err, aurea.ErrUnavailable) {
					t.Errorf("Ready: %v, want ErrUnavailable", err)
				}
				refused := s.jobs("d", 1)
				if <-refused.ended; !errors.Is(refused.err, aurea.ErrUnavailable) {
					t.Errorf("Do: %v, want ErrUnavailable", refused.err)
				}
				run := a.end(t)
				wantStatus(t, run, test.status, epoch, 0, test.finished)
				want := aurea.Counts{Planned: int64(test.jobs), OK: test.ok, Failed: test.failed, Timeout: test.late,
					Cancelled: test.unbegun}
				if run.Result.Counts != want || run.Result.Status != test.status {
					t.Errorf("the result is %s with %+v, want %s with %+v", run.Result.Status, run.Result.Counts,
						test.status, want)
				}
				<-s.ended
				if took := time.Since(epoch); took != time.Duration(test.finished)*time.Second {
					t.Errorf("the manager ended after %v, want %d s", took, test.finished)
				}
			})
		})
	}
}

// A caller whose context ends during the grace period cancels its run.
func TestCancelDuringGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		epoch := time.Now()
		s := serve(t, Options{Grace: time.Minute})
		a := s.jobs("a", 20)
		time.Sleep(3 * time.Second)
		s.drain()
		time.Sleep(2 * time.Second)
		a.leave()
		wantStatus(t, a.end(t), aurea.StatusCancelled, epoch, 0, 5)
		<-s.ended
		if took := time.Since(epoch); took != 5*time.Second {
			t.Errorf("the manager ended after %v, want 5 s", took)
		}
	})
}

// An idle manager ends at once.
func TestDrainIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		epoch := time.Now()
		s := serve(t, Options{Grace: time.Minute})
		s.drain()
		<-s.ended
		if took := time.Since(epoch); took != 0 {
			t.Errorf("the manager ended after %v, want at once", took)
		}
		if err := s.manager.Ready(); !errors.Is(err, aurea.ErrUnavailable) {
			t.Errorf("Ready: %v, want ErrUnavailable", err)
		}
	})
}

// The real engine fulfils the same contract.
func TestRealEngine(t *testing.T) {
	m := New(engine.New("test", everyKind), Options{})
	ctx, drain := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()

	var seen []aurea.RunProgress
	run, err := m.Do(t.Context(), decode(t,
		`{"num_jobs": 300, "workload": {"kind": "sleep", "duration": "2ms"}, "seed": 7}`),
		func(run aurea.Run) { seen = append(seen, *run.Progress) })
	if err != nil || run.Status != aurea.StatusCompleted {
		t.Fatalf("the run is %s (%v), want completed", run.Status, err)
	}
	if want := (aurea.Counts{Planned: 300, OK: 300}); run.Result.Counts != want || run.Result.Seed != 7 {
		t.Errorf("counts %+v, seed %d, want %+v, 7", run.Result.Counts, run.Result.Seed, want)
	}
	last := seen[len(seen)-1]
	if got := [3]int64{last.OK, last.Started, last.InFlight}; got != [3]int64{300, 300, 0} {
		t.Errorf("ok, started and in flight are %v at the end, want 300, 300 and 0", got)
	}
	if last.Remaining != 0 {
		t.Errorf("%v s remain at the end, want 0", last.Remaining)
	}
	if stats := m.Stats(); stats.Workloads["sleep"].OK != 300 || stats.Last.ID != run.ID {
		t.Errorf("stats count %d jobs of run %s, want 300 of %s", stats.Workloads["sleep"].OK, stats.Last.ID, run.ID)
	}

	caller, leave := context.WithCancel(t.Context())
	stopped := make(chan aurea.Run, 1)
	go func() {
		run, _ := m.Do(caller, decode(t,
			`{"num_jobs": 50, "concurrency": 5, "workload": {"kind": "sleep", "duration": "1h"}}`), nil)
		stopped <- run
	}()
	for m.Stats().Active == 0 {
		time.Sleep(time.Millisecond)
	}
	leave()
	run = <-stopped
	want := aurea.Counts{Planned: 50, Cancelled: 50}
	if run.Status != aurea.StatusCancelled || run.Result.Counts != want {
		t.Errorf("the stopped run is %s with %+v, want cancelled with %+v", run.Status, run.Result.Counts, want)
	}
	drain()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	statuses := []aurea.Status{}
	for _, run := range m.Stats().Recent {
		statuses = append(statuses, run.Status)
	}
	if want := []aurea.Status{aurea.StatusCompleted, aurea.StatusCancelled}; !slices.Equal(statuses, want) {
		t.Errorf("recent runs are %v, want %v", statuses, want)
	}
}

// The log says of a run that starts how long it is: a run that ends by time has no
// number of jobs, and so no false zero.
func TestStartIsLogged(t *testing.T) {
	for _, test := range []struct{ spec, want string }{
		{`{"num_jobs": 5}`, "workload=sleep jobs=5"},
		{`{"duration": "10s", "concurrency": 1}`, "workload=sleep duration=10s"},
		{`{"duration": "1m30s", "num_jobs": 5, "rate": 100}`, "workload=sleep jobs=5 duration=1m30s"},
		{`{"stages": [{"duration": "4s", "rate": 2}], "workload": {"kind": "noop"}}`, "workload=noop duration=4s"},
		{`{"scenarios": [{"name": "a", "num_jobs": 2}, {"name": "b", "num_jobs": 3}]}`,
			"workload=scenarios scenarios=2 jobs=5"},
	} {
		synctest.Test(t, func(t *testing.T) {
			book := new(logBuffer)
			s := serve(t, Options{Log: slog.New(slog.NewTextHandler(book, nil))})
			call := s.do(test.spec, nil)
			if got := book.lines("run started"); len(got) != 1 || got[0] != `level=INFO msg="run started" `+test.want {
				t.Errorf("%s: the log has %q, want %q", test.spec, got, test.want)
			}
			call.leave()
		})
	}
}
