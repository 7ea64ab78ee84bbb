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

// Two managers on one store: each lists, shows and cancels the other's runs and
// executes its own.
func TestTwoServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		one, two := serveStore(t, store, "one", Options{}), serveStore(t, store, "two", Options{})
		run := one.submit(t, `{"num_jobs": 100}`, "")
		queued := one.submit(t, `{"num_jobs": 100}`, "")
		time.Sleep(5 * time.Second)
		if got := two.get(t, run.ID); got.Status != aurea.StatusRunning || got.Progress.Started < 2 {
			t.Errorf("the other manager has it as %s, %+v", got.Status, got.Progress)
		}
		page, err := two.manager.List(t.Context(), aurea.RunQuery{})
		if err != nil || len(page.Runs) != 2 {
			t.Errorf("the other manager lists %d runs (%v)", len(page.Runs), err)
		}
		var kinds []string
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			for update, err := range two.manager.Watch(t.Context(), run.ID, 0) {
				if err != nil {
					t.Errorf("Watch: %v", err)
				}
				kinds = append(kinds, string(update.Kind))
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
		if n := len(kinds); n < 4 || kinds[0] != "status" || kinds[n-1] != "result" {
			t.Errorf("the other manager's watcher got %q, want status first and result last", kinds)
		}
		if !slices.Contains(kinds, "progress") {
			t.Errorf("the other manager's watcher got %q, want some progress", kinds)
		}
		if len(one.executor.started) != 1 || len(two.executor.started) != 0 {
			t.Errorf("executed %v and %v", one.executor.started, two.executor.started)
		}
		if _, err := two.manager.Cancel(t.Context(), run.ID); !errors.Is(err, aurea.ErrConflict) {
			t.Errorf("cancelling a finished run: %v", err)
		}
	})
}

// A note set during a run is kept when the run ends.
func TestChangeRunningRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveStore(t, store, "one", Options{})
		run := s.submit(t, `{"num_jobs": 5}`, "")
		time.Sleep(time.Second)
		note, mark := "look at it", true
		changed, err := s.manager.Change(t.Context(), run.ID, aurea.RunChange{Note: &note, Baseline: &mark})
		if err != nil || changed.Status != aurea.StatusRunning {
			t.Errorf("the changed run is %s (%v), want running", changed.Status, err)
		}
		if changed.Note != note || !changed.Baseline {
			t.Errorf("the changed run has the note %q, baseline %v", changed.Note, changed.Baseline)
		}
		ended, err := s.manager.Wait(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		if ended.Note != note || !ended.Baseline {
			t.Errorf("the ended run has the note %q, baseline %v", ended.Note, ended.Baseline)
		}
		long := strings.Repeat("x", aurea.MaxNote+1)
		_, err = s.manager.Change(t.Context(), run.ID, aurea.RunChange{Note: &long})
		if !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("a long note: %v", err)
		}
	})
}
