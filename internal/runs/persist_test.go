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

// With a full disk the run continues and its response says that it was not
// stored. New runs are refused; stored ones can be read. With free space the
// run is stored and runs are accepted again.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveStore(t, store, "one", Options{})
		old := s.submit(t, `{"num_jobs": 1}`, "")
		if _, err := s.manager.Wait(t.Context(), old.ID); err != nil {
			t.Fatal(err)
		}
		call := s.jobs("running", 4)
		time.Sleep(500 * time.Millisecond)
		store.setFull(true)
		run := call.end(t)
		r := run.Result
		if run.Status != aurea.StatusCompleted || r.Counts.OK != 2 {
			t.Errorf("the run is %s with %+v, want completed with 2 ok", run.Status, r.Counts)
		}
		if r.Stored == nil || *r.Stored {
			t.Errorf("the result has stored %v, want false", r.Stored)
		}
		if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "the disk is full") {
			t.Errorf("the result has the warnings %q, want one about the full disk", r.Warnings)
		}
		unstored := func(runs int, results int64) {
			t.Helper()
			if stats := s.manager.Stats(); stats.Unstored != runs || stats.NotStored != results {
				t.Errorf("%d runs are not stored, %d results were not; want %d and %d", stats.Unstored, stats.NotStored,
					runs, results)
			}
		}
		unstored(1, 1)
		err := s.manager.Ready()
		if !errors.Is(err, aurea.ErrUnavailable) || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("Ready: %v", err)
		}
		_, err = s.manager.Submit(t.Context(), decode(t, `{"num_jobs": 1}`), "")
		if !errors.Is(err, aurea.ErrUnavailable) {
			t.Errorf("Submit: %v", err)
		}
		if got := s.get(t, old.ID); got.Status != aurea.StatusCompleted {
			t.Errorf("the old run is %s", got.Status)
		}
		checkUnpersisted(t, s, run.ID)
		store.setFull(false)
		time.Sleep(3 * time.Second)
		if err := s.manager.Ready(); err != nil {
			t.Errorf("Ready: %v", err)
		}
		got, _ := store.Get(t.Context(), run.ID)
		if got.Status != aurea.StatusCompleted {
			t.Errorf("the stored run is %s, want completed", got.Status)
		}
		if got.Result.Stored != nil || len(got.Result.Warnings) != 0 {
			t.Errorf("the stored result has stored %v and the warnings %q, want neither", got.Result.Stored,
				got.Result.Warnings)
		}
		if got := s.get(t, run.ID); got.Digest == "" || got.Result.Stored != nil {
			t.Errorf("the manager shows it as %+v", got)
		}
		unstored(0, 1)
		s.jobs("next", 1).end(t)
		unstored(0, 1)
	})
}

// checkUnpersisted checks that a run that is not stored yet can be read, but
// neither cancelled nor deleted.
func checkUnpersisted(t *testing.T, s *service, id string) {
	t.Helper()
	if got := s.get(t, id); got.Status != aurea.StatusCompleted || *got.Result.Stored {
		t.Errorf("the run is %s", got.Status)
	}
	if tally, err := s.manager.Tally(t.Context(), id); err != nil || tally.OK != 2 {
		t.Errorf("Tally: %v", err)
	}
	if n := len(slices.Collect(jobsOf(t, s.manager, id))); n != 4 {
		t.Errorf("%d jobs", n)
	}
	if _, err := s.manager.Cancel(t.Context(), id); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("Cancel: %v", err)
	}
	if err := s.manager.Delete(t.Context(), id); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("Delete: %v", err)
	}
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

// A run that another server has ended, because this one seemed dead, is not
// stored again and says so; later runs are stored.
func TestRecoveredByAnotherServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
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
			t.Errorf("the next run has the warnings %q", run.Result.Warnings)
		}
		if stats := s.manager.Stats(); stats.Unstored != 0 || stats.NotStored != 1 {
			t.Errorf("%d runs wait to be stored, %d results were not; want 0 and 1", stats.Unstored, stats.NotStored)
		}
	})
}
