package runs

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A server that is suspended for longer than its lease loses its run to another
// one, where the run goes on and ends as if nothing had happened. When the first
// one wakes up, it stops, and shows the run as the other one finished it.
func TestTakeover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		here := rows.open()
		one, two := serveFleet(t, f, here, "one", Options{}), serveFleet(t, f, rows.open(), "two", Options{})
		run := one.submit(t, `{"name": "a", "num_jobs": 60}`, "")
		ended := make(chan aurea.Run, 1)
		go func() { ended <- one.wait(t, run.ID) }()
		time.Sleep(5 * time.Second)
		thaw := here.freeze()
		defer thaw()
		time.Sleep(14 * time.Second)
		adopted := two.get(t, run.ID)
		if adopted.Status != aurea.StatusRunning || adopted.Progress.OK < 17 || adopted.Progress.OK > 20 {
			t.Errorf("after 19 s the run is %s with %+v, want all of its jobs so far", adopted.Status, adopted.Progress)
		}
		if len(adopted.Timeline) != 1 || adopted.Timeline[0].Kind != "adopted" {
			t.Errorf("the timeline is %+v, want the adoption", adopted.Timeline)
		}
		time.Sleep(11 * time.Second)
		thaw()
		time.Sleep(10 * time.Second)
		if got := one.get(t, run.ID); got.Status != aurea.StatusRunning || got.Progress.OK < 37 {
			t.Errorf("the first server shows the run as %s with %+v, want as the other one has it", got.Status, got.Progress)
		}
		checkOutcome(t, two.wait(t, run.ID), aurea.StatusCompleted, 60)
		checkOutcome(t, <-ended, aurea.StatusCompleted, 60)
		if got, want := f.called(), []string{"one: begin a", "two: resume a"}; !slices.Equal(got, want) {
			t.Errorf("the calls were %q, want %q", got, want)
		}
	})
}

// A server that is not refused by its workers learns from the store that it has
// lost its run, and stops.
func TestLostWhileExecuting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		f.deaf = true
		here := rows.open()
		one, two := serveFleet(t, f, here, "one", Options{}), serveFleet(t, f, rows.open(), "two", Options{})
		run := one.submit(t, `{"name": "a", "num_jobs": 60}`, "")
		time.Sleep(5 * time.Second)
		thaw := here.freeze()
		defer thaw()
		time.Sleep(20 * time.Second)
		thaw()
		checkOutcome(t, one.wait(t, run.ID), aurea.StatusCompleted, 60)
		checkOutcome(t, two.wait(t, run.ID), aurea.StatusCompleted, 60)
		if diff := cmp.Diff([]string{"one: begin a", "two: resume a", "one: stop a"}, f.called()); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

// A restarted server goes on with its run at once.
func TestTakeoverAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		here := rows.open()
		one := serveFleet(t, f, here, "one", Options{})
		run := one.submit(t, `{"name": "a", "num_jobs": 20}`, "")
		time.Sleep(5 * time.Second)
		defer here.freeze()()
		again := serveFleet(t, f, rows.open(), "one", Options{})
		if got, want := f.called(), []string{"one: begin a", "one: resume a"}; !slices.Equal(got, want) {
			t.Errorf("when the server is ready the calls are %q, want %q", got, want)
		}
		next := again.submit(t, `{"name": "b", "num_jobs": 1}`, "")
		checkOutcome(t, again.wait(t, run.ID), aurea.StatusCompleted, 20)
		begun, resumed := again.wait(t, next.ID).StartedAt, again.get(t, run.ID).FinishedAt
		if begun.Before(*resumed) {
			t.Errorf("the next run began at %v, before the resumed one ended at %v", begun, resumed)
		}
	})
}

// Another server begins the queued runs of a dead one, once each. It interrupts
// those whose clients were connected to the dead one.
func TestTakeoverOfTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		here := rows.open()
		one, two := serveFleet(t, f, here, "one", Options{}), serveFleet(t, f, rows.open(), "two", Options{})
		a := one.submit(t, `{"name": "a", "num_jobs": 15}`, "")
		b := one.submit(t, `{"name": "b", "num_jobs": 5}`, "")
		attended := one.jobs("attended", 5)
		time.Sleep(2 * time.Second)
		thaw := here.freeze()
		defer thaw()
		time.Sleep(40 * time.Second)
		checkOutcome(t, two.get(t, a.ID), aurea.StatusCompleted, 15)
		checkOutcome(t, two.get(t, b.ID), aurea.StatusCompleted, 5)
		thaw()
		checkOutcome(t, one.wait(t, b.ID), aurea.StatusCompleted, 5)
		checkOutcome(t, attended.end(t), aurea.StatusInterrupted, -1)
		want := []string{"one: begin a", "two: resume a", "two: begin b"}
		if diff := cmp.Diff(want, f.called()); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

// A run whose server waits for workers has not begun: another server begins it.
func TestTakeoverBeforeTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		arrive := f.leave()
		here := rows.open()
		one, two := serveFleet(t, f, here, "one", Options{}), serveFleet(t, f, rows.open(), "two", Options{})
		run := one.submit(t, `{"name": "a", "num_jobs": 5}`, "")
		time.Sleep(5 * time.Second)
		if got := two.get(t, run.ID); got.Status != aurea.StatusQueued {
			t.Errorf("while it waits for workers the run is %s, want queued", got.Status)
		}
		thaw := here.freeze()
		defer thaw()
		time.Sleep(20 * time.Second)
		arrive()
		time.Sleep(10 * time.Second)
		thaw()
		checkOutcome(t, two.get(t, run.ID), aurea.StatusCompleted, 5)
		checkOutcome(t, one.wait(t, run.ID), aurea.StatusCompleted, 5)
		if diff := cmp.Diff([]string{"two: begin a"}, f.called()); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

// A run that a server executes itself is interrupted when the server dies:
// another one would execute its jobs again.
func TestNoTakeoverOfLocalRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		here := rows.open()
		one, two := serveFleet(t, f, here, "one", Options{}), serveFleet(t, f, rows.open(), "two", Options{})
		run := one.submit(t, `{"name": "local", "num_jobs": 60}`, "")
		time.Sleep(10 * time.Millisecond)
		if got := two.get(t, run.ID); got.Status != aurea.StatusRunning {
			t.Errorf("while it is executed the run is %s in the store, want running", got.Status)
		}
		defer here.freeze()()
		time.Sleep(20 * time.Second)
		checkOutcome(t, two.get(t, run.ID), aurea.StatusInterrupted, -1)
		if diff := cmp.Diff([]string{"one: execute local"}, f.called()); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

// A suspended server that wakes up does not execute a run that was taken from
// its queue.
func TestLostBeforeLocalExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		here := rows.open()
		one, two := serveFleet(t, f, here, "one", Options{}), serveFleet(t, f, rows.open(), "two", Options{})
		one.submit(t, `{"name": "a", "num_jobs": 20}`, "")
		run := one.submit(t, `{"name": "local", "num_jobs": 5}`, "")
		time.Sleep(2 * time.Second)
		thaw := here.freeze()
		defer thaw()
		time.Sleep(40 * time.Second)
		thaw()
		time.Sleep(10 * time.Second)
		if got := one.wait(t, run.ID); got.Status != aurea.StatusCompleted {
			t.Errorf("the run is %s, want completed", got.Status)
		}
		if got := two.get(t, run.ID); got.Status != aurea.StatusCompleted {
			t.Errorf("the other server has it %s, want completed", got.Status)
		}
		if diff := cmp.Diff([]string{"one: begin a", "two: resume a", "two: execute local"}, f.called()); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

// A server takes as many queued runs over as its queue has places, and others
// when there are places again.
func TestTakeoverKeepsQueueLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		here := rows.open()
		one := serveFleet(t, f, here, "one", Options{})
		var ids []string
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			ids = append(ids, one.submit(t, fmt.Sprintf(`{"name": %q, "num_jobs": 10}`, name), "").ID)
		}
		time.Sleep(time.Second)
		defer here.freeze()()
		two := serveFleet(t, f, rows.open(), "two", Options{Queue: 2})
		most := 0
		for range 100 {
			time.Sleep(time.Second)
			most = max(most, two.manager.Stats().Queued)
		}
		if most != 2 {
			t.Errorf("up to %d runs were queued, want 2", most)
		}
		for _, id := range ids {
			checkOutcome(t, two.get(t, id), aurea.StatusCompleted, 10)
		}
	})
}

// What cannot go on is interrupted and says why: with an exact partial result if
// the workers have stopped, with the last progress if they are gone.
func TestTakeoverOfWhatHasEnded(t *testing.T) {
	for _, test := range []struct {
		name   string
		end    func(f *fleet, rows *memoryStore)
		ok     int64
		reason string
	}{
		{"stopped", func(f *fleet, _ *memoryStore) { f.stop("a") }, 5, ""},
		{"gone", func(f *fleet, _ *memoryStore) { f.forget("a") }, -1,
			"its server ended, and nothing is left of the execution: no worker has it"},
		{"unreadable", func(_ *fleet, rows *memoryStore) {
			rows.mu.Lock()
			defer rows.mu.Unlock()
			for _, r := range rows.rows {
				r.noted = []byte("{")
			}
		}, -1, "its server ended, and another one could not go on with it: what its server noted cannot be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, rows := newFleet(), newMemoryStore()
				here := rows.open()
				one := serveFleet(t, f, here, "one", Options{})
				id := one.submit(t, `{"name": "a", "num_jobs": 60}`, "").ID
				time.Sleep(5500 * time.Millisecond)
				defer here.freeze()()
				test.end(f, rows)
				two := serveFleet(t, f, rows.open(), "two", Options{})
				run := two.wait(t, id)
				checkOutcome(t, run, aurea.StatusInterrupted, test.ok)
				if !strings.HasPrefix(run.Error, test.reason) || (run.Error == "") != (test.reason == "") {
					t.Errorf("the error is %q, want %q", run.Error, test.reason)
				}
				if run.Progress == nil || run.Progress.OK < 4 {
					t.Errorf("the progress is %+v, want the last one", run.Progress)
				}
			})
		})
	}
}

// A queued run with secrets cannot be taken over, because they are not in the
// store.
func TestTakeoverWithoutSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		here := rows.open()
		one := serveFleet(t, f, here, "one", Options{})
		one.submit(t, `{"name": "a", "num_jobs": 60}`, "")
		secret := one.submit(t, `{"name": "b", "num_jobs": 1, "workload": {"kind": "http",
			"url": "http://127.0.0.1:1/", "headers": {"Authorization": "Bearer x"}}}`, "")
		defer here.freeze()()
		two := serveFleet(t, f, rows.open(), "two", Options{})
		run := two.wait(t, secret.ID)
		checkOutcome(t, run, aurea.StatusInterrupted, -1)
		if !strings.Contains(run.Error, "Authorization") || !strings.Contains(run.Error, "give it again") {
			t.Errorf("the error is %q, want the masked header", run.Error)
		}
	})
}

// A server that cannot resume leaves the noted run of a dead one to those that
// can, for a minute. Then it interrupts the run with its last progress.
func TestPlainServerInterrupts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		here := rows.open()
		one := serveFleet(t, f, here, "one", Options{})
		run := one.submit(t, `{"name": "a", "num_jobs": 60}`, "")
		time.Sleep(5 * time.Second)
		defer here.freeze()()
		plain := serveStore(t, rows, "plain", Options{})
		time.Sleep(time.Minute)
		if got := plain.get(t, run.ID); got.Status != aurea.StatusRunning {
			t.Errorf("a minute after its server died the run is %s, want running", got.Status)
		}
		time.Sleep(20 * time.Second)
		got := plain.get(t, run.ID)
		checkOutcome(t, got, aurea.StatusInterrupted, -1)
		if got.Progress == nil || got.Progress.OK < 4 {
			t.Errorf("the progress is %+v, want the last one", got.Progress)
		}
	})
}

// A plain server leaves a run to a server that can resume it and comes later.
func TestPlainServerLeavesToResumer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		here := rows.open()
		one := serveFleet(t, f, here, "one", Options{})
		serveStore(t, rows, "plain", Options{})
		run := one.submit(t, `{"name": "a", "num_jobs": 90}`, "")
		time.Sleep(5 * time.Second)
		defer here.freeze()()
		time.Sleep(55 * time.Second)
		two := serveFleet(t, f, rows.open(), "two", Options{})
		checkOutcome(t, two.wait(t, run.ID), aurea.StatusCompleted, 90)
	})
}

// The lease of a server whose runs can be taken over is shorter.
func TestLeases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := newMemoryStore()
		serveFleet(t, newFleet(), rows.open(), "resumer", Options{})
		serveStore(t, rows, "plain", Options{})
		rows.mu.Lock()
		defer rows.mu.Unlock()
		for owner, want := range map[string]time.Duration{"resumer": 10 * time.Second, "plain": 20 * time.Second} {
			if got := time.Until(rows.alive[owner]); got > want || got < want-time.Second {
				t.Errorf("the lease of %s lasts %v, want %v", owner, got, want)
			}
		}
	})
}
