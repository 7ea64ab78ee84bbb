package runs

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A run that the store does not know any more, because an earlier copy of it was
// restored, is there when it has ended, with its result.
func TestKeptAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
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
		if err != nil || got.Status != aurea.StatusCompleted || got.Result == nil {
			t.Fatalf("the store has %s, %+v (%v)", got.Status, got.Result, err)
		}
		if got.Result.Counts != ended.Result.Counts || ended.Result.Stored != nil {
			t.Errorf("the store has %+v; it was answered with %+v, stored %v", got.Result.Counts, ended.Result.Counts, ended.Result.Stored)
		}
	})
}
