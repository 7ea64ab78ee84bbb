package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// newSearch returns the n-th search, which runs and has found something.
func newSearch(n int) aurea.Search {
	limit := 200.5
	loads := aurea.LoadRange{From: 100, To: 400}
	return aurea.Search{
		ID: fmt.Sprintf("search-%06d", n), Status: aurea.StatusRunning, Limit: &limit,
		CreatedAt: Began.Add(time.Duration(n) * time.Second),
		Request: aurea.SearchRequest{
			Spec: aurea.Spec{NumJobs: 100, Name: "it's \x00 <b>"}, Rate: &loads, Precision: 0.03,
			Objectives: []aurea.Threshold{{Expression: "p99 < 1s"}},
		},
		Points: []aurea.SearchPoint{{Rate: limit, OK: true, Run: NewRun(n).ID, P99: 0.1}},
	}
}

// ended returns a completed copy of the search.
func ended(s aurea.Search) aurea.Search {
	at := s.CreatedAt.Add(time.Minute)
	s.Status, s.Outcome, s.FinishedAt = aurea.StatusCompleted, aurea.AllHold, &at
	return s
}

// A search is stored with all that it has found, again after every run, and is
// the same after the store was opened again.
func testSearches(t *testing.T, place Place) {
	s := place.Open(t)
	expect(t, must[[]aurea.Search](t)(s.Searches(t.Context())), []aurea.Search{})
	first, second := newSearch(1), newSearch(2)
	check(t, s.SaveSearch(t.Context(), second, "here"))
	check(t, s.SaveSearch(t.Context(), first, "here"))
	expect(t, must[aurea.Search](t)(s.Search(t.Context(), first.ID)), first)
	first = ended(first)
	check(t, s.SaveSearch(t.Context(), first, "here"))
	check(t, s.SaveSearch(t.Context(), first, "here"))
	expect(t, must[[]aurea.Search](t)(s.Searches(t.Context())), []aurea.Search{second, first})
	for _, id := range []string{"search-3", "", "a\x00b", "\xff"} {
		if _, err := s.Search(t.Context(), id); !errors.Is(err, aurea.ErrNotFound) {
			t.Errorf("search %q: %v, want not found", id, err)
		}
	}
	check(t, s.Close())
	s = place.Open(t)
	expect(t, must[aurea.Search](t)(s.Search(t.Context(), first.ID)), first)
	conflict(t, "storing another server's search", s.SaveSearch(t.Context(), second, "here"))
}

// The newest 100 searches are kept, and the unfinished ones.
func testManySearches(t *testing.T, place Place) {
	s := place.Open(t)
	check(t, s.SaveSearch(t.Context(), newSearch(0), "here"))
	for n := 1; n <= 101; n++ {
		check(t, s.SaveSearch(t.Context(), ended(newSearch(n)), "here"))
	}
	var got, want []string
	for _, search := range must[[]aurea.Search](t)(s.Searches(t.Context())) {
		got = append(got, search.ID)
	}
	for n := 101; n >= 2; n-- {
		want = append(want, newSearch(n).ID)
	}
	expect(t, got, append(want, newSearch(0).ID))
}

// Recovering interrupts the unfinished searches of an earlier process of this
// owner. What they have found is kept.
func testRecoverSearches(t *testing.T, place Place) {
	s := place.Open(t)
	running, finished := newSearch(1), ended(newSearch(2))
	check(t, s.SaveSearch(t.Context(), running, "here"))
	check(t, s.SaveSearch(t.Context(), finished, "here"))
	must[[]string](t)(s.Renew(t.Context(), "here", time.Hour))
	check(t, s.Close())

	s = place.Open(t)
	now := newSearch(3)
	check(t, s.SaveSearch(t.Context(), now, "here"))
	interrupted, _, err := s.Recover(t.Context(), "here")
	check(t, err)
	expect(t, interrupted, nil)
	got := must[aurea.Search](t)(s.Search(t.Context(), running.ID))
	if got.FinishedAt == nil {
		t.Fatalf("recovered %+v, want it finished", got)
	}
	running.Status, running.FinishedAt = aurea.StatusInterrupted, got.FinishedAt
	expect(t, must[[]aurea.Search](t)(s.Searches(t.Context())), []aurea.Search{now, finished, running})
}

// Finished searches that are too old are forgotten with the runs.
func testPruneSearches(t *testing.T, place Place) {
	s := place.Open(t)
	old, running, recent := ended(newSearch(1)), newSearch(2), newSearch(3)
	recent.CreatedAt = time.Now().UTC().Truncate(time.Microsecond)
	recent = ended(recent)
	for _, search := range []aurea.Search{old, running, recent} {
		check(t, s.SaveSearch(t.Context(), search, "here"))
	}
	must[int](t)(s.Prune(t.Context(), aurea.Retention{Runs: 1}))
	expect(t, must[[]aurea.Search](t)(s.Searches(t.Context())), []aurea.Search{recent, running, old})
	must[int](t)(s.Prune(t.Context(), aurea.Retention{Age: time.Hour}))
	expect(t, must[[]aurea.Search](t)(s.Searches(t.Context())), []aurea.Search{recent, running})
}

// A search that was cancelled through any server is known to its own until it has
// ended, whatever that one stores meanwhile.
func testCancelSearches(t *testing.T, place Place) {
	s := place.Open(t)
	running, other, finished := newSearch(1), newSearch(2), ended(newSearch(3))
	for _, search := range []aurea.Search{running, other, finished} {
		check(t, s.SaveSearch(t.Context(), search, "here"))
	}
	cancelled := func(owner string) []string { return must[[]string](t)(s.CancelledSearches(t.Context(), owner)) }
	expect(t, cancelled("here"), nil)
	check(t, s.CancelSearch(t.Context(), running.ID))
	check(t, s.CancelSearch(t.Context(), running.ID))
	check(t, s.SaveSearch(t.Context(), running, "here"))
	expect(t, cancelled("here"), []string{running.ID})
	expect(t, cancelled("there"), nil)
	conflict(t, "cancelling a finished search", s.CancelSearch(t.Context(), finished.ID))
	for _, id := range []string{"search-4", "", "a\x00b", "\xff"} {
		if err := s.CancelSearch(t.Context(), id); !errors.Is(err, aurea.ErrNotFound) {
			t.Errorf("cancelling search %q: %v, want not found", id, err)
		}
	}
	check(t, s.SaveSearch(t.Context(), ended(running), "here"))
	expect(t, cancelled("here"), nil)
}
