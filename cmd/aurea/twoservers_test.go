package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A testServer is one of two servers that share a database.
type testServer struct {
	*client.Client
	url     string
	process *os.Process
}

// startTwoServers starts two servers on a new PostgreSQL and returns its
// address.
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

// waitFinished waits until a run has finished.
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

// waitProgressing waits until a run reports finished jobs.
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
	t.Fatalf("run %s reports no finished jobs", id)
}

// longRunSpec is the spec of a run that outlives the test.
const longRunSpec = `{"num_jobs": 1000000, "concurrency": 4, "job_duration_ms": 5, "name": "goes on"}`

// Each of two servers on one PostgreSQL lists, shows, watches and cancels runs
// of the other. After one is killed, the other marks its runs as interrupted
// and keeps their last progress.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it starts PostgreSQL")
	}
	a, b, database := startTwoServers(t)
	if !t.Run("control", func(t *testing.T) { checkRemoteControl(t, a, b) }) {
		return // its runs may still be active
	}
	t.Run("recovery", func(t *testing.T) { checkRecovery(t, a, b, database) })
}

// checkRemoteControl has server b list, cancel and watch two runs of server a.
func checkRemoteControl(t *testing.T, a, b testServer) {
	id := a.submit(t, longRunSpec).ID
	queued := a.submit(t, longRunSpec).ID
	b.waitProgressing(t, id)
	page, err := b.List(t.Context(), aurea.RunQuery{Name: "goes on"})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Runs) != 2 {
		t.Fatalf("the other server lists %d runs, want 2", len(page.Runs))
	}
	if got, want := []string{page.Runs[0].ID, page.Runs[1].ID}, []string{queued, id}; !slices.Equal(got, want) {
		t.Errorf("the other server lists %v, want %v", got, want)
	}
	if status := page.Runs[0].Status; status != aurea.StatusQueued {
		t.Errorf("the other server lists the second run as %s, want queued", status)
	}
	for _, id := range []string{queued, id} {
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
	if last.Kind != aurea.UpdateResult {
		t.Errorf("the last update is %s, want the result", last.Kind)
	}
	if here.Status != aurea.StatusCancelled {
		t.Errorf("the cancelled run is %s", here.Status)
	}
	if here.Result.CompletedJobs == 0 {
		t.Error("the cancelled run has no completed jobs")
	}
	if here.Digest == "" || here.Digest != there.Digest {
		t.Errorf("the digests are %q and %q, want the same", here.Digest, there.Digest)
	}
	if run := a.waitFinished(t, queued); run.Status != aurea.StatusCancelled || run.StartedAt != nil {
		t.Errorf("the cancelled queued run is %s, started at %v", run.Status, run.StartedAt)
	}
}

// checkRecovery kills server a and wants server b to mark its runs as interrupted.
func checkRecovery(t *testing.T, a, b testServer, database string) {
	id := a.submit(t, longRunSpec).ID
	queuedID := a.submit(t, longRunSpec).ID
	b.waitProgressing(t, id)
	if err := a.process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = a.process.Wait() // the error is that it was killed
	expireLease(t, database)
	run, queued := b.waitFinished(t, id), b.waitFinished(t, queuedID)
	if run.Status != aurea.StatusInterrupted {
		t.Errorf("the killed server's run is %s, want interrupted", run.Status)
	}
	if run.Progress == nil || run.Progress.OK == 0 {
		t.Errorf("the killed server's run has the progress %+v, want some jobs ok", run.Progress)
	}
	if run.Digest == "" {
		t.Error("the killed server's run has no digest")
	}
	if queued.Status != aurea.StatusInterrupted || queued.Progress != nil {
		t.Errorf("the killed server's queued run is %s with %+v", queued.Status, queued.Progress)
	}
	if _, err := b.Cancel(t.Context(), id); err == nil {
		t.Error("an interrupted run was cancelled")
	}
}

// expireLease has the half minute gone by after which a server that says
// nothing is dead. One that lives says so again within two seconds, and
// recovers no sooner.
func expireLease(t *testing.T, database string) {
	t.Helper()
	db, err := sql.Open("pgx", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	past := time.Now().Add(-time.Second).UnixMicro()
	const expire = "UPDATE owners SET alive_until = $1 WHERE owner IN (SELECT owner FROM runs WHERE finished = 0)"
	if _, err := db.ExecContext(t.Context(), expire, past); err != nil {
		t.Fatal(err)
	}
}

// Each run is executed by one server. Runs that are submitted to both servers
// at once, under the same idempotency key, do each of their jobs once.
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
	spec, err := aurea.DecodeSpec(fmt.Appendf(nil,
		`{"num_jobs": %d, "workload": {"kind": "http", "url": %q}}`, jobs, target.URL))
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
			t.Fatalf("one key created the runs %s and %s", both[0], both[1])
		}
		if run := b.waitFinished(t, both[0]); run.Result == nil || run.Result.CompletedJobs != jobs {
			t.Errorf("run %s is %s: %s", run.ID, run.Status, run.Error)
		}
	}
	if n := calls.Load(); n != keys*jobs {
		t.Errorf("%d jobs were done, want %d", n, keys*jobs)
	}
}

// A search that one server executes is cancelled through the other.
func TestCancelSearchOfAnotherServer(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it starts PostgreSQL")
	}
	a, b, _ := startTwoServers(t)
	request, err := aurea.DecodeSearch([]byte(`{"spec": {"duration": "1h", "job_duration_ms": 1},
		"objectives": ["p99 < 1s"], "rate": "10..20", "max_time": "3h"}`))
	if err != nil {
		t.Fatal(err)
	}
	submitted, err := a.SubmitSearch(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	query := aurea.RunQuery{
		Labels: map[string]string{"search": submitted.ID}, Statuses: []aurea.Status{aurea.StatusRunning},
	}
	for page := (aurea.RunPage{}); len(page.Runs) == 0; time.Sleep(20 * time.Millisecond) {
		if page, err = b.List(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.CancelSearch(t.Context(), submitted.ID); err != nil {
		t.Fatal(err)
	}
	for _, s := range []testServer{b, a} {
		ended, err := s.Search(t.Context(), submitted.ID, time.Minute)
		if err != nil || ended.Status != aurea.StatusCancelled {
			t.Errorf("the search is %s (%v), want cancelled", ended.Status, err)
		}
	}
	page, err := b.List(t.Context(), aurea.RunQuery{Labels: query.Labels})
	if err != nil || len(page.Runs) != 1 {
		t.Fatalf("the search has %d runs (%v), want 1", len(page.Runs), err)
	}
	if run := a.waitFinished(t, page.Runs[0].ID); run.Status != aurea.StatusCancelled {
		t.Errorf("its run is %s, want cancelled", run.Status)
	}
}
