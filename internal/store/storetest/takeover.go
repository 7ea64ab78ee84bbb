package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// conflict checks that an action was refused because of the run's state.
func conflict(t testing.TB, action string, err error) {
	t.Helper()
	if !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("%s: %v, want a conflict", action, err)
	}
}

// begun returns the n-th run as a server of the given epoch executes it.
func begun(n int, epoch uint64) aurea.Run {
	run := NewRun(n)
	run.Status, run.StartedAt, run.Epoch = aurea.StatusRunning, &Began, epoch
	run.Progress = &aurea.RunProgress{Started: 70, OK: 60, Failed: 3, Elapsed: 1.5}
	return run
}

// orphan stores a begun run that its server noted before it died.
func orphan(t testing.TB, place Place, n int) aurea.Run {
	t.Helper()
	s := place.Open(t)
	Keep(t, s, NewRun(n))
	run := begun(n, 1)
	check(t, s.Note(t.Context(), run, []byte{0, 1, 255}))
	check(t, s.Close())
	return run
}

// Noting stores the progress too. A note of a lower epoch changes nothing.
func testNote(t *testing.T, place Place) {
	s := place.Open(t)
	Keep(t, s, NewRun(1))
	second := begun(1, 2)
	check(t, s.Note(t.Context(), second, nil))
	check(t, s.Note(t.Context(), second, []byte("again")))
	first := begun(1, 1)
	first.Progress = nil
	conflict(t, "noting with a lower epoch", s.Note(t.Context(), first, []byte("late")))
	conflict(t, "saving with a lower epoch", s.Save(t.Context(), first))
	_, err := s.Finish(t.Context(), withEpoch(Finished(NewRun(1), 10), 1))
	conflict(t, "finishing with a lower epoch", err)
	want := second
	want.Epoch = 0
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), second.ID)), want)

	check(t, s.Save(t.Context(), second))
	end := withEpoch(Finished(NewRun(1), 10), 2)
	end.Digest = must[string](t)(s.Finish(t.Context(), end))
	conflict(t, "noting after the end", s.Note(t.Context(), second, nil))
	conflict(t, "noting the end", s.Note(t.Context(), end, nil))
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), end.ID)), stored(withEpoch(end, 0)))
	check(t, s.Verify(t.Context(), end.ID))
	if err := s.Note(t.Context(), begun(2, 1), nil); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("noting an unknown run: %v, want not found", err)
	}
}

func withEpoch(run aurea.Run, epoch uint64) aurea.Run {
	run.Epoch = epoch
	return run
}

// A server that adopts a noted run gets the run as it was and what was noted.
// Its epoch is the next one at each adoption.
func testAdopt(t *testing.T, place Place) {
	want := orphan(t, place, 1)
	for epoch := uint64(2); epoch < 4; epoch++ {
		s := place.Open(t)
		interrupted, adoptable, err := s.RecoverAdoptable(t.Context(), "here")
		check(t, err)
		expect(t, interrupted, nil)
		expect(t, adoptable, []string{want.ID})
		run, noted, err := s.Adopt(t.Context(), want.ID, "here")
		check(t, err)
		want.Epoch = epoch
		expect(t, run, want)
		expect(t, noted, []byte{0, 1, 255})
		conflict(t, "saving in the last epoch", s.Save(t.Context(), withEpoch(run, epoch-1)))
		run.Progress = &aurea.RunProgress{Started: 80, OK: 70 + int64(epoch)}
		check(t, s.Save(t.Context(), run))
		want.Progress = run.Progress
		check(t, s.Cancel(t.Context(), want.ID))
		expect(t, must[[]string](t)(s.Renew(t.Context(), "here", time.Hour)), []string{want.ID})
		_, adoptable, err = s.RecoverAdoptable(t.Context(), "here")
		check(t, err)
		expect(t, adoptable, nil)
		check(t, s.Close())
	}
	s := place.Open(t)
	run, _, err := s.Adopt(t.Context(), want.ID, "here")
	check(t, err)
	end := Finished(NewRun(1), 10)
	_, err = s.Finish(t.Context(), withEpoch(end, run.Epoch-1))
	conflict(t, "finishing in the last epoch", err)
	must[string](t)(s.Finish(t.Context(), withEpoch(end, run.Epoch)))
	expect(t, jobs(t, s, end.ID), records(10))
	_, _, err = s.Adopt(t.Context(), want.ID, "here")
	conflict(t, "adopting after the end", err)
}

// A queued run can be adopted if no client waited for its end. What cannot be
// adopted is interrupted.
func testAdoptQueued(t *testing.T, place Place) {
	s := place.Open(t)
	detached := aurea.Submission{Owner: "here", Detached: true}
	for n := range 2 {
		must[aurea.Run](t)(s.Create(t.Context(), NewRun(n), detached))
	}
	check(t, s.Save(t.Context(), begun(1, 0))) // it has begun
	waitedFor := Keep(t, s, NewRun(2))
	mine, noted, err := s.Adopt(t.Context(), NewRun(0).ID, "here")
	conflict(t, fmt.Sprintf("adopting a living server's run, which gave %v, %v,", mine, noted), err)
	check(t, s.Close())

	s = place.Open(t)
	for _, id := range []string{NewRun(1).ID, waitedFor.ID} {
		_, _, err := s.Adopt(t.Context(), id, "here")
		conflict(t, "adopting "+id, err)
	}
	if _, _, err := s.Adopt(t.Context(), "x", "here"); !errors.Is(err, aurea.ErrNotFound) {
		t.Errorf("adopting an unknown run: %v, want not found", err)
	}
	interrupted, adoptable, err := s.RecoverAdoptable(t.Context(), "here")
	check(t, err)
	expect(t, adoptable, []string{NewRun(0).ID})
	expect(t, idsOf(interrupted), []string{NewRun(1).ID, waitedFor.ID})
	run, noted, err := s.Adopt(t.Context(), NewRun(0).ID, "here")
	check(t, err)
	if noted != nil {
		t.Errorf("of a queued run %q was noted", noted)
	}
	expect(t, run, withEpoch(NewRun(0), 1))
	check(t, s.Save(t.Context(), withEpoch(begun(0, 0), 1)))
	must[string](t)(s.Finish(t.Context(), withEpoch(Finished(NewRun(0), 1), 1)))
}

func idsOf(runs []aurea.Run) []string {
	ids := make([]string, len(runs))
	for i, run := range runs {
		ids[i] = run.ID
	}
	return ids
}

// Of several that adopt a run at once, one succeeds.
func testAdoptConcurrently(t *testing.T, place Place) {
	run := orphan(t, place, 1)
	s := place.Open(t)
	must[[]string](t)(s.Renew(t.Context(), "here", time.Hour))
	var group sync.WaitGroup
	var adopted atomic.Int64
	for range 8 {
		group.Go(func() {
			_, _, err := s.Adopt(t.Context(), run.ID, "here")
			if err == nil {
				adopted.Add(1)
				return
			}
			conflict(t, "adopting what another has", err)
		})
	}
	group.Wait()
	expect(t, adopted.Load(), 1)
}

// A server that cannot adopt interrupts a noted run with its progress, or leaves
// it to those that can.
func testRecoverNoted(t *testing.T, place Place) {
	run := orphan(t, place, 1)
	s := place.Open(t)
	found := recovered(t, s)
	got := must[aurea.Run](t)(s.Get(t.Context(), run.ID))
	expect(t, got.Progress, run.Progress)
	_, _, err := s.Adopt(t.Context(), run.ID, "here")
	if len(found) == 0 {
		expect(t, got.Status, aurea.StatusRunning)
		check(t, err)
		return
	}
	expect(t, idsOf(found), []string{run.ID})
	expect(t, got.Status, aurea.StatusInterrupted)
	conflict(t, "adopting an interrupted run", err)
}
