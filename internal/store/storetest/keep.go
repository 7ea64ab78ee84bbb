package storetest

import (
	"errors"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A run that is kept at once is the same, to the digest, as one that was created
// and finished.
func testKeep(t *testing.T, place Place) {
	s := place.Open(t)
	by := aurea.Submission{Owner: "here", Body: "body"}
	whole := NewRun(1)
	whole.Labels = map[string]string{"branch": "main"}
	whole = Finished(whole, 1000)
	kept := whole
	kept.Digest = must[string](t)(s.Keep(t.Context(), whole, by))
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), whole.ID)), stored(kept))
	expect(t, page(t, s, aurea.RunQuery{Labels: whole.Labels}), []aurea.Run{inList(kept)})
	expect(t, jobs(t, s, whole.ID), records(1000))
	check(t, s.Verify(t.Context(), whole.ID))
	expect(t, must[string](t)(s.Keep(t.Context(), whole, by)), kept.Digest) // a retry after a lost response
	if _, err := s.Keep(t.Context(), Finished(whole, 20), by); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("keeping another end: %v, want a conflict", err)
	}
	if _, err := s.Keep(t.Context(), NewRun(2), by); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("keeping a queued run: %v, want a conflict", err)
	}
	if _, err := s.Get(t.Context(), NewRun(2).ID); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("a refused run: %v, want not found", err)
	}
	check(t, s.Delete(t.Context(), whole.ID))
	created := must[aurea.Run](t)(s.Create(t.Context(), whole.AsQueued(), by))
	expect(t, created.Status, aurea.StatusQueued)
	expect(t, must[string](t)(s.Finish(t.Context(), whole)), kept.Digest)
}

// Keeping a run that was created is finishing it.
func testKeepCreated(t *testing.T, place Place) {
	s, run := place.Open(t), NewRun(1)
	Keep(t, s, run)
	whole := Finished(run, 10)
	whole.Digest = must[string](t)(s.Keep(t.Context(), whole, aurea.Submission{Owner: "here"}))
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), stored(whole))
	expect(t, len(page(t, s, aurea.RunQuery{})), 1)
}
