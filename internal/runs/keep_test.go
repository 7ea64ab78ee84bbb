package runs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// kept starts a manager on a store, and waits until it accepts runs.
func kept(t *testing.T, store *memory, owner string, options Options) *service {
	t.Helper()
	options.Store, options.Owner = store, owner
	s := serve(t, options)
	time.Sleep(10 * time.Millisecond)
	return s
}

func (s *service) submit(t *testing.T, spec, key string) aurea.Run {
	t.Helper()
	run, err := s.manager.Submit(t.Context(), decode(t, spec), key)
	if err != nil {
		t.Fatalf("Submit %s: %v", spec, err)
	}
	return run
}

func (s *service) get(t *testing.T, id string) aurea.Run {
	t.Helper()
	run, err := s.manager.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	return run
}

// A run is in the store before it is acknowledged, has its place in the queue,
// and ends in the store too, with its digest.
func TestSubmit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := kept(t, store, "one", Options{})
		a := s.submit(t, `{"num_jobs": 5}`, "")
		if stored, err := store.Get(t.Context(), a.ID); err != nil || stored.Status != aurea.StatusQueued {
			t.Fatalf("the store has %s (%v)", stored.Status, err)
		}
		synctest.Wait()
		b, c := s.submit(t, `{"num_jobs": 1}`, ""), s.submit(t, `{"num_jobs": 1}`, "")
		if b.QueuePosition != 1 || c.QueuePosition != 2 || s.get(t, a.ID).QueuePosition != 0 {
			t.Errorf("places %d and %d, and %d of the running one", b.QueuePosition, c.QueuePosition, s.get(t, a.ID).QueuePosition)
		}
		time.Sleep(2500 * time.Millisecond)
		if run := s.get(t, a.ID); run.Status != aurea.StatusRunning || run.Progress.OK != 2 {
			t.Errorf("it is %s with %+v", run.Status, run.Progress)
		}
		done, err := s.manager.Wait(t.Context(), c.ID)
		if err != nil || done.Status != aurea.StatusCompleted || done.Digest != "sha256:"+c.ID || done.Result.Counts.OK != 1 {
			t.Errorf("it is %s with the digest %q (%v)", done.Status, done.Digest, err)
		}
		if stored, _ := store.Get(t.Context(), c.ID); stored.Status != aurea.StatusCompleted {
			t.Errorf("the store has it as %s", stored.Status)
		}
	})
}

// What a run has done is in the store while it runs, so that it is known if
// the process dies; a short run is spared it.
func TestProgressIsSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := kept(t, store, "one", Options{})
		run := s.submit(t, `{"num_jobs": 60}`, "")
		time.Sleep(30 * time.Second)
		stored, _ := store.Get(t.Context(), run.ID)
		if p := stored.Progress; stored.Status != aurea.StatusRunning || p == nil || p.Started < 27 || p.OK == 0 || p.Failed == 0 {
			t.Errorf("the store has it as %s with %+v", stored.Status, p)
		}
		if store.saves < 10 || store.saves > 16 {
			t.Errorf("saved %d times in 30 s", store.saves)
		}
	})
}

// The same key and spec are the same run, whatever became of it; another spec
// is refused. At a full queue too.
func TestIdempotency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kept(t, newMemory(), "one", Options{Queue: 1})
		spec := `{"num_jobs": 3, "labels": {"b": "2", "a": "1"}}`
		first := s.submit(t, spec, "k")
		synctest.Wait()
		waiting := s.submit(t, `{"num_jobs": 1}`, "w")
		for _, again := range []aurea.Run{s.submit(t, `{"labels": {"a": "1", "b": "2"}, "num_jobs": 3}`, "k"), first} {
			if again.ID != first.ID {
				t.Errorf("the key made %s, and then %s", first.ID, again.ID)
			}
		}
		if again := s.submit(t, `{"num_jobs": 1}`, "w"); again.ID != waiting.ID || again.QueuePosition != 1 {
			t.Errorf("the waiting run %s is %s at place %d", waiting.ID, again.ID, again.QueuePosition)
		}
		if _, err := s.manager.Submit(t.Context(), decode(t, spec), ""); !errors.Is(err, aurea.ErrQueueFull) {
			t.Errorf("without the key: %v", err)
		}
		if _, err := s.manager.Wait(t.Context(), waiting.ID); err != nil {
			t.Fatal(err)
		}
		if again := s.submit(t, spec, "k"); again.ID != first.ID || again.Status != aurea.StatusCompleted {
			t.Errorf("it is %s, %s", again.ID, again.Status)
		}
		if _, err := s.manager.Submit(t.Context(), decode(t, `{"num_jobs": 4}`), "k"); !errors.Is(err, aurea.ErrMismatch) {
			t.Errorf("another spec: %v", err)
		}
		if len(s.executor.started) != 2 {
			t.Errorf("%d runs were executed, want 2", len(s.executor.started))
		}
		if _, err := s.manager.Submit(t.Context(), decode(t, spec), strings.Repeat("k", 256)); !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("a long key: %v", err)
		}
	})
}

// With a full disk a run goes on, its answer says that it was not stored, new
// ones are refused, what is there can be read; when there is room it is stored,
// and runs are accepted.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := kept(t, store, "one", Options{})
		old := s.submit(t, `{"num_jobs": 1}`, "")
		if _, err := s.manager.Wait(t.Context(), old.ID); err != nil {
			t.Fatal(err)
		}
		call := s.jobs("running", 4)
		time.Sleep(500 * time.Millisecond)
		store.setFull(true)
		run := call.end(t)
		if r := run.Result; run.Status != aurea.StatusCompleted || r.Counts.OK != 2 || r.Stored == nil || *r.Stored || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "the disk is full") {
			t.Errorf("%s, %+v, warnings %q", run.Status, run.Result.Counts, run.Result.Warnings)
		}
		if err := s.manager.Ready(); !errors.Is(err, aurea.ErrUnavailable) || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("Ready: %v", err)
		}
		if _, err := s.manager.Submit(t.Context(), decode(t, `{"num_jobs": 1}`), ""); !errors.Is(err, aurea.ErrUnavailable) {
			t.Errorf("Submit: %v", err)
		}
		if got := s.get(t, old.ID); got.Status != aurea.StatusCompleted {
			t.Errorf("the old run is %s", got.Status)
		}
		// The run can be had from here meanwhile, and neither cancelled nor deleted.
		if got := s.get(t, run.ID); got.Status != aurea.StatusCompleted || *got.Result.Stored {
			t.Errorf("the run is %s", got.Status)
		}
		if tally, err := s.manager.Tally(t.Context(), run.ID); err != nil || tally.OK != 2 {
			t.Errorf("Tally: %v", err)
		}
		if n := len(slices.Collect(jobsOf(t, s.manager, run.ID))); n != 4 {
			t.Errorf("%d jobs", n)
		}
		if _, err := s.manager.Cancel(t.Context(), run.ID); !errors.Is(err, aurea.ErrConflict) {
			t.Errorf("Cancel: %v", err)
		}
		if err := s.manager.Delete(t.Context(), run.ID); !errors.Is(err, aurea.ErrConflict) {
			t.Errorf("Delete: %v", err)
		}
		store.setFull(false)
		time.Sleep(3 * time.Second)
		if err := s.manager.Ready(); err != nil {
			t.Errorf("Ready: %v", err)
		}
		if got, _ := store.Get(t.Context(), run.ID); got.Status != aurea.StatusCompleted || got.Result.Stored != nil || len(got.Result.Warnings) != 0 {
			t.Errorf("the store has it as %s, %+v", got.Status, got.Result)
		}
		if got := s.get(t, run.ID); got.Digest == "" || got.Result.Stored != nil {
			t.Errorf("it is shown as %+v", got)
		}
		s.jobs("next", 1).end(t)
	})
}

func jobsOf(t *testing.T, m *Manager, id string) func(func(aurea.JobRecord) bool) {
	return func(yield func(aurea.JobRecord) bool) {
		for job, err := range m.Jobs(t.Context(), id) {
			if err != nil {
				t.Fatalf("Jobs: %v", err)
			}
			if !yield(job) {
				return
			}
		}
	}
}

// A process that dies leaves runs unfinished. Its next life interrupts them
// before it accepts others; so does another server, once it counts as dead.
func TestRecover(t *testing.T) {
	for _, heir := range []string{"one", "two"} {
		synctest.Test(t, func(t *testing.T) {
			store := newMemory()
			ended := time.Now()
			store.alive["one"] = ended.Add(10 * time.Second)
			left := aurea.Run{ID: "left", Status: aurea.StatusRunning, StartedAt: &ended, Progress: &aurea.RunProgress{Elapsed: 3, OK: 5}}
			store.rows["left"] = &row{run: left, by: aurea.Submission{Owner: "one"}}
			s := kept(t, store, heir, Options{})
			if err := s.manager.Ready(); err != nil {
				t.Fatal(err)
			}
			if got := s.get(t, "left"); (heir == "one") != (got.Status == aurea.StatusInterrupted) {
				t.Errorf("when %s is ready the run is %s", heir, got.Status)
			}
			time.Sleep(20 * time.Second)
			if got := s.get(t, "left"); got.Status != aurea.StatusInterrupted || got.Progress.OK != 5 {
				t.Errorf("%s has it as %s, %+v", heir, got.Status, got.Progress)
			}
		})
	}
}

// A store that does not answer at first is waited for; nothing is accepted
// meanwhile.
func TestStoreAwayAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		store.full = true
		s := kept(t, store, "one", Options{})
		if _, err := s.manager.Submit(t.Context(), decode(t, `{"num_jobs": 1}`), ""); !errors.Is(err, aurea.ErrUnavailable) || !errors.Is(s.manager.Ready(), aurea.ErrUnavailable) {
			t.Errorf("Submit: %v, Ready: %v", err, s.manager.Ready())
		}
		time.Sleep(10 * time.Second)
		store.setFull(false)
		time.Sleep(2 * time.Second)
		s.jobs("a", 1).end(t)
	})
}

// Two servers on one store: either lists, shows and cancels the other's runs,
// and each executes its own.
func TestTwoServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		one, two := kept(t, store, "one", Options{}), kept(t, store, "two", Options{})
		run := one.submit(t, `{"num_jobs": 100}`, "")
		queued := one.submit(t, `{"num_jobs": 100}`, "")
		time.Sleep(5 * time.Second)
		if got := two.get(t, run.ID); got.Status != aurea.StatusRunning || got.Progress.Started < 2 {
			t.Errorf("the other has it as %s, %+v", got.Status, got.Progress)
		}
		page, err := two.manager.List(t.Context(), aurea.RunQuery{})
		if err != nil || len(page.Runs) != 2 {
			t.Errorf("the other lists %d (%v)", len(page.Runs), err)
		}
		var told []string
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			for update, err := range two.manager.Watch(t.Context(), run.ID, 0) {
				if err != nil {
					t.Errorf("Watch: %v", err)
				}
				told = append(told, string(update.Kind))
			}
		}()
		for _, id := range []string{queued.ID, run.ID} {
			if _, err := two.manager.Cancel(t.Context(), id); err != nil {
				t.Errorf("Cancel: %v", err)
			}
			ended, err := two.manager.Wait(t.Context(), id)
			if err != nil || ended.Status != aurea.StatusCancelled {
				t.Errorf("it is %s (%v)", ended.Status, err)
			}
		}
		<-watched
		if n := len(told); n < 4 || told[0] != "status" || told[n-1] != "result" || !slices.Contains(told, "progress") {
			t.Errorf("the other's watcher is told %q", told)
		}
		if len(one.executor.started) != 1 || len(two.executor.started) != 0 {
			t.Errorf("executed %v and %v", one.executor.started, two.executor.started)
		}
		if _, err := two.manager.Cancel(t.Context(), run.ID); !errors.Is(err, aurea.ErrConflict) {
			t.Errorf("a finished run: %v", err)
		}
	})
}

// A run that another server has given an end to, because this one seemed dead,
// is not stored again, and says so; the next ones are not concerned.
func TestTakenForDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := kept(t, store, "one", Options{})
		call := s.jobs("a", 3)
		time.Sleep(time.Second)
		store.mu.Lock()
		for _, r := range store.rows {
			_ = r.run.Move(aurea.StatusInterrupted, time.Now())
		}
		store.mu.Unlock()
		if run := call.end(t); run.Result.Stored == nil || run.Status != aurea.StatusCompleted {
			t.Errorf("%s, %+v", run.Status, run.Result.Warnings)
		}
		if err := s.manager.Ready(); err != nil {
			t.Errorf("Ready: %v", err)
		}
		if run := s.jobs("b", 1).end(t); run.Result.Stored != nil {
			t.Errorf("the next one: %q", run.Result.Warnings)
		}
	})
}

// When the service ends, everything that was accepted has its end in the store.
func TestDrainIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := kept(t, store, "one", Options{Grace: time.Second})
		var ids []string
		for range 4 {
			ids = append(ids, s.submit(t, `{"num_jobs": 10}`, "").ID)
		}
		time.Sleep(2 * time.Second)
		s.drain()
		<-s.ended
		for i, id := range ids {
			run, err := store.Get(t.Context(), id)
			if err != nil || run.Status != aurea.StatusInterrupted || (run.Result != nil) != (i == 0) {
				t.Errorf("run %d is %s with %v (%v)", i, run.Status, run.Result, err)
			}
		}
	})
}

func TestRetentionIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		keep := aurea.Retention{Runs: 10}
		kept(t, store, "one", Options{Keep: keep})
		time.Sleep(time.Second)
		store.mu.Lock()
		defer store.mu.Unlock()
		if store.pruned != keep {
			t.Errorf("asked to keep %+v", store.pruned)
		}
	})
}

// Whoever watches a run from its beginning is told everything once, in order;
// whoever comes later goes on where it says.
func TestWatchUpdates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kept(t, newMemory(), "one", Options{})
		first := s.submit(t, `{"num_jobs": 2}`, "")
		run := s.submit(t, `{"num_jobs": 30}`, "")
		var all []aurea.Update
		for update, err := range s.manager.Watch(t.Context(), run.ID, 0) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, update)
		}
		var told []string
		for _, u := range all {
			what := string(u.Kind)
			if u.Kind == aurea.UpdateStatus {
				what = string(u.Run.Status)
			}
			told = append(told, what)
		}
		want := append(append([]string{"queued", "running"}, slices.Repeat([]string{"progress"}, 30)...), "completed", "result")
		if !slices.Equal(told, want) {
			t.Errorf("told %q", told)
		}
		for i, u := range all[2:32] {
			if u.Run.Progress.Elapsed != float64(i+1) {
				t.Errorf("interval %d ends at %v", i, u.Run.Progress.Elapsed)
			}
		}
		// From the store, of a finished run: what is left of it.
		for update, err := range s.manager.Watch(t.Context(), run.ID, all[20].ID) {
			if err != nil || update.ID <= all[20].ID {
				t.Errorf("%v after %d (%v)", update.ID, all[20].ID, err)
			}
			told = append(told, string(update.Kind))
		}
		if last := told[len(told)-3:]; !slices.Equal(last, []string{"progress", "status", "result"}) {
			t.Errorf("of the finished run: %q", last)
		}
		_ = first
	})
}

// A watcher of a run where nothing happens hears a heartbeat, and one that is
// called off ends with the reason.
func TestWatchHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kept(t, newMemory(), "one", Options{})
		s.submit(t, `{"num_jobs": 100}`, "")
		waiting := s.submit(t, `{"num_jobs": 1}`, "")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 25*time.Second, errors.New("enough"))
		defer cancel()
		begun := time.Now()
		var told []string
		for update, err := range s.manager.Watch(ctx, waiting.ID, 0) {
			told = append(told, fmt.Sprintf("%v %s %v", time.Since(begun).Round(time.Second), update.Kind, err))
		}
		if want := []string{"0s status <nil>", "10s  <nil>", "20s  <nil>", "25s  enough"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		if _, err := s.manager.Get(t.Context(), "nothing"); !errors.Is(err, aurea.ErrNotFound) {
			t.Errorf("Get: %v", err)
		}
		for _, err := range s.manager.Watch(t.Context(), "nothing", 0) {
			if !errors.Is(err, aurea.ErrNotFound) {
				t.Errorf("Watch: %v", err)
			}
		}
	})
}

// A slow watcher is told the latest when it comes back, and does not hold the
// run up.
func TestSlowWatcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := kept(t, newMemory(), "one", Options{})
		epoch := time.Now()
		run := s.submit(t, `{"num_jobs": 400}`, "")
		n := 0
		for update, err := range s.manager.Watch(t.Context(), run.ID, 0) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 3 {
				time.Sleep(300 * time.Second)
			}
			_ = update
		}
		if n < keepPast || n > 400-300+keepPast+10 {
			t.Errorf("told %d times", n)
		}
		done := s.get(t, run.ID)
		if took := done.FinishedAt.Sub(epoch); took > 401*time.Second {
			t.Errorf("the run took %v", took)
		}
	})
}

// A note that is given while a run goes on is the run's at its end too.
func TestChangeOfALiveRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := kept(t, store, "one", Options{})
		run := s.submit(t, `{"num_jobs": 5}`, "")
		time.Sleep(time.Second)
		note, mark := "look at it", true
		changed, err := s.manager.Change(t.Context(), run.ID, aurea.RunChange{Note: &note, Baseline: &mark})
		if err != nil || changed.Note != note || !changed.Baseline || changed.Status != aurea.StatusRunning {
			t.Errorf("%+v (%v)", changed, err)
		}
		ended, err := s.manager.Wait(t.Context(), run.ID)
		if err != nil || ended.Note != note || !ended.Baseline {
			t.Errorf("%q, %v (%v)", ended.Note, ended.Baseline, err)
		}
		long := strings.Repeat("x", aurea.MaxNote+1)
		if _, err := s.manager.Change(t.Context(), run.ID, aurea.RunChange{Note: &long}); !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("a long note: %v", err)
		}
	})
}
