package runs

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

// A stallingStore is the store of a server that can be kept from renewing its lease.
type stallingStore struct {
	*store.Store
	renewing sync.RWMutex // Renew waits while it is locked
}

func (s *stallingStore) Renew(ctx context.Context, owner string, lease time.Duration) ([]string, error) {
	s.renewing.RLock()
	defer s.renewing.RUnlock()
	return s.Store.Renew(ctx, owner, lease)
}

// servePostgres starts a server of a fleet on a real database. It takes others
// for dead as soon as their lease has expired at two checks.
func servePostgres(t *testing.T, f *fleet, address, owner string, lease time.Duration) (*service, *stallingStore) {
	t.Helper()
	opened, err := store.Open(t.Context(), address, store.Options{Confirm: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	stalling := &stallingStore{Store: opened}
	m := New(&fleetExecutor{server: owner, fleet: f}, Options{Store: stalling, Owner: owner})
	m.lease = lease
	return serveManager(t, m), stalling
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("after a minute it does not hold that %s", what)
		}
	}
}

// Several servers share a real database: each shows the runs of the others, and
// when one dies the others lose none of its runs.
func TestTakeoverOnPostgres(t *testing.T) {
	postgres, err := aureatest.StartPostgres(aureatest.PostgresPrograms(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := postgres.Stop(); err != nil {
			t.Error(err)
		}
	})
	t.Run("the server lives", func(t *testing.T) { takeFromLiving(t, postgres.Address("public")) })
	t.Run("the server is restarted", func(t *testing.T) { takeAfterRestart(t, postgres.Address("public")) })
}

// takeFromLiving takes the runs of a server that lives, but renews its lease too
// late. It has to let go of them.
func takeFromLiving(t *testing.T, address string) {
	f := newFleet()
	f.each = 10 * time.Millisecond
	one, stalling := servePostgres(t, f, address, "one", time.Millisecond)
	a := one.submit(t, `{"name": "a", "num_jobs": 1000000}`, "")
	b := one.submit(t, `{"name": "b", "num_jobs": 5}`, "")
	eventually(t, "the run has begun", func() bool { return slices.Contains(f.called(), "one: begin a") })
	stalling.renewing.Lock()
	renew := sync.OnceFunc(stalling.renewing.Unlock)
	defer renew()
	two, _ := servePostgres(t, f, address, "two", time.Minute)
	eventually(t, "it was taken over", func() bool { return slices.Contains(f.called(), "two: resume a") })
	renew()
	eventually(t, "the first server has let go of it", func() bool { return one.manager.find(a.ID) == nil })
	if got := one.get(t, a.ID); got.Status != aurea.StatusRunning {
		t.Errorf("the first server shows the run as %s, want running", got.Status)
	}
	f.stop("a")
	for _, id := range []string{a.ID, b.ID} {
		here, there := one.wait(t, id), two.wait(t, id)
		if here.Digest == "" || here.Digest != there.Digest {
			t.Errorf("the servers show run %s with the digests %q and %q, want one", here.Name, here.Digest, there.Digest)
		}
	}
	if run := two.get(t, a.ID); run.Status != aurea.StatusInterrupted || run.Result == nil {
		t.Errorf("the run whose workers stopped is %s with the result %v, want interrupted with one", run.Status, run.Result)
	}
	checkOutcome(t, one.get(t, b.ID), aurea.StatusCompleted, 5)
	calls := f.called()
	if want := []string{"one: begin a", "two: resume a"}; !slices.Equal(calls[:2], want) {
		t.Errorf("the calls were %q, want first %q", calls, want)
	}
	// Either server may have the queued run: the first one may renew its lease in time.
	begun := slices.DeleteFunc(calls, func(call string) bool { return !strings.HasSuffix(call, ": begin b") })
	if len(begun) != 1 {
		t.Errorf("the queued run was begun by %q, want one server", begun)
	}
}

// takeAfterRestart goes on with the run of an earlier life whose lease has not
// expired.
func takeAfterRestart(t *testing.T, address string) {
	f := newFleet()
	f.each = 10 * time.Millisecond
	before, opened := servePostgres(t, f, address, "three", time.Minute)
	run := before.submit(t, `{"name": "c", "num_jobs": 1000000}`, "")
	eventually(t, "the run has begun", func() bool { return slices.Contains(f.called(), "three: begin c") })
	if err := opened.Close(); err != nil { // as when its process ends
		t.Fatal(err)
	}
	after, _ := servePostgres(t, f, address, "three", time.Minute)
	eventually(t, "it was taken over", func() bool { return slices.Contains(f.called(), "three: resume c") })
	f.stop("c")
	ended := after.wait(t, run.ID)
	if ended.Status != aurea.StatusInterrupted || ended.Result == nil {
		t.Errorf("the run is %s with the result %v, want interrupted with one", ended.Status, ended.Result)
	}
}
