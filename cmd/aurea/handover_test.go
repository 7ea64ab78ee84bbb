package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"syscall"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A countingTarget counts the requests to each path.
type countingTarget struct {
	*httptest.Server
	mu   sync.Mutex
	seen map[string]int
}

func startCountingTarget(t *testing.T) *countingTarget {
	c := &countingTarget{seen: map[string]int{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen[r.URL.Path]++
	}))
	t.Cleanup(c.Close)
	return c
}

// spec returns the spec of a run that requests each of five paths under its name
// once.
func (c *countingTarget) spec(name string) string {
	return fmt.Sprintf(`{"num_jobs": 5, "workload": {"kind": "http", "url": "%s/%s/{{job}}"}}`, c.URL, name)
}

// checkOnce checks that the jobs of the runs were executed once each.
func (c *countingTarget) checkOnce(t *testing.T, runs int) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if want := 5 * runs; len(c.seen) != want {
		t.Errorf("the target saw %d jobs, want %d", len(c.seen), want)
	}
	for path, n := range c.seen {
		if n != 1 {
			t.Errorf("the target saw %s %d times, want once", path, n)
		}
	}
}

// terminateServer ends a server with SIGTERM and waits until it has exited.
func terminateServer(t *testing.T, process *os.Process) {
	t.Helper()
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if state, err := process.Wait(); err != nil || state.ExitCode() != 0 {
		t.Errorf("the server ended with %v, %v; want 0", state, err)
	}
}

// submitBehind submits runs that wait behind a long one.
func submitBehind(t *testing.T, service *client.Client, target *countingTarget, runs int) (ids []string) {
	t.Helper()
	submit(t, service, longRunSpec)
	for n := range runs {
		ids = append(ids, submit(t, service, target.spec(fmt.Sprint(n))).ID)
	}
	return ids
}

// checkCompleted waits for runs and checks that all of their jobs are ok.
func checkCompleted(t *testing.T, service *client.Client, ids []string) {
	t.Helper()
	for _, id := range ids {
		run := testServer{Client: service}.waitFinished(t, id)
		if run.Status != aurea.StatusCompleted || run.Result.CompletedJobs != 5 {
			t.Errorf("run %s is %s: %s", id, run.Status, run.Error)
		}
	}
}

// A server that ends hands its queued runs over to the other server of its
// database, which executes each of their jobs once.
func TestTermHandsOver(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it starts PostgreSQL")
	}
	target := startCountingTarget(t)
	a, b, _ := startTwoServers(t)
	ids := submitBehind(t, a.Client, target, 10)
	if err := a.process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	checkCompleted(t, b.Client, ids)
	target.checkOnce(t, len(ids))
}

// The queued runs of a server that has its own database wait for its next start.
func TestTermKeepsTheQueue(t *testing.T) {
	t.Parallel()
	target, dir := startCountingTarget(t), t.TempDir()
	url, process := aureatest.Serve(t, "--data", dir, "--grace", "0s")
	service, err := client.New(url, "")
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	ids := submitBehind(t, service, target, 10)
	terminateServer(t, process)
	target.checkOnce(t, 0)
	url, _ = aureatest.Serve(t, "--data", dir)
	next, err := client.New(url, "")
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	checkCompleted(t, next, ids)
	target.checkOnce(t, len(ids))
}
