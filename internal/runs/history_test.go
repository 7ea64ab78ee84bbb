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

// Two servers on one store: either lists, shows and cancels the other's runs,
// and each executes its own.
func TestTwoServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		one, two := serveStore(t, store, "one", Options{}), serveStore(t, store, "two", Options{})
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

// A note that is given while a run goes on is the run's at its end too.
func TestChangeOfALiveRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := serveStore(t, store, "one", Options{})
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
