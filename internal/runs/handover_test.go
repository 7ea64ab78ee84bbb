package runs

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// wantStored checks the status of a run in the store, and whether it has a result.
func wantStored(t *testing.T, store *memoryStore, id string, status aurea.Status, result bool) {
	t.Helper()
	run, err := store.Get(t.Context(), id)
	if err != nil || run.Status != status {
		t.Errorf("in the store the run is %s (%v), want %s", run.Status, err, status)
	}
	if got := run.Result != nil; got != result {
		t.Errorf("the %s run has a result: %v, want %v", status, got, result)
	}
}

// A service that ends keeps the partial result of the running run. The queued
// runs stay queued: the next start executes them in their order.
func TestHandOverToTheNextStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveStore(t, store, "one", Options{Grace: time.Second})
		var ids []string
		for range 4 {
			ids = append(ids, s.submit(t, `{"num_jobs": 10}`, "").ID)
		}
		time.Sleep(2 * time.Second)
		s.drain()
		<-s.ended
		wantStored(t, store, ids[0], aurea.StatusInterrupted, true)
		for _, id := range ids[1:] {
			wantStored(t, store, id, aurea.StatusQueued, false)
		}
		next := serveStore(t, store, "one", Options{})
		var last time.Time
		for _, id := range ids[1:] {
			run := next.wait(t, id)
			checkOutcome(t, run, aurea.StatusCompleted, 6) // some jobs fail
			if run.StartedAt.Before(last) {
				t.Errorf("a run began at %v, before the one ahead of it, at %v", run.StartedAt, last)
			}
			last = *run.StartedAt
		}
	})
}

// Another server takes the queued runs while the ending one still executes. Who
// waits for them at the ending one is answered at once.
func TestHandOverToAnotherServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		one := serveStore(t, store, "one", Options{Grace: time.Hour})
		two := serveStore(t, store, "two", Options{})
		running, queued := one.submit(t, `{"num_jobs": 600}`, ""), one.submit(t, `{"num_jobs": 5}`, "")
		time.Sleep(2 * time.Second)
		answered := make(chan aurea.Run, 1)
		go func() {
			run, _ := one.manager.Wait(t.Context(), queued.ID)
			answered <- run
		}()
		synctest.Wait()
		one.drain()
		if run := <-answered; run.Status != aurea.StatusQueued {
			t.Errorf("the ending server answers with a run that is %s, want queued", run.Status)
		}
		checkOutcome(t, two.wait(t, queued.ID), aurea.StatusCompleted, 3) // some jobs fail
		wantStored(t, store, running.ID, aurea.StatusRunning, false)
		if got := one.get(t, queued.ID); got.Status != aurea.StatusCompleted {
			t.Errorf("the ending server shows the run as %s, want completed", got.Status)
		}
	})
}

// What no other server can begin is interrupted: runs whose clients are connected
// to this one, and those with secrets, which are not in the store.
func TestNoHandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveStore(t, store, "one", Options{})
		s.submit(t, `{"num_jobs": 600}`, "")
		time.Sleep(time.Second)
		secret := s.submit(t, `{"num_jobs": 1, "workload": {"kind": "http",
			"url": "http://127.0.0.1:1/", "headers": {"Authorization": "Bearer x"}}}`, "")
		attended := s.jobs("attended", 5)
		time.Sleep(time.Second)
		s.drain()
		<-s.ended
		wantStored(t, store, secret.ID, aurea.StatusInterrupted, false)
		checkOutcome(t, attended.end(t), aurea.StatusInterrupted, -1)
	})
}

// A run that cannot be handed over, because the store does not answer, is
// interrupted as far as this server knows.
func TestHandOverWithoutStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveStore(t, store, "one", Options{})
		s.submit(t, `{"num_jobs": 600}`, "")
		queued := s.submit(t, `{"num_jobs": 1}`, "")
		time.Sleep(time.Second)
		store.setFull(true)
		s.drain()
		if run := s.wait(t, queued.ID); run.Status != aurea.StatusInterrupted {
			t.Errorf("the run is %s, want interrupted", run.Status)
		}
		<-s.ended
		wantStored(t, store, queued.ID, aurea.StatusQueued, false)
	})
}

// A run that waits for workers has not begun. It is handed over without its
// grace, and begins once.
func TestHandOverBeforeTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		arrive := f.leave()
		one := serveFleet(t, f, rows.open(), "one", Options{Grace: time.Hour})
		two := serveFleet(t, f, rows.open(), "two", Options{})
		run := one.submit(t, `{"name": "a", "num_jobs": 5}`, "")
		time.Sleep(5 * time.Second)
		one.drain()
		<-one.ended
		wantStored(t, rows, run.ID, aurea.StatusQueued, false)
		arrive()
		checkOutcome(t, two.wait(t, run.ID), aurea.StatusCompleted, 5)
		if diff := cmp.Diff([]string{"two: begin a"}, f.called()); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

// A server without workers leaves a queued run that wants some to those that have
// them, and takes the others.
func TestHandOverOfWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		one := serveFleet(t, f, rows.open(), "one", Options{})
		plain := serveStore(t, rows, "plain", Options{})
		one.submit(t, `{"name": "a", "num_jobs": 600}`, "")
		wanted := one.submit(t, `{"name": "b", "num_jobs": 5, "workers": 2}`, "")
		free := one.submit(t, `{"name": "c", "num_jobs": 5}`, "")
		time.Sleep(2 * time.Second)
		one.drain()
		time.Sleep(time.Hour)
		checkOutcome(t, plain.get(t, free.ID), aurea.StatusCompleted, 3) // some jobs fail
		if got := plain.get(t, wanted.ID); got.Status != aurea.StatusQueued {
			t.Errorf("the run that wants workers is %s, want queued", got.Status)
		}
		two := serveFleet(t, f, rows.open(), "two", Options{})
		checkOutcome(t, two.wait(t, wanted.ID), aurea.StatusCompleted, 5)
	})
}

// A run that no server has can be cancelled.
func TestCancelHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		one := serveFleet(t, f, rows.open(), "one", Options{})
		plain := serveStore(t, rows, "plain", Options{})
		one.submit(t, `{"name": "a", "num_jobs": 600}`, "")
		run := one.submit(t, `{"name": "b", "num_jobs": 5, "workers": 2}`, "")
		time.Sleep(2 * time.Second)
		one.drain()
		time.Sleep(time.Minute)
		if _, err := plain.manager.Cancel(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
		if got := plain.wait(t, run.ID); got.Status != aurea.StatusCancelled {
			t.Errorf("the run is %s, want cancelled", got.Status)
		}
	})
}

// A server without workers that is suspended while it has an adopted run in its
// queue does not execute it when another has it by then.
func TestAdoptedByPlainServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		one := serveFleet(t, f, rows.open(), "one", Options{})
		here := rows.open()
		plain := New(&executor{}, Options{Store: here, Owner: "plain"})
		s := serveManager(t, plain)
		time.Sleep(time.Second)
		s.submit(t, `{"name": "long", "num_jobs": 30}`, "")
		one.submit(t, `{"name": "a", "num_jobs": 600}`, "")
		run := one.submit(t, `{"name": "b", "num_jobs": 5}`, "")
		time.Sleep(2 * time.Second)
		one.drain()
		time.Sleep(10 * time.Second)
		if s.manager.find(run.ID) == nil {
			t.Fatal("the server has not taken the run")
		}
		thaw := here.freeze()
		defer thaw()
		two := serveFleet(t, f, rows.open(), "two", Options{})
		checkOutcome(t, two.wait(t, run.ID), aurea.StatusCompleted, 5)
		thaw()
		checkOutcome(t, s.wait(t, run.ID), aurea.StatusCompleted, 5)
		if calls := strings.Join(f.called(), ", "); strings.Count(calls, "begin b") != 1 {
			t.Errorf("the calls were %s, want one that begins the run", calls)
		}
	})
}
