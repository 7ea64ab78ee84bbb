package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A testServer is one of the servers that share a database.
type testServer struct {
	*client.Client
	url     string
	process *os.Process
}

// startTwoServers are two servers on one new PostgreSQL, and its address.
func startTwoServers(t *testing.T) (a, b testServer, database string) {
	t.Helper()
	postgres, err := aureatest.StartPostgres(aureatest.PostgresPrograms(t))
	t.Cleanup(func() {
		if err := postgres.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	database = postgres.Address("public")
	for _, s := range []*testServer{&a, &b} {
		s.url, s.process = aureatest.Serve(t, "--store", database, "--queue", "50")
		if s.Client, err = client.New(s.url, ""); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		waitReady(t, s.Client)
	}
	return a, b, database
}

func (s testServer) submit(t *testing.T, spec string) aurea.Run {
	t.Helper()
	return submit(t, s.Client, spec)
}

// waitFinished waits for the end of a run.
func (s testServer) waitFinished(t *testing.T, id string) aurea.Run {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run, err := s.Wait(ctx, id)
	if err != nil || !run.Status.Finished() {
		t.Fatalf("run %s is %s (%v)", id, run.Status, err)
	}
	return run
}

// waitProgressing waits until a run is seen to have done jobs.
func (s testServer) waitProgressing(t *testing.T, id string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		run, err := s.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if run.Status == aurea.StatusRunning && run.Progress != nil && run.Progress.OK > 0 {
			return
		}
	}
	t.Fatalf("run %s does nothing", id)
}

const longRunSpec = `{"num_jobs": 1000000, "concurrency": 4, "job_duration_ms": 5, "name": "goes on"}`

// Two servers of one PostgreSQL: each lists, shows, watches and cancels what the
// other executes. One that is killed leaves its runs to the other, which makes
// them interrupted, with what was known of them.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it starts PostgreSQL")
	}
	a, b, database := startTwoServers(t)

	id := a.submit(t, longRunSpec).ID
	behind := a.submit(t, longRunSpec).ID
	b.waitProgressing(t, id)
	page, err := b.List(t.Context(), aurea.RunQuery{Name: "goes on"})
	if err != nil || len(page.Runs) != 2 || page.Runs[0].ID != behind || page.Runs[0].Status != aurea.StatusQueued || page.Runs[1].ID != id {
		t.Errorf("the other lists %+v (%v)", page.Runs, err)
	}
	for _, id := range []string{behind, id} {
		if _, err := b.Cancel(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	var last aurea.Update
	for update, err := range b.Watch(t.Context(), id, 0) {
		if err != nil {
			t.Fatal(err)
		}
		last = update
	}
	here, there := a.waitFinished(t, id), b.waitFinished(t, id)
	if last.Kind != aurea.UpdateResult || here.Status != aurea.StatusCancelled || here.Result.CompletedJobs == 0 || here.Digest == "" || here.Digest != there.Digest {
		t.Errorf("after %s it is %s with %d jobs; %s here and %s there", last.Kind, here.Status, here.Result.CompletedJobs, here.Digest, there.Digest)
	}
	if run := a.waitFinished(t, behind); run.Status != aurea.StatusCancelled || run.StartedAt != nil {
		t.Errorf("the queued run is %s, begun at %v", run.Status, run.StartedAt)
	}

	id, behind = a.submit(t, longRunSpec).ID, a.submit(t, longRunSpec).ID
	b.waitProgressing(t, id)
	if err := a.process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = a.process.Wait() // which says that it was killed
	expireLease(t, database)
	run, queued := b.waitFinished(t, id), b.waitFinished(t, behind)
	if run.Status != aurea.StatusInterrupted || run.Progress == nil || run.Progress.OK == 0 || run.Digest == "" {
		t.Errorf("the killed server's run is %s with %+v", run.Status, run.Progress)
	}
	if queued.Status != aurea.StatusInterrupted || queued.Progress != nil {
		t.Errorf("its queued run is %s with %+v", queued.Status, queued.Progress)
	}
	if _, err := b.Cancel(t.Context(), id); err == nil {
		t.Error("an interrupted run was cancelled")
	}
}

// expireLease has the half minute gone by after which a server that says nothing
// is dead. One that lives says so again within two seconds, and recovers no sooner.
func expireLease(t *testing.T, database string) {
	t.Helper()
	db, err := sql.Open("pgx", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	past := time.Now().Add(-time.Second).UnixMicro()
	if _, err := db.ExecContext(t.Context(), "UPDATE owners SET alive_until = $1 WHERE owner IN (SELECT owner FROM runs WHERE finished = 0)", past); err != nil {
		t.Fatal(err)
	}
}

// A run belongs to one of the servers at a time: submitted to both by many at
// once, with one key for each, each of its jobs is done once.
func TestTwoServersShareNoRun(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it starts PostgreSQL")
	}
	var calls atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer target.Close()
	a, b, _ := startTwoServers(t)
	const keys, jobs = 20, 5
	spec, err := aurea.DecodeSpec(fmt.Appendf(nil, `{"num_jobs": %d, "workload": {"kind": "http", "url": %q}}`, jobs, target.URL))
	if err != nil {
		t.Fatal(err)
	}
	ids := make([][2]string, keys)
	var group sync.WaitGroup
	for key := range keys {
		for i, s := range []testServer{a, b} {
			group.Go(func() {
				run, err := s.Submit(t.Context(), spec, fmt.Sprint("key-", key))
				if err != nil {
					t.Error(err)
				}
				ids[key][i] = run.ID
			})
		}
	}
	group.Wait()
	for _, both := range ids {
		if both[0] != both[1] {
			t.Fatalf("one key made %s and %s", both[0], both[1])
		}
		if run := b.waitFinished(t, both[0]); run.Result == nil || run.Result.CompletedJobs != jobs {
			t.Errorf("run %s is %s: %s", run.ID, run.Status, run.Error)
		}
	}
	if n := calls.Load(); n != keys*jobs {
		t.Errorf("%d jobs were done, want %d", n, keys*jobs)
	}
}
