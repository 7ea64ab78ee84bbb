package store_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// noteRunning creates a run that its owner has begun and noted.
func noteRunning(t *testing.T, s *store.Store, n int, owner string) aurea.Run {
	t.Helper()
	run := create(t, s, n, owner)
	check(t, run.Move(aurea.StatusRunning, storetest.Began))
	run.Epoch = 1
	check(t, s.Note(t.Context(), run, []byte("noted")))
	return run
}

// expireLease makes a server's lease expire, and s know that it stays expired.
func expireLease(t *testing.T, s, of *store.Store, owner string) {
	t.Helper()
	renew(t, of, owner, -time.Millisecond)
	for range 2 {
		if _, _, err := s.RecoverAdoptable(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
	}
}

func checkConflict(t *testing.T, action string, err error) {
	t.Helper()
	if !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("%s: %v, want a conflict", action, err)
	}
}

// A server that was suspended and wakes up after its run was adopted can change
// nothing of it: not while the other server executes it, nor after its end.
func TestAdoptedWhileSuspended(t *testing.T) {
	address := database(t)
	here, there := openWith(t, address, confirmAtOnce), open(t, address)
	run := noteRunning(t, there, 1, "there")
	renew(t, here, "here", time.Minute)
	expireLease(t, here, there, "there")
	adopted, noted, err := here.Adopt(t.Context(), run.ID, "here")
	if err != nil || string(noted) != "noted" || adopted.Epoch != 2 {
		t.Fatalf("adopted the epoch %d with %q, %v", adopted.Epoch, noted, err)
	}
	wakeUp := func() {
		t.Helper()
		// Not even an epoch that it does not have makes the run the other's again.
		for _, epoch := range []uint64{1, 2, 3} {
			run.Epoch = epoch
			checkConflict(t, "saving", there.Save(t.Context(), run))
			checkConflict(t, "noting", there.Note(t.Context(), run, nil))
			end := storetest.Finished(run, 300_000) // more than one blob
			_, err := there.Finish(t.Context(), end)
			checkConflict(t, "finishing", err)
			end.Samples.Jobs = nil
			_, err = there.Finish(t.Context(), end)
			checkConflict(t, "finishing without records", err)
		}
	}
	wakeUp()
	check(t, here.Save(t.Context(), adopted))
	check(t, adopted.Move(aurea.StatusInterrupted, storetest.Began.Add(time.Hour)))
	digest, err := here.Finish(t.Context(), adopted)
	if err != nil {
		t.Fatal(err)
	}
	wakeUp()
	got, err := there.Get(t.Context(), run.ID)
	if err != nil || got.Digest != digest {
		t.Errorf("the run has the digest %s, %v; want that of the server that adopted it, %s", got.Digest, err, digest)
	}
	check(t, here.Verify(t.Context(), run.ID))
	var blobs int64
	if err := openSQL(t, address).QueryRow(`SELECT count(*) FROM jobs`).Scan(&blobs); err != nil || blobs != 0 {
		t.Errorf("%d blobs were left, %v; want none", blobs, err)
	}
}

// A server adopts back a run that it lost. What it began before is over.
func TestAdoptBack(t *testing.T) {
	address := database(t)
	here, there := openWith(t, address, confirmAtOnce), openWith(t, address, confirmAtOnce)
	run := noteRunning(t, there, 1, "there")
	expireLease(t, here, there, "there")
	if _, _, err := here.Adopt(t.Context(), run.ID, "here"); err != nil {
		t.Fatal(err)
	}
	renew(t, there, "there", time.Minute)
	expireLease(t, there, here, "here")
	again, _, err := there.Adopt(t.Context(), run.ID, "there")
	if err != nil || again.Epoch != 3 {
		t.Fatalf("adopted back with the epoch %d, %v; want 3", again.Epoch, err)
	}
	checkConflict(t, "saving the first execution", there.Save(t.Context(), run))
	_, err = there.Finish(t.Context(), storetest.Finished(run, 10))
	checkConflict(t, "finishing the first execution", err)
	if _, err := there.Finish(t.Context(), storetest.Finished(again, 10)); err != nil {
		t.Error(err)
	}
}

// A restarted server adopts its runs at once, although its lease has not
// expired. A server of another name must wait.
func TestAdoptAfterARestart(t *testing.T) {
	address := database(t)
	before := open(t, address)
	run := noteRunning(t, before, 1, "one")
	renew(t, before, "one", time.Minute)
	next, other := openWith(t, address, confirmAtOnce), openWith(t, address, confirmAtOnce)
	_, _, err := next.Adopt(t.Context(), run.ID, "one")
	checkConflict(t, "adopting from a living server of the same name", err)
	check(t, before.Close())
	_, _, err = other.Adopt(t.Context(), run.ID, "other")
	checkConflict(t, "adopting under another name", err)
	for tries := 0; tries < 100; tries++ { // until PostgreSQL has noticed the end of the session
		if _, _, err = next.Adopt(t.Context(), run.ID, "one"); err == nil {
			break
		}
	}
	if err != nil {
		t.Errorf("adopting from the server's earlier life: %v", err)
	}
}

// When servers compete for the runs of dead ones, and the owner is alive after
// all, each run has one end or one server.
func TestAdoptRaces(t *testing.T) {
	const runs = 20
	address := database(t)
	owner := open(t, address)
	servers := []*store.Store{openWith(t, address, confirmAtOnce), openWith(t, address, confirmAtOnce)}
	begun := make([]aurea.Run, runs)
	for n := range begun {
		begun[n] = noteRunning(t, owner, n, "owner")
	}
	for i, s := range servers {
		renew(t, s, fmt.Sprint("server", i), time.Minute)
		expireLease(t, s, owner, "owner")
	}
	var taken [runs]atomic.Int64
	var group sync.WaitGroup
	attempt := func(n int, err error) {
		if err == nil {
			taken[n].Add(1)
			return
		}
		checkConflict(t, "taking a run that another has", err)
	}
	for n, run := range begun {
		for i, s := range servers {
			group.Go(func() {
				_, _, err := s.Adopt(t.Context(), run.ID, fmt.Sprint("server", i))
				attempt(n, err)
			})
		}
		group.Go(func() {
			_, err := owner.Finish(t.Context(), storetest.Finished(run, 10))
			attempt(n, err)
		})
	}
	group.Wait()
	for n := range taken {
		if got := taken[n].Load(); got != 1 {
			t.Errorf("run %d was taken %d times, want once", n, got)
		}
	}
}

// Of a server that adopts and one that only recovers, one gets each run.
func TestAdoptBesideRecover(t *testing.T) {
	const runs = 20
	address := database(t)
	owner := open(t, address)
	plain := openWith(t, address, store.Options{Confirm: time.Nanosecond, Spare: time.Nanosecond})
	adopter := openWith(t, address, confirmAtOnce)
	for n := range runs {
		noteRunning(t, owner, n, "owner")
	}
	renew(t, adopter, "adopter", time.Minute)
	expireLease(t, adopter, owner, "owner")
	if got := recovered(t, plain, ""); got != "[]" {
		t.Fatalf("recovered %s of a server that was not watched", got)
	}
	var adopted, interrupted int
	var group sync.WaitGroup
	group.Go(func() {
		for n := range runs {
			if _, _, err := adopter.Adopt(t.Context(), storetest.NewRun(n).ID, "adopter"); err == nil {
				adopted++
			}
		}
	})
	group.Go(func() {
		found, _, err := plain.Recover(t.Context(), "")
		if err != nil {
			t.Error(err)
		}
		interrupted = len(found)
	})
	group.Wait()
	if adopted+interrupted != runs {
		t.Errorf("%d runs were adopted and %d interrupted, want %d in total", adopted, interrupted, runs)
	}
}

// A server that cannot adopt leaves a noted run to those that can. Once the lease
// of its owner has stayed expired for long enough, it interrupts the run with its
// last progress.
func TestRecoverSparesNotedRuns(t *testing.T) {
	address := database(t)
	owner, patient := open(t, address), openWith(t, address, confirmAtOnce)
	noted := noteRunning(t, owner, 1, "owner")
	noted.Progress = &aurea.RunProgress{Started: 70, OK: 60}
	check(t, owner.Save(t.Context(), noted))
	other := create(t, owner, 2, "owner")
	renew(t, owner, "owner", -time.Millisecond)
	recovered(t, patient, "")
	if got, want := recovered(t, patient, ""), fmt.Sprint([]string{other.ID}); got != want {
		t.Errorf("recovered %s, want only the run of which nothing was noted, %s", got, want)
	}
	check(t, owner.Close())
	if got := recovered(t, patient, "owner"); got != "[]" {
		t.Errorf("after the end of its session %s was recovered, want no noted run", got)
	}
	soon := openWith(t, address, store.Options{Confirm: time.Nanosecond, Spare: time.Nanosecond})
	recovered(t, soon, "")
	if got, want := recovered(t, soon, ""), fmt.Sprint([]string{noted.ID}); got != want {
		t.Errorf("later it recovered %s, want %s", got, want)
	}
	run, err := soon.Get(t.Context(), noted.ID)
	check(t, err)
	if run.Status != aurea.StatusInterrupted || run.Progress == nil || run.Progress.OK != 60 {
		t.Errorf("the run is %s with %+v, want interrupted with 60 jobs ok", run.Status, run.Progress)
	}
}

// A damaged run cannot be adopted; it is interrupted, with the reason.
func TestAdoptDamaged(t *testing.T) {
	address := database(t)
	before := open(t, address)
	run := noteRunning(t, before, 1, "one")
	check(t, before.Close())
	if _, err := openSQL(t, address).Exec(`UPDATE runs SET state = '{'`); err != nil {
		t.Fatal(err)
	}
	s := openWith(t, address, confirmAtOnce)
	for range 2 {
		recoverAdoptable(t, s)
	}
	if _, _, err := s.Adopt(t.Context(), run.ID, "other"); !errors.Is(err, aurea.ErrDamaged) {
		t.Errorf("adopting a damaged run: %v", err)
	}
	got, err := s.Get(t.Context(), run.ID)
	if err != nil || got.Status != aurea.StatusInterrupted || got.Error == "" {
		t.Errorf("the run is %s with the error %q, %v; want interrupted with a reason", got.Status, got.Error, err)
	}
}

func recoverAdoptable(t *testing.T, s *store.Store) []string {
	t.Helper()
	_, adoptable, err := s.RecoverAdoptable(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return adoptable
}
