package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func testCancel(t *testing.T, place Place) {
	s := place.Open(t)
	for i := range 3 {
		Keep(t, s, NewRun(i))
	}
	must[aurea.Run](t)(s.Create(t.Context(), NewRun(3), aurea.Submission{Owner: "there"}))
	renew := func(owner string) []string {
		return must[[]string](t)(s.Renew(t.Context(), owner, time.Minute))
	}
	expect(t, renew("here"), nil)
	for _, i := range []int{2, 1, 1, 3} {
		check(t, s.Cancel(t.Context(), NewRun(i).ID))
	}
	expect(t, renew("here"), []string{NewRun(1).ID, NewRun(2).ID})
	expect(t, renew("here"), []string{NewRun(1).ID, NewRun(2).ID}) // repeated until they have stopped
	expect(t, renew("there"), []string{NewRun(3).ID})

	must[string](t)(s.Finish(t.Context(), Finished(NewRun(1), 1)))
	expect(t, renew("here"), []string{NewRun(2).ID})
	if err := s.Cancel(t.Context(), NewRun(1).ID); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("cancelling a finished run: %v, want a conflict", err)
	}
}

// The next server interrupts the runs of one that died, but not its own.
func testRecover(t *testing.T, place Place) {
	s := place.Open(t)
	finished := Keep(t, s, Finished(NewRun(1), 1))
	queued := Keep(t, s, NewRun(2))
	running := NewRun(3)
	running.Status, running.StartedAt = aurea.StatusRunning, &Began
	running.Progress = &aurea.RunProgress{Started: 70, OK: 60, Failed: 3, Elapsed: 1.5}
	Keep(t, s, running)
	must[[]string](t)(s.Renew(t.Context(), "here", time.Hour))
	check(t, s.Close())

	s = place.Open(t)
	now := Keep(t, s, NewRun(4))
	found := recovered(t, s)
	if len(found) != 2 {
		t.Fatalf("recovered %+v, want two runs", found)
	}
	for i, before := range []aurea.Run{queued, running} {
		if found[i].FinishedAt == nil || found[i].Digest == "" {
			t.Fatalf("recovered %+v, want it finished, with a digest", found[i])
		}
		before.Status, before.FinishedAt, before.Digest = aurea.StatusInterrupted, found[i].FinishedAt, found[i].Digest
		expect(t, found[i], before)
		expect(t, must[aurea.Run](t)(s.Get(t.Context(), before.ID)), before)
	}
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), finished.ID)), stored(finished))
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), now.ID)), now)
	expect(t, recovered(t, s), nil)
	must[string](t)(s.Finish(t.Context(), Finished(now, 1)))
}

// recovered returns the runs that a restarted server interrupts.
func recovered(t testing.TB, s Store) []aurea.Run {
	t.Helper()
	interrupted, _, err := s.Recover(t.Context(), "here")
	check(t, err)
	return interrupted
}
