package runs

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// What a run has done is in the store while it runs, so that it is known if
// the process dies; a short run is spared it.
func TestProgressIsSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := serveStore(t, store, "one", Options{})
		run := s.submit(t, `{"num_jobs": 60}`, "")
		time.Sleep(30 * time.Second)
		stored, _ := store.Get(t.Context(), run.ID)
		if p := stored.Progress; stored.Status != aurea.StatusRunning || p == nil || p.Started < 27 || p.OK == 0 || p.Failed == 0 {
			t.Errorf("the store has it as %s with %+v", stored.Status, p)
		}
		if store.saves < 20 || store.saves > 31 {
			t.Errorf("saved %d times in 30 s", store.saves)
		}
	})
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

// A store that does not answer at first is waited for; nothing is accepted
// meanwhile.
func TestStoreAwayAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		store.full = true
		s := serveStore(t, store, "one", Options{})
		if _, err := s.manager.Submit(t.Context(), decode(t, `{"num_jobs": 1}`), ""); !errors.Is(err, aurea.ErrUnavailable) || !errors.Is(s.manager.Ready(), aurea.ErrUnavailable) {
			t.Errorf("Submit: %v, Ready: %v", err, s.manager.Ready())
		}
		time.Sleep(10 * time.Second)
		store.setFull(false)
		time.Sleep(2 * time.Second)
		s.jobs("a", 1).end(t)
	})
}

func TestRetentionIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
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
