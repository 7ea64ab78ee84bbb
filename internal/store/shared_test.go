package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// Either of two servers on one database lists, shows and stops the other's runs.
func TestTwoServers(t *testing.T) {
	address := database(t)
	here, there := open(t, address), open(t, address)
	run := create(t, here, 1, "here")
	alive := time.Now().Add(time.Minute)
	renew(t, here, "here", alive)
	renew(t, there, "there", alive)

	page, err := there.List(t.Context(), aurea.RunQuery{})
	if err != nil || len(page.Runs) != 1 || page.Runs[0].ID != run.ID {
		t.Fatalf("the other server lists %+v, %v", page, err)
	}
	if err := there.Cancel(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	if got := renew(t, there, "there", alive); len(got) != 0 {
		t.Errorf("the other server is to stop %q", got)
	}
	if got := renew(t, here, "here", alive); len(got) != 1 || got[0] != run.ID {
		t.Errorf("the owner is to stop %q, want %s", got, run.ID)
	}
	digest, err := here.Finish(t.Context(), storetest.Finished(run, 10))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := there.Get(t.Context(), run.ID); err != nil || got.Digest != digest {
		t.Errorf("the other server shows %+v, %v", got, err)
	}
}

// A server recovers the runs of another one when that one's time is over, and of
// itself in an earlier life, but no living one's. Whose run was recovered cannot
// finish it any more.
func TestRecoverOfOthers(t *testing.T) {
	address := database(t)
	here, there := open(t, address), open(t, address)
	now := time.Now()
	living, dying, silent := create(t, there, 1, "there"), create(t, there, 2, "dying"), create(t, there, 3, "silent")
	earlier := create(t, there, 4, "here")
	mine := create(t, here, 5, "here")
	renew(t, there, "there", now.Add(time.Minute))
	renew(t, there, "dying", now.Add(-time.Millisecond))
	renew(t, here, "here", now.Add(time.Minute))

	recovered, err := here.Recover(t.Context(), "here")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, run := range recovered {
		got = append(got, run.ID)
	}
	if want := fmt.Sprint([]string{dying.ID, silent.ID, earlier.ID}); fmt.Sprint(got) != want {
		t.Errorf("recovered %q, want %s", got, want)
	}
	if _, err := there.Finish(t.Context(), storetest.Finished(dying, 10)); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("finishing a run that was recovered: %v, want a conflict", err)
	}
	for _, run := range []aurea.Run{living, mine} {
		if _, err := here.Finish(t.Context(), storetest.Finished(run, 10)); err != nil {
			t.Errorf("a living server's run: %v", err)
		}
	}
}

// Two servers that recover at once recover each run once, and two that mark a
// baseline at once leave one.
func TestTwoServersAtOnce(t *testing.T) {
	address := database(t)
	servers := []*store.Store{open(t, address), open(t, address)}
	for i := range 20 {
		create(t, servers[0], i, "dead")
	}
	counts := make([]int, len(servers))
	var group sync.WaitGroup
	for i, s := range servers {
		group.Go(func() {
			runs, err := s.Recover(t.Context(), fmt.Sprint("server", i))
			if err != nil {
				t.Error(err)
			}
			counts[i] = len(runs)
		})
	}
	group.Wait()
	if counts[0]+counts[1] != 20 {
		t.Errorf("%v runs were recovered, want 20 together", counts)
	}
	yes := true
	for i := range 20 {
		group.Go(func() {
			if _, err := servers[i%2].Change(t.Context(), storetest.NewRun(i).ID, aurea.RunChange{Baseline: &yes}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if page, err := servers[0].List(t.Context(), aurea.RunQuery{Baseline: true}); err != nil || len(page.Runs) != 1 {
		t.Errorf("the baselines are %+v, %v; want one", page.Runs, err)
	}
}

// Two servers that start at once on an empty database make its schema once.
func TestOpenAtOnce(t *testing.T) {
	address := database(t)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			s, err := store.Open(t.Context(), address, store.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(s.Ready(t.Context()), s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestPostgresRefused(t *testing.T) {
	address := database(t)
	if err := open(t, address).Close(); err != nil {
		t.Fatal(err)
	}
	db := openSQL(t, address)
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9, true)`); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), address, store.Options{})
	if err == nil || !strings.Contains(err.Error(), "its schema has version 9 and this program knows versions up to 2") {
		t.Errorf("a newer schema opened with %v", err)
	}
	_, err = store.Open(t.Context(), "postgres://aurea:secret@localhost:port/x", store.Options{})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a wrong address opened with %v", err)
	}
}

// A database that has gone away is unavailable, and no reason to start again.
func TestPostgresAway(t *testing.T) {
	address := database(t)
	s := open(t, address)
	run := create(t, s, 1, "here")
	if err := shared.Restart(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), run.ID); err != nil && !errors.Is(err, aurea.ErrUnavailable) {
		t.Errorf("after a restart: %v", err)
	}
	if err := s.Ready(t.Context()); err != nil && !errors.Is(err, aurea.ErrUnavailable) {
		t.Errorf("after a restart: %v", err)
	}
	for tries := 0; s.Ready(t.Context()) != nil; tries++ {
		if tries > 100 {
			t.Fatal(s.Ready(t.Context()))
		}
	}
	nowhere := strings.Replace(address, "host=", "host=%2Fnowhere", 1)
	if _, err := store.Open(t.Context(), nowhere, store.Options{}); err == nil {
		t.Error("opened a server that is not there")
	}
}

func create(t *testing.T, s *store.Store, n int, owner string) aurea.Run {
	t.Helper()
	run, err := s.Create(t.Context(), storetest.NewRun(n), aurea.Submission{Owner: owner})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func renew(t *testing.T, s *store.Store, owner string, until time.Time) []string {
	t.Helper()
	cancelled, err := s.Renew(t.Context(), owner, until)
	if err != nil {
		t.Fatal(err)
	}
	return cancelled
}
