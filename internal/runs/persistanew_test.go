package runs

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A run that is missing from the store, because an earlier copy was restored,
// is stored with its result when it ends.
func TestPersistMissingRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveStore(t, store, "one", Options{})
		run := s.submit(t, `{"num_jobs": 4}`, "key")
		time.Sleep(time.Second)
		store.mu.Lock()
		delete(store.rows, run.ID)
		store.mu.Unlock()
		ended, err := s.manager.Wait(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		got, err := store.Get(t.Context(), run.ID)
		if err != nil || got.Status != aurea.StatusCompleted {
			t.Fatalf("the stored run is %s (%v), want completed", got.Status, err)
		}
		if got.Result == nil {
			t.Fatal("the stored run has no result")
		}
		if got.Result.Counts != ended.Result.Counts || ended.Result.Stored != nil {
			t.Errorf("the store has %+v; it was answered with %+v, stored %v", got.Result.Counts, ended.Result.Counts,
				ended.Result.Stored)
		}
	})
}
