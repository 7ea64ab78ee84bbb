package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// mountSmallDisk mounts a file system of 16 MB. ballast is the file to fill it
// with.
func mountSmallDisk(t *testing.T) (dir, ballast string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16m"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("cannot mount a small disk: %v", err)
		}
		t.Skipf("left out: cannot mount a small disk: %v; it takes root", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir, filepath.Join(dir, "ballast")
}

// fillDisk writes to a file until the disk is full.
func fillDisk(t *testing.T, name string) {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for err == nil {
			_, err = file.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		err = nil
	}
}

// An httpResult is a response with its decoded body.
type httpResult struct {
	status int
	header http.Header
	body   map[string]any
}

func doRequest(t *testing.T, method, url, body string) httpResult {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	e := httpResult{status: response.StatusCode, header: response.Header}
	if err := json.Unmarshal(content, &e.body); err != nil {
		t.Fatalf("%s %s: %d %s", method, url, e.status, content)
	}
	return e
}

// When the disk is full, the active run ends normally and its response says
// that it was not stored. New runs are refused, and stored runs can be read.
// Once there is room again, the same process stores the run and accepts new
// ones.
func TestFullDisk(t *testing.T) {
	dir, ballast := mountSmallDisk(t)
	url, _ := aureatest.Serve(t, "--data", filepath.Join(dir, "data"))
	service, err := client.New(url, "")
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	defer http.DefaultClient.CloseIdleConnections()
	waitReady(t, service)
	before := doRequest(t, "POST", url+"/benchmark/run", oneJob)
	if before.status != 200 || before.body["stored"] != nil {
		t.Fatalf("%d %v", before.status, before.body)
	}
	old := before.body["benchmark_id"].(string)

	response := make(chan httpResult)
	go func() {
		response <- doRequest(t, "POST", url+"/benchmark/run",
			`{"num_jobs": 30000, "concurrency": 100, "job_duration_ms": 5, "name": "unlucky"}`)
	}()
	for service.Ready() == nil && !anyRunActive(t, service) {
		time.Sleep(5 * time.Millisecond)
	}
	fillDisk(t, ballast)
	unlucky := <-response
	warnings, _ := unlucky.body["warnings"].([]any)
	if unlucky.status != 200 || unlucky.body["stored"] != false {
		t.Fatalf("the unlucky run: %d, stored: %v", unlucky.status, unlucky.body["stored"])
	}
	if done, jobs := unlucky.body["completed_jobs"], len(unlucky.body["jobs"].([]any)); done != 30000.0 || jobs != 30000 {
		t.Fatalf("the unlucky run: %v completed of %d jobs, want 30000 of 30000", done, jobs)
	}
	if len(warnings) != 1 {
		t.Fatalf("the unlucky run: warnings %v, want one", warnings)
	}
	checkReadOnlyService(t, url, old)

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	waitReady(t, service)
	checkStoredLate(t, url, unlucky.body["benchmark_id"].(string))
}

// oneJob is the spec of a short run.
const oneJob = `{"num_jobs": 1, "job_duration_ms": 1}`

// checkUnstored checks the metrics about results that could not be stored.
func checkUnstored(t *testing.T, url, runs, results string) {
	t.Helper()
	checkContains(t, "/metrics", get(t, url+"/metrics"),
		"\nbenchmark_runs_unstored "+runs+"\n", "\nbenchmark_results_unstored_total "+results+"\n")
}

// checkReadOnlyService wants a service with a full disk to refuse runs and to
// serve the stored one.
func checkReadOnlyService(t *testing.T, url, old string) {
	t.Helper()
	checkUnstored(t, url, "1", "1")
	for _, path := range []string{"/benchmark/run", "/v1/runs"} {
		refused := doRequest(t, "POST", url+path, oneJob)
		if refused.status != 503 || refused.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d with Retry-After %q", path, refused.status, refused.header.Get("Retry-After"))
		}
		checkContains(t, path, refused.body["detail"].(string), "the disk is full")
	}
	if ready := doRequest(t, "GET", url+"/readyz", ""); ready.status != 503 {
		t.Errorf("/readyz: %d", ready.status)
	}
	if got := doRequest(t, "GET", url+"/v1/runs/"+old, ""); got.status != 200 || got.body["status"] != "completed" {
		t.Errorf("the stored run: %d %v", got.status, got.body)
	}
	if got := doRequest(t, "GET", url+"/v1/runs", ""); got.status != 200 || len(got.body["runs"].([]any)) != 2 {
		t.Errorf("the list of runs: %d %v", got.status, got.body)
	}
}

// checkStoredLate wants the unlucky run to be stored, and new runs accepted.
func checkStoredLate(t *testing.T, url, id string) {
	t.Helper()
	stored := doRequest(t, "GET", url+"/v1/runs/"+id, "")
	result := stored.body["result"].(map[string]any)
	if stored.body["status"] != "completed" || stored.body["digest"] == nil {
		t.Errorf("the unlucky run: status %v, digest %v", stored.body["status"], stored.body["digest"])
	}
	if result["stored"] != nil || result["completed_jobs"] != 30000.0 {
		t.Errorf("the unlucky run: stored %v, %v completed", result["stored"], result["completed_jobs"])
	}
	if after := doRequest(t, "POST", url+"/benchmark/run", oneJob); after.status != 200 || after.body["stored"] != nil {
		t.Errorf("a later run: %d %v", after.status, after.body)
	}
	checkUnstored(t, url, "0", "1")
}

// anyRunActive reports whether a run has started and not finished.
func anyRunActive(t *testing.T, service *client.Client) bool {
	t.Helper()
	runs := listAllRuns(t, service)
	for _, run := range runs {
		if run.StartedAt != nil && !run.Status.Finished() {
			return true
		}
	}
	return false
}
