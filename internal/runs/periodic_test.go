package runs

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A run's progress is saved while it runs, so that it survives the process;
// short runs save none.
func TestProgressIsSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveStore(t, store, "one", Options{})
		run := s.submit(t, `{"num_jobs": 60}`, "")
		time.Sleep(30 * time.Second)
		stored, _ := store.Get(t.Context(), run.ID)
		p := stored.Progress
		if stored.Status != aurea.StatusRunning || p == nil {
			t.Fatalf("the stored run is %s with the progress %+v, want running with some", stored.Status, p)
		}
		if p.Started < 27 {
			t.Errorf("the stored progress has %d started jobs, want at least 27", p.Started)
		}
		if p.OK == 0 || p.Failed == 0 {
			t.Errorf("the stored progress is %+v, want some ok and some failed", p)
		}
		if store.saves < 20 || store.saves > 31 {
			t.Errorf("saved %d times in 30 s", store.saves)
		}
	})
}

// Unfinished runs of a process that died are interrupted by its next start
// before it accepts others, or by another server that considers it dead.
func TestRecover(t *testing.T) {
	for _, heir := range []string{"one", "two"} {
		synctest.Test(t, func(t *testing.T) {
			store := newMemoryStore()
			ended := time.Now()
			store.alive["one"] = ended.Add(10 * time.Second)
			left := aurea.Run{ID: "left", Status: aurea.StatusRunning, StartedAt: &ended,
				Progress: &aurea.RunProgress{Elapsed: 3, OK: 5}}
			store.rows["left"] = &storedRow{run: left, by: aurea.Submission{Owner: "one"}}
			s := serveStore(t, store, heir, Options{})
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

// The manager waits for a store that is unavailable at the start and accepts
// nothing meanwhile.
func TestStoreUnavailableAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		store.full = true
		s := serveStore(t, store, "one", Options{})
		_, err := s.manager.Submit(t.Context(), decode(t, `{"num_jobs": 1}`), "")
		if !errors.Is(err, aurea.ErrUnavailable) || !errors.Is(s.manager.Ready(), aurea.ErrUnavailable) {
			t.Errorf("Submit: %v, Ready: %v", err, s.manager.Ready())
		}
		time.Sleep(10 * time.Second)
		store.setFull(false)
		time.Sleep(2 * time.Second)
		s.jobs("a", 1).end(t)
	})
}

func TestRetentionIsApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		keep := aurea.Retention{Runs: 10}
		serveStore(t, store, "one", Options{Keep: keep})
		time.Sleep(time.Second)
		store.mu.Lock()
		defer store.mu.Unlock()
		if store.pruned != keep {
			t.Errorf("asked to keep %+v", store.pruned)
		}
	})
}
