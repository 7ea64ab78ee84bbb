package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A released run stays queued for the server that adopts it first, whether that
// is one that resumes runs or not. Its former owner can change nothing of it.
func testRelease(t *testing.T, place Place) {
	s := place.Open(t)
	run := Keep(t, s, NewRun(1))
	check(t, s.Release(t.Context(), run))
	conflict(t, "releasing it again", s.Release(t.Context(), run))
	conflict(t, "saving a released run", s.Save(t.Context(), begun(1, 0)))
	conflict(t, "noting a released run", s.Note(t.Context(), begun(1, 1), nil))
	_, err := s.Finish(t.Context(), Finished(run, 1))
	conflict(t, "finishing a released run", err)
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), run)
	check(t, s.Close())

	s = place.Open(t)
	must[[]string](t)(s.Renew(t.Context(), "here", time.Hour))
	for _, find := range []func() ([]aurea.Run, []string, error){
		func() ([]aurea.Run, []string, error) { return s.Recover(t.Context(), "here") },
		func() ([]aurea.Run, []string, error) { return s.RecoverAdoptable(t.Context(), "here") },
	} {
		interrupted, adoptable, err := find()
		check(t, err)
		expect(t, interrupted, nil)
		expect(t, adoptable, []string{run.ID})
	}
	adopted, noted, err := s.Adopt(t.Context(), run.ID, "here")
	check(t, err)
	if noted != nil {
		t.Errorf("of a queued run %q was noted", noted)
	}
	expect(t, adopted, withEpoch(run, 1))
	_, _, err = s.Adopt(t.Context(), run.ID, "there")
	conflict(t, "adopting it from a living server", err)
	must[string](t)(s.Finish(t.Context(), withEpoch(Finished(run, 1), 1)))
}

// A noted run is released with its last state. Whoever adopts it goes on with it.
func testReleaseOfNoted(t *testing.T, place Place) {
	s := place.Open(t)
	Keep(t, s, NewRun(1))
	run := begun(1, 1)
	check(t, s.Note(t.Context(), run, []byte("where")))
	late := withEpoch(run, 0)
	conflict(t, "releasing it with a lower epoch", s.Release(t.Context(), late))
	run.Progress = &aurea.RunProgress{Started: 90, OK: 80, Elapsed: 2}
	run.Timeline = []aurea.RunEvent{{T: 2, At: Began.Add(2 * time.Second), Kind: "handed_over"}}
	check(t, s.Release(t.Context(), run))
	conflict(t, "releasing it again", s.Release(t.Context(), run))
	conflict(t, "saving a released run", s.Save(t.Context(), run))
	_, err := s.Finish(t.Context(), withEpoch(Finished(NewRun(1), 1), 1))
	conflict(t, "finishing a released run", err)
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), withEpoch(run, 0))
	check(t, s.Cancel(t.Context(), run.ID))
	check(t, s.Close())

	s = place.Open(t)
	must[[]string](t)(s.Renew(t.Context(), "here", time.Hour))
	interrupted, adoptable, err := s.RecoverAdoptable(t.Context(), "here")
	check(t, err)
	expect(t, interrupted, nil)
	expect(t, adoptable, []string{run.ID})
	adopted, noted, err := s.Adopt(t.Context(), run.ID, "here")
	check(t, err)
	expect(t, string(noted), "where")
	expect(t, adopted, withEpoch(run, 2))
	expect(t, must[[]string](t)(s.Renew(t.Context(), "here", time.Hour)), []string{run.ID})
	must[string](t)(s.Finish(t.Context(), withEpoch(Finished(NewRun(1), 1), 2)))
}

// What no other server can go on with, and what has ended, is not released.
func testReleaseOfOthers(t *testing.T, place Place) {
	s := place.Open(t)
	saved, ended := Keep(t, s, NewRun(1)), Keep(t, s, Finished(NewRun(3), 1))
	check(t, s.Save(t.Context(), begun(1, 0)))
	for what, run := range map[string]aurea.Run{"begun": saved, "finished": ended} {
		conflict(t, "releasing a run that was "+what, s.Release(t.Context(), run))
	}
	if err := s.Release(t.Context(), NewRun(4)); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("releasing an unknown run: %v, want not found", err)
	}
}

// A released run that is cancelled ends at the next recovery, without a server
// that adopts it.
func testCancelReleased(t *testing.T, place Place) {
	s := place.Open(t)
	for n := range 2 {
		check(t, s.Release(t.Context(), Keep(t, s, NewRun(n))))
		check(t, s.Cancel(t.Context(), NewRun(n).ID))
		if n == 0 {
			_, _, err := s.Recover(t.Context(), "here")
			check(t, err)
		} else {
			_, _, err := s.RecoverAdoptable(t.Context(), "here")
			check(t, err)
		}
		expect(t, must[aurea.Run](t)(s.Get(t.Context(), NewRun(n).ID)).Status, aurea.StatusCancelled)
	}
}
