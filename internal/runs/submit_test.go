package runs

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A run is in the store before it is acknowledged, has its place in the queue,
// and ends in the store too, with its digest.
func TestSubmit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		s := serveStore(t, store, "one", Options{})
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

// The same key and spec are the same run, whatever became of it; another spec
// is refused. At a full queue too.
func TestIdempotency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serveStore(t, newMemory(), "one", Options{Queue: 1})
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
