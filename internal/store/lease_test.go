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

// Each of two servers on one database lists, shows and cancels the other's
// runs.
func TestTwoServers(t *testing.T) {
	address := database(t)
	here, there := open(t, address), open(t, address)
	run := create(t, here, 1, "here")
	const alive = time.Minute
	renew(t, here, "here", alive)
	renew(t, there, "there", alive)

	page, err := there.List(t.Context(), aurea.RunQuery{})
	if err != nil || len(page.Runs) != 1 {
		t.Fatalf("the other server lists %+v, %v; want one run", page, err)
	}
	if got := page.Runs[0].ID; got != run.ID {
		t.Fatalf("the other server lists %s, want %s", got, run.ID)
	}
	if err := there.Cancel(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	if got := renew(t, there, "there", alive); len(got) != 0 {
		t.Errorf("the other server must stop %q, want none", got)
	}
	if got := renew(t, here, "here", alive); len(got) != 1 || got[0] != run.ID {
		t.Errorf("the owner must stop %q, want %s", got, run.ID)
	}
	digest, err := here.Finish(t.Context(), storetest.Finished(run, 10))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := there.Get(t.Context(), run.ID); err != nil || got.Digest != digest {
		t.Errorf("the other server shows %+v, %v", got, err)
	}
}

// confirmAtOnce makes a store consider a server dead when its lease is expired
// at a second check.
var confirmAtOnce = store.Options{Confirm: time.Nanosecond}

// A server recovers the runs of its own earlier processes and of servers with
// expired leases, but not of living servers.
func TestRecoverOtherServers(t *testing.T) {
	address := database(t)
	before := openWith(t, address, confirmAtOnce)
	earlier := create(t, before, 4, "here")
	renew(t, before, "here", time.Minute)
	check(t, before.Close())

	here, there := openWith(t, address, confirmAtOnce), open(t, address)
	living, dying, silent := create(t, there, 1, "there"), create(t, there, 2, "dying"), create(t, there, 3, "silent")
	mine := create(t, here, 5, "here")
	renew(t, there, "there", time.Minute)
	renew(t, there, "dying", -time.Millisecond)
	renew(t, here, "here", time.Minute)

	if got := recovered(t, here, "here"); got != fmt.Sprint([]string{earlier.ID}) {
		t.Errorf("at first it recovered %s, want the run of its earlier process, %s", got, earlier.ID)
	}
	if got, want := recovered(t, here, ""), fmt.Sprint([]string{dying.ID, silent.ID}); got != want {
		t.Errorf("then it recovered %s, want the runs with expired leases, %s", got, want)
	}
	for run, owner := range map[*aurea.Run]*store.Store{&living: there, &mine: here} {
		if _, err := owner.Finish(t.Context(), storetest.Finished(*run, 10)); err != nil {
			t.Errorf("a living server's run: %v", err)
		}
	}
}

// A server that renews its expired lease before it is confirmed dead keeps its
// runs.
func TestRecoverSparesSlowServers(t *testing.T) {
	address := database(t)
	here, there := openWith(t, address, confirmAtOnce), open(t, address)
	create(t, there, 1, "there")
	for range 3 {
		renew(t, there, "there", -time.Millisecond)
		if got := recovered(t, here, "here"); got != "[]" {
			t.Errorf("recovered %s of a server that renews its lease", got)
		}
	}
	if got := recovered(t, here, "here"); got != fmt.Sprint([]string{storetest.NewRun(1).ID}) {
		t.Errorf("recovered %s of a server that stopped renewing its lease", got)
	}
}

// Two servers with the same name, for example after copying a data folder, are
// separate. The second does not recover the first's runs, does not stop their
// owner from cancelling them, and does not renew its lease.
func TestTwoServersWithOneName(t *testing.T) {
	address := database(t)
	first, second := open(t, address), openWith(t, address, confirmAtOnce)
	run := create(t, first, 1, "one")
	renew(t, first, "one", time.Minute)
	renew(t, second, "one", time.Minute)
	for range 2 {
		if got := recovered(t, second, "one"); got != "[]" {
			t.Errorf("the second server recovered %s", got)
		}
	}
	check(t, second.Cancel(t.Context(), run.ID))
	if got := renew(t, second, "one", time.Minute); len(got) != 0 {
		t.Errorf("the second server must stop %q, want none", got)
	}
	if got := renew(t, first, "one", -time.Millisecond); len(got) != 1 || got[0] != run.ID {
		t.Errorf("the first server must stop %q, want %s", got, run.ID)
	}
	recovered(t, second, "")
	if got := recovered(t, second, ""); got != fmt.Sprint([]string{run.ID}) {
		t.Errorf("without a lease the second server recovered %s, want %s", got, run.ID)
	}
}

// A session lost with the database is created again at the next heartbeat.
func TestPresenceAfterARestart(t *testing.T) {
	address := database(t)
	first, second := open(t, address), open(t, address)
	create(t, first, 1, "one")
	renew(t, first, "one", time.Minute)
	check(t, sharedPostgres.Restart())
	for tries := 0; ; tries++ {
		if _, err := first.Renew(t.Context(), "one", time.Minute); err == nil || tries > 100 {
			break
		}
	}
	if got := recovered(t, second, "one"); got != "[]" {
		t.Errorf("recovered %s of a living server", got)
	}
}

// A living server can still finish a run that another server recovered: the run
// gets its full result, and the timeline records what happened. It cannot be
// finished again.
func TestFinishAfterRecover(t *testing.T) {
	address := database(t)
	here, there := openWith(t, address, confirmAtOnce), open(t, address)
	run := create(t, there, 1, "there")
	renew(t, there, "there", -time.Millisecond)
	recovered(t, here, "here")
	recovered(t, here, "here")
	if got, err := here.Get(t.Context(), run.ID); err != nil || got.Status != aurea.StatusInterrupted {
		t.Fatalf("the run is %s, %v; want interrupted", got.Status, err)
	}
	end := storetest.Finished(run, 300_000) // more than one blob
	if _, err := here.Finish(t.Context(), end); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("another server finishing it: %v, want a conflict", err)
	}
	digest, err := there.Finish(t.Context(), end)
	if err != nil {
		t.Fatal(err)
	}
	got, err := here.Get(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != aurea.StatusCompleted || got.Digest != digest {
		t.Errorf("the run is %s with the digest %s, want completed with %s", got.Status, got.Digest, digest)
	}
	if got.Result == nil || got.Result.Counts != end.Result.Counts {
		t.Errorf("its result is %+v", got.Result)
	}
	if len(got.Timeline) != 1 || got.Timeline[0].Kind != "assumed_interrupted" {
		t.Errorf("its timeline is %+v", got.Timeline)
	}
	if err := here.Verify(t.Context(), run.ID); err != nil {
		t.Error(err)
	}
	if _, err := there.Finish(t.Context(), storetest.Finished(run, 5)); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("finishing it again: %v, want a conflict", err)
	}
}

// recovered returns the ids of the runs that a store recovers.
func recovered(t *testing.T, s *store.Store, owner string) string {
	t.Helper()
	runs, _, err := s.Recover(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, len(runs))
	for i, run := range runs {
		ids[i] = run.ID
	}
	return fmt.Sprint(ids)
}

// Two servers that recover concurrently recover each run once, and two that set
// a baseline concurrently leave one.
func TestTwoServersConcurrently(t *testing.T) {
	address := database(t)
	servers := []*store.Store{openWith(t, address, confirmAtOnce), openWith(t, address, confirmAtOnce)}
	dead := open(t, address)
	for i := range 20 {
		create(t, dead, i, "dead")
	}
	counts := make([]int, len(servers))
	var group sync.WaitGroup
	for i, s := range servers {
		group.Go(func() {
			for range 2 {
				runs, _, err := s.Recover(t.Context(), fmt.Sprint("server", i))
				if err != nil {
					t.Error(err)
				}
				counts[i] += len(runs)
			}
		})
	}
	group.Wait()
	if counts[0]+counts[1] != 20 {
		t.Errorf("%v runs were recovered, want 20 in total", counts)
	}
	yes := true
	for i := range 20 {
		group.Go(func() {
			_, err := servers[i%2].Change(t.Context(), storetest.NewRun(i).ID, aurea.RunChange{Baseline: &yes})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if page, err := servers[0].List(t.Context(), aurea.RunQuery{Baseline: true}); err != nil || len(page.Runs) != 1 {
		t.Errorf("the baselines are %+v, %v; want one", page.Runs, err)
	}
}

// Two servers that start concurrently on an empty database create its schema
// once.
func TestOpenConcurrently(t *testing.T) {
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
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (10, true)`); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), address, store.Options{})
	if err == nil || !strings.Contains(err.Error(),
		"its schema has version 10 and this program knows versions up to 9") {
		t.Errorf("opening a newer schema: %v", err)
	}
	for _, wrong := range []string{
		"postgres://aurea:secret@localhost:port/x", "postgres://aurea:sec@ret:x/y@localhost/x?password=secret&port=x",
		"postgres://localhost/x?password=secret&connect_timeout=x", "postgres://aurea:%secret@localhost/x",
	} {
		_, err = store.Open(t.Context(), wrong, store.Options{})
		if err == nil || strings.Contains(err.Error(), "ret") {
			t.Errorf("opening a wrong address: %v", err)
		}
	}
}

// An outage of the database is unavailable; the store works again afterwards
// without a restart.
func TestPostgresAway(t *testing.T) {
	address := database(t)
	s := open(t, address)
	run := create(t, s, 1, "here")
	if err := sharedPostgres.Restart(); err != nil {
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
}

func create(t *testing.T, s *store.Store, n int, owner string) aurea.Run {
	t.Helper()
	run, err := s.Create(t.Context(), storetest.NewRun(n), aurea.Submission{Owner: owner})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func renew(t *testing.T, s *store.Store, owner string, lease time.Duration) []string {
	t.Helper()
	cancelled, err := s.Renew(t.Context(), owner, lease)
	if err != nil {
		t.Fatal(err)
	}
	return cancelled
}
