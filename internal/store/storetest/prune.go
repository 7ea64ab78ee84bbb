package storetest

import (
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// ages stores ten finished runs, one an hour up to now. Among the oldest are a
// baseline, the 2nd, and an unfinished run, the 3rd.
func ages(t testing.TB, s Store) {
	t.Helper()
	for i := range 10 {
		run := NewRun(i)
		run.CreatedAt = time.Now().UTC().Truncate(time.Microsecond).Add(time.Duration(i-9) * time.Hour)
		if i != 2 {
			run = Finished(run, 100)
		}
		Keep(t, s, run)
	}
	yes := true
	must[aurea.Run](t)(s.Change(t.Context(), NewRun(1).ID, aurea.RunChange{Baseline: &yes}))
}

func prune(t testing.TB, s Store, keep aurea.Retention, forgotten int, left ...int) {
	t.Helper()
	expect(t, must[int](t)(s.Prune(t.Context(), keep)), forgotten)
	want := make([]string, len(left))
	for i, n := range left {
		want[i] = NewRun(n).ID
	}
	expect(t, allIDs(t, s, aurea.RunQuery{}), want)
}

func testPruneByAge(t *testing.T, place Place) {
	s := place.Open(t)
	prune(t, s, aurea.Retention{Age: time.Hour}, 0)
	ages(t, s)
	prune(t, s, aurea.Retention{}, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
	prune(t, s, aurea.Retention{Age: 4*time.Hour + 30*time.Minute}, 3, 9, 8, 7, 6, 5, 2, 1)
	prune(t, s, aurea.Retention{Age: 4*time.Hour + 30*time.Minute}, 0, 9, 8, 7, 6, 5, 2, 1)
	expect(t, jobs(t, s, NewRun(9).ID), records(100))
}

// One sweep deletes a part of the runs that are too old, oldest first; the next
// sweeps delete the rest.
func testPruneManyByAge(t *testing.T, place Place) {
	const all, once = 250, 100
	s := place.Open(t)
	check(t, KeepMany(s, all)) // created in order, long ago
	keep := aurea.Retention{Age: time.Minute}
	for left := all; left > 0; left = max(left-once, 0) {
		ids := allIDs(t, s, aurea.RunQuery{})
		expect(t, len(ids), left)
		expect(t, ids[0], NewRun(all).ID)
		expect(t, must[int](t)(s.Prune(t.Context(), keep)), min(once, left))
	}
	expect(t, must[int](t)(s.Prune(t.Context(), keep)), 0)
	check(t, KeepMany(s, all))
	// a limit of the number needs no clock
	expect(t, must[int](t)(s.Prune(t.Context(), aurea.Retention{Runs: 1})), all-1)
}

func testPruneByNumber(t *testing.T, place Place) {
	s := place.Open(t)
	ages(t, s)
	prune(t, s, aurea.Retention{Runs: 10}, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
	prune(t, s, aurea.Retention{Runs: 5}, 5, 9, 8, 7, 2, 1)
	prune(t, s, aurea.Retention{Runs: 1}, 3, 2, 1)
}

// Of runs created at the same time, those with the lowest ids are deleted, as
// many as necessary.
func testPruneTies(t *testing.T, place Place) {
	s := place.Open(t)
	for i := range 6 {
		run := NewRun(i)
		run.CreatedAt = Began
		Keep(t, s, Finished(run, 1))
	}
	prune(t, s, aurea.Retention{Runs: 4}, 2, 5, 4, 3, 2)
	prune(t, s, aurea.Retention{Runs: 1}, 3, 5)
}

// Bytes are the store's own measure: a run with many jobs takes more.
func testPruneByBytes(t *testing.T, place Place) {
	s := place.Open(t)
	ages(t, s)
	prune(t, s, aurea.Retention{Bytes: 150_000}, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
	run := Finished(NewRun(10), 200_000)
	run.CreatedAt = time.Now().UTC()
	Keep(t, s, run)
	prune(t, s, aurea.Retention{Bytes: 150_000}, 9, 2, 1)
}

func testReady(t *testing.T, place Place) {
	s := place.Open(t)
	for range 3 {
		check(t, s.Ready(t.Context()))
	}
}
