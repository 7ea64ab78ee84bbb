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

// checkTimeline checks the kinds of a run's events.
func checkTimeline(t *testing.T, run aurea.Run, want ...string) {
	t.Helper()
	var kinds []string
	for _, event := range run.Timeline {
		kinds = append(kinds, event.Kind)
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("timeline of %s (-want +got):\n%s", run.Name, diff)
	}
}

// A run on workers goes on when its server ends: another server has it within two
// seconds, although the grace of the first one is an hour. No server stops it.
func TestHandOverOnWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		one := serveFleet(t, f, rows.open(), "one", Options{Shared: true, Grace: time.Hour})
		two := serveFleet(t, f, rows.open(), "two", Options{Shared: true})
		run := one.submit(t, `{"name": "a", "num_jobs": 20}`, "")
		time.Sleep(5500 * time.Millisecond)
		drained := time.Now()
		one.drain()
		<-one.ended
		if d := time.Since(drained); d > time.Second {
			t.Errorf("the server ended %s after it was to, want at once", d)
		}
		time.Sleep(2 * time.Second)
		if got, want := f.called(), []string{"one: begin a", "two: resume a"}; !slices.Equal(got, want) {
			t.Errorf("the calls were %q, want %q", got, want)
		}
		ended := two.wait(t, run.ID)
		checkOutcome(t, ended, aurea.StatusCompleted, 20)
		checkTimeline(t, ended, "handed_over", "adopted")
	})
}

// Where no other server reaches the workers, none takes the run: the next start has
// it, and others take it for that of a dead server when the lease has ended.
func TestHandOverToTheNextStartOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		one := serveFleet(t, f, rows.open(), "one", Options{Grace: time.Hour})
		serveFleet(t, f, rows.open(), "two", Options{})
		run := one.submit(t, `{"name": "a", "num_jobs": 20}`, "")
		time.Sleep(5500 * time.Millisecond)
		one.drain()
		<-one.ended
		time.Sleep(5 * time.Second)
		if got, want := f.called(), []string{"one: begin a"}; !slices.Equal(got, want) {
			t.Errorf("the calls were %q, want %q", got, want)
		}
		again := serveFleet(t, f, rows.open(), "one", Options{})
		ended := again.wait(t, run.ID)
		checkOutcome(t, ended, aurea.StatusCompleted, 20)
		checkTimeline(t, ended, "handed_over", "adopted")
	})
}

// A server that lives on for another run follows a run on workers that its next
// start alone can take: their lease would end before that.
func TestHandOverAfterAnotherRun(t *testing.T) {
	for _, shared := range []bool{false, true} {
		t.Run(fmt.Sprintf("shared %v", shared), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, rows := newFleet(), newMemoryStore()
				dying := rows.open()
				dead := serveFleet(t, f, dying, "dead", Options{})
				one := serveFleet(t, f, rows.open(), "one", Options{Shared: shared, Grace: 30 * time.Second})
				run := dead.submit(t, `{"name": "a", "num_jobs": 100}`, "")
				one.submit(t, `{"name": "local", "num_jobs": 100}`, "")
				time.Sleep(time.Second)
				defer dying.freeze()()
				time.Sleep(19 * time.Second) // one has adopted the run
				one.drain()
				time.Sleep(10 * time.Second)
				got, err := rows.Get(t.Context(), run.ID)
				if err != nil {
					t.Fatal(err)
				}
				want := []string{"adopted"}
				if shared {
					want = []string{"adopted", "handed_over"}
				}
				checkTimeline(t, got, want...)
				<-one.ended
				two := serveFleet(t, f, rows.open(), "two", Options{})
				ended := two.wait(t, run.ID)
				checkOutcome(t, ended, aurea.StatusCompleted, 100)
				checkTimeline(t, ended, "adopted", "handed_over", "adopted")
			})
		})
	}
}

// A client that is connected until the end of its run learns that it goes on, and
// so does one that waits for it.
func TestHandOverAnswersClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		one := serveFleet(t, f, rows.open(), "one", Options{Shared: true})
		attended := one.jobs("a", 20)
		time.Sleep(5 * time.Second)
		one.drain()
		run := attended.end(t)
		if run.Status != aurea.StatusRunning || run.ID == "" || run.Result != nil {
			t.Errorf("the client gets run %q, which is %s", run.ID, run.Status)
		}
		checkTimeline(t, run, "handed_over")
		two := serveFleet(t, f, rows.open(), "two", Options{})
		checkOutcome(t, two.wait(t, run.ID), aurea.StatusCompleted, 20)
	})
}

// A watcher of a run that was handed over sees it go on at the other server.
func TestWatchHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		dying := rows.open()
		dead := serveFleet(t, f, dying, "dead", Options{})
		one := serveFleet(t, f, rows.open(), "one", Options{Shared: true, Grace: time.Hour})
		run := dead.submit(t, `{"name": "a", "num_jobs": 60}`, "")
		one.submit(t, `{"name": "local", "num_jobs": 1000}`, "")
		time.Sleep(time.Second)
		defer dying.freeze()()
		time.Sleep(19 * time.Second)
		var last aurea.Run
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			for update, err := range one.manager.Watch(t.Context(), run.ID, 0) {
				if err != nil {
					t.Error(err)
				}
				if update.Kind != aurea.Heartbeat {
					last = update.Run
				}
			}
		}()
		synctest.Wait()
		one.drain()
		two := serveFleet(t, f, rows.open(), "two", Options{})
		checkOutcome(t, two.wait(t, run.ID), aurea.StatusCompleted, 60)
		<-watched
		checkOutcome(t, last, aurea.StatusCompleted, 60)
	})
}

// A run that is being stopped ends where it is.
func TestNoHandOverOfStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		one := serveFleet(t, f, rows.open(), "one", Options{Shared: true, Grace: time.Minute})
		run := one.submit(t, `{"name": "a", "num_jobs": 20}`, "")
		time.Sleep(5500 * time.Millisecond)
		go func() { _, _ = one.manager.Cancel(t.Context(), run.ID) }()
		synctest.Wait()
		one.drain()
		<-one.ended
		wantStored(t, rows, run.ID, aurea.StatusCancelled, true)
	})
}

// A run whose execution does not return goes to the next server too. If it was
// cancelled meanwhile, that one stops it.
func TestHandOverOfASlowExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		f.slow, f.each = true, time.Minute
		one := serveFleet(t, f, rows.open(), "one", Options{Shared: true, Grace: time.Second})
		run := one.submit(t, `{"name": "a", "num_jobs": 20}`, "")
		time.Sleep(90 * time.Second)
		one.drain()
		synctest.Wait()
		go func() { _, _ = one.manager.Cancel(t.Context(), run.ID) }()
		<-one.ended
		wantStored(t, rows, run.ID, aurea.StatusRunning, false)
		two := serveFleet(t, f, rows.open(), "two", Options{})
		checkOutcome(t, two.wait(t, run.ID), aurea.StatusCancelled, 1)
		time.Sleep(time.Hour) // the first execution returns
	})
}

// A run that was handed over can be cancelled at the server that has left it.
func TestCancelOfALeftRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		here := rows.open()
		one := serveFleet(t, f, here, "one", Options{Shared: true})
		two := serveFleet(t, f, rows.open(), "two", Options{})
		run := one.submit(t, `{"name": "a", "num_jobs": 60}`, "")
		time.Sleep(5 * time.Second)
		thaw := here.freeze() // the store takes its time
		one.drain()
		synctest.Wait()
		go func() {
			time.Sleep(time.Second / 2)
			thaw()
		}()
		if _, err := one.manager.Cancel(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
		if got := two.wait(t, run.ID); got.Status != aurea.StatusCancelled {
			t.Errorf("the run is %s, want cancelled", got.Status)
		}
	})
}

// A run on workers that the store cannot release is taken over as after a crash.
func TestHandOverOnWorkersWithoutStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, rows := newFleet(), newMemoryStore()
		one := serveFleet(t, f, rows.open(), "one", Options{Shared: true})
		run := one.submit(t, `{"name": "a", "num_jobs": 60}`, "")
		time.Sleep(5 * time.Second)
		rows.setFull(true)
		one.drain()
		<-one.ended
		wantStored(t, rows, run.ID, aurea.StatusRunning, false)
		rows.setFull(false)
		two := serveFleet(t, f, rows.open(), "two", Options{})
		checkOutcome(t, two.wait(t, run.ID), aurea.StatusCompleted, 60)
	})
}
