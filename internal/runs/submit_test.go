package runs

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A run is stored before it is acknowledged, has its queue position, and is
// stored with its digest when it ends.
func TestSubmit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveStore(t, store, "one", Options{})
		a := s.submit(t, `{"num_jobs": 5}`, "")
		if stored, err := store.Get(t.Context(), a.ID); err != nil || stored.Status != aurea.StatusQueued {
			t.Fatalf("the store has %s (%v)", stored.Status, err)
		}
		synctest.Wait()
		b, c := s.submit(t, `{"num_jobs": 1}`, ""), s.submit(t, `{"num_jobs": 1}`, "")
		positions := [3]int{s.get(t, a.ID).QueuePosition, b.QueuePosition, c.QueuePosition}
		if positions != [3]int{0, 1, 2} {
			t.Errorf("the queue positions are %v, want 0, 1 and 2", positions)
		}
		time.Sleep(2500 * time.Millisecond)
		if run := s.get(t, a.ID); run.Status != aurea.StatusRunning || run.Progress.OK != 2 {
			t.Errorf("it is %s with %+v", run.Status, run.Progress)
		}
		done, err := s.manager.Wait(t.Context(), c.ID)
		if err != nil || done.Status != aurea.StatusCompleted {
			t.Fatalf("the run is %s (%v), want completed", done.Status, err)
		}
		if want := "sha256:" + c.ID; done.Digest != want {
			t.Errorf("the run has the digest %q, want %q", done.Digest, want)
		}
		if done.Result.Counts.OK != 1 {
			t.Errorf("the run has %+v, want 1 ok", done.Result.Counts)
		}
		if stored, _ := store.Get(t.Context(), c.ID); stored.Status != aurea.StatusCompleted {
			t.Errorf("the store has it as %s", stored.Status)
		}
	})
}

// The same key and spec return the same run, whatever its state, even with a
// full queue; another spec is refused.
func TestIdempotency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serveStore(t, newMemoryStore(), "one", Options{Queue: 1})
		spec := `{"num_jobs": 3, "labels": {"b": "2", "a": "1"}}`
		first := s.submit(t, spec, "k")
		synctest.Wait()
		waiting := s.submit(t, `{"num_jobs": 1}`, "w")
		for _, again := range []aurea.Run{s.submit(t, `{"labels": {"a": "1", "b": "2"}, "num_jobs": 3}`, "k"), first} {
			if again.ID != first.ID {
				t.Errorf("the key created %s, and then %s", first.ID, again.ID)
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
		_, err := s.manager.Submit(t.Context(), decode(t, `{"num_jobs": 4}`), "k")
		if !errors.Is(err, aurea.ErrMismatch) {
			t.Errorf("another spec: %v", err)
		}
		if len(s.executor.started) != 2 {
			t.Errorf("%d runs were executed, want 2", len(s.executor.started))
		}
		_, err = s.manager.Submit(t.Context(), decode(t, spec), strings.Repeat("k", 256))
		if !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("a long key: %v", err)
		}
	})
}
