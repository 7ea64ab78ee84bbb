package storetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

func testChange(t *testing.T, place Place) {
	s := place.Open(t)
	run := Keep(t, s, Finished(NewRun(1), 5))
	note := "better \x00 than before"
	changed := must[aurea.Run](t)(s.Change(t.Context(), run.ID, aurea.RunChange{Note: &note}))
	run.Note = note
	expect(t, changed, stored(run))
	expect(t, must[aurea.Run](t)(s.Change(t.Context(), run.ID, aurea.RunChange{})), stored(run))
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), stored(run))

	long := strings.Repeat("x", aurea.MaxNote+1)
	if _, err := s.Change(t.Context(), run.ID, aurea.RunChange{Note: &long}); !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("a note that is too long: %v, want invalid", err)
	}
	long = long[1:]
	must[aurea.Run](t)(s.Change(t.Context(), run.ID, aurea.RunChange{Note: &long}))
}

func testBaseline(t *testing.T, place Place) {
	s, yes, no := place.Open(t), true, false
	mark := func(n int, on *bool) {
		t.Helper()
		got := must[aurea.Run](t)(s.Change(t.Context(), NewRun(n).ID, aurea.RunChange{Baseline: on}))
		if got.Baseline != *on {
			t.Errorf("run %d has baseline %v after it was set to %v", n, got.Baseline, *on)
		}
	}
	marked := func() []string { return allIDs(t, s, aurea.RunQuery{Baseline: true}) }
	for i, name := range []string{"a", "a", "b", ""} {
		run := Finished(NewRun(i), 1)
		run.Name = name
		Keep(t, s, run)
		mark(i, &yes)
	}
	expect(t, marked(), []string{NewRun(3).ID, NewRun(2).ID, NewRun(1).ID})
	mark(1, &yes)
	mark(2, &no)
	mark(0, &no)
	expect(t, marked(), []string{NewRun(3).ID, NewRun(1).ID})
}

func testDelete(t *testing.T, place Place) {
	s := place.Open(t)
	queued := NewRun(1)
	queued.Labels = map[string]string{"k": "v"}
	by := aurea.Submission{Owner: "here", Key: "key"}
	must[aurea.Run](t)(s.Create(t.Context(), queued, by))
	if err := s.Delete(t.Context(), queued.ID); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("deleting a queued run: %v, want a conflict", err)
	}
	must[string](t)(s.Finish(t.Context(), Finished(queued, 30)))
	check(t, s.Delete(t.Context(), queued.ID))
	if err := s.Delete(t.Context(), queued.ID); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("deleting it again: %v, want not found", err)
	}
	if _, err := s.Tally(t.Context(), queued.ID); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("its histograms: %v, want not found", err)
	}
	expect(t, allIDs(t, s, aurea.RunQuery{Labels: queued.Labels}), nil)
	must[aurea.Run](t)(s.Create(t.Context(), queued, by)) // its key can be used again
	expect(t, jobs(t, s, Keep(t, s, Finished(NewRun(2), 3)).ID), records(3))
}
