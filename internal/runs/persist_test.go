package runs

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// With a full disk a run goes on, its answer says that it was not stored, new
// ones are refused, what is there can be read; when there is room it is stored,
// and runs are accepted.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := serveStore(t, store, "one", Options{})
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
		unstored := func(runs int, results int64) {
			t.Helper()
			if stats := s.manager.Stats(); stats.Unstored != runs || stats.NotStored != results {
				t.Errorf("%d runs are not stored, %d results were not; want %d and %d", stats.Unstored, stats.NotStored, runs, results)
			}
		}
		unstored(1, 1)
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
		unstored(0, 1)
		s.jobs("next", 1).end(t)
		unstored(0, 1)
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

// A run that another server has given an end to, because this one seemed dead,
// is not stored again, and says so; the next ones are not concerned.
func TestTakenForDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := serveStore(t, store, "one", Options{})
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
		if stats := s.manager.Stats(); stats.Unstored != 0 || stats.NotStored != 1 {
			t.Errorf("%d runs wait to be stored, %d results were not; want 0 and 1", stats.Unstored, stats.NotStored)
		}
	})
}

// When the service ends, everything that was accepted has its end in the store.
func TestDrainIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := serveStore(t, store, "one", Options{Grace: time.Second})
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
