package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// withFileLimit returns a command whose process may open so many files.
func withFileLimit(t *testing.T, files int, program string, args ...string) *exec.Cmd {
	t.Helper()
	script := fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, files)
	return exec.CommandContext(context.WithoutCancel(t.Context()), "sh", append([]string{"-c", script, program}, args...)...)
}

// gateServer starts a service whose responses wait for open. together is closed
// once size requests are waiting.
func gateServer(t *testing.T, size int) (url string, together <-chan struct{}, open func()) {
	t.Helper()
	there, opened := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		if requests++; requests == size {
			close(there)
		}
		mu.Unlock()
		<-opened
	}))
	open = sync.OnceFunc(func() { close(opened) })
	t.Cleanup(func() { open(); server.Close() })
	return server.URL, there, open
}

// A run with too few files warns before it starts. Its failures are of the load
// generator, not of the target, and make it invalid.
func TestRunWithoutFiles(t *testing.T) {
	url, together, open := gateServer(t, 5)
	go func() {
		<-together
		time.Sleep(200 * time.Millisecond) // for the other connections to fail
		open()
	}()
	cmd := withFileLimit(t, 24, aureatest.Binary(t), "run", url, "--jobs", "200", "--concurrency", "100", "-o", "json")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if code := exitStatusOf(cmd.Run()); code != exitInvalid {
		t.Errorf("exit %d, want %d: %s", code, exitInvalid, stderr.String())
	}
	checkContains(t, "standard error", stderr.String(), "aurea: warning: the jobs want up to 100 connections at once, "+
		"and this process may have 24 files and connections open")
	var result aurea.Result
	if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
		t.Fatalf("%v in %s", err, stdout.String())
	}
	if len(result.Errors) != 1 {
		t.Fatalf("errors %+v, want one class", result.Errors)
	}
	if e := result.Errors[0]; e.Class != aurea.GeneratorLimit || e.Count != result.Counts.Failed {
		t.Errorf("error %+v, want all %d failures of class %s", e, result.Counts.Failed, aurea.GeneratorLimit)
	}
	hasReason := slices.ContainsFunc(result.Validity.Reasons, func(r aurea.Reason) bool {
		return r.Code == aurea.GeneratorLimit
	})
	if result.Validity.State != aurea.Invalid || !hasReason {
		t.Errorf("validity %+v, want it invalid because of %s", result.Validity, aurea.GeneratorLimit)
	}
}

// Jobs of a service cannot use more than their share of its files. The API
// answers while they use all of it.
func TestServiceKeepsFilesForItsAPI(t *testing.T) {
	const files, jobs = 256, 256 - 64 - 64
	url, together, open := gateServer(t, jobs)
	program := aureatest.Binary(t)
	service, _ := aureatest.ServeCommand(t, withFileLimit(t, files, program, "serve"))
	spec := func(more string) string {
		return `{"num_jobs": 500, "workload": {"kind": "http", "url": "` + url + `"` + more + `}}`
	}
	refused := doRequest(t, "POST", service+"/v1/runs", spec(""))
	if refused.status != 400 {
		t.Errorf("500 jobs in flight: status %d, want 400", refused.status)
	}
	checkContains(t, "the error of 500 jobs in flight", fmt.Sprint(refused.body["error"]),
		"500 jobs in flight would take as many connections, and this host has 128, ")
	submitted := doRequest(t, "POST", service+"/v1/runs", spec(fmt.Sprintf(`, "connections": %d`, jobs)))
	if submitted.status != 202 {
		t.Fatalf("%d connections: %d %v", jobs, submitted.status, submitted.body)
	}
	<-together // all their connections are in use
	for range 20 {
		if got := doRequest(t, "GET", service+"/health", ""); got.status != 200 {
			t.Fatalf("the API answers %d", got.status)
		}
	}
	open()
	ended := doRequest(t, "GET", fmt.Sprintf("%s/v1/runs/%s?wait=30s", service, submitted.body["id"]), "")
	result, _ := ended.body["result"].(map[string]any)
	if result["completed_jobs"] != 500.0 {
		t.Errorf("%v jobs are ok, want 500: %v", result["completed_jobs"], result["errors"])
	}
}
