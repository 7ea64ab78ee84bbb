package runs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A watcher from the start gets every update once, in order; a later one
// resumes after the given id.
func TestWatchUpdates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serveStore(t, newMemoryStore(), "one", Options{})
		first := s.submit(t, `{"num_jobs": 2}`, "")
		run := s.submit(t, `{"num_jobs": 30}`, "")
		var all []aurea.Update
		for update, err := range s.manager.Watch(t.Context(), run.ID, 0) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, update)
		}
		var got []string
		for _, u := range all {
			what := string(u.Kind)
			if u.Kind == aurea.UpdateStatus {
				what = string(u.Run.Status)
			}
			got = append(got, what)
		}
		want := append(append([]string{"queued", "running"}, slices.Repeat([]string{"progress"}, 30)...), "completed",
			"result")
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		for i, u := range all[2:32] {
			if u.Run.Progress.Elapsed != float64(i+1) {
				t.Errorf("interval %d ends at %v", i, u.Run.Progress.Elapsed)
			}
		}
		// A finished run is watched from the store, which has the rest.
		for update, err := range s.manager.Watch(t.Context(), run.ID, all[20].ID) {
			if err != nil || update.ID <= all[20].ID {
				t.Errorf("%v after %d (%v)", update.ID, all[20].ID, err)
			}
			got = append(got, string(update.Kind))
		}
		if last := got[len(got)-3:]; !slices.Equal(last, []string{"progress", "status", "result"}) {
			t.Errorf("of the finished run: %q", last)
		}
		_ = first
	})
}

// A watcher of a run without updates gets heartbeats, and a cancelled watch
// ends with the cause.
func TestWatchHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serveStore(t, newMemoryStore(), "one", Options{})
		s.submit(t, `{"num_jobs": 100}`, "")
		waiting := s.submit(t, `{"num_jobs": 1}`, "")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 25*time.Second, errors.New("enough"))
		defer cancel()
		start := time.Now()
		var got []string
		for update, err := range s.manager.Watch(ctx, waiting.ID, 0) {
			got = append(got, fmt.Sprintf("%v %s %v", time.Since(start).Round(time.Second), update.Kind, err))
		}
		if want := []string{"0s status <nil>", "10s  <nil>", "20s  <nil>", "25s  enough"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
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

// A slow watcher gets the latest state when it continues, and does not delay
// the run.
func TestSlowWatcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serveStore(t, newMemoryStore(), "one", Options{})
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
		if n < 128 || n > 256+110 {
			t.Errorf("got %d updates, want at most 256 for the 300 intervals that were missed", n)
		}
		done := s.get(t, run.ID)
		if took := done.FinishedAt.Sub(epoch); took > 401*time.Second {
			t.Errorf("the run took %v", took)
		}
	})
}
