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

// mountSmallDisk is a directory with a few megabytes of room, and a way to fill them.
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

// fillDisk writes until there is no room left.
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

// An httpResult is a request and what came of it.
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

// When the disk is full the run that runs is measured to its end, and its answer
// says that it was not stored; new ones are refused and what is there can be
// read. When there is room again the run is stored after all, and runs are
// accepted, by the same process.
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
	const one = `{"num_jobs": 1, "job_duration_ms": 1}`
	before := doRequest(t, "POST", url+"/benchmark/run", one)
	if before.status != 200 || before.body["stored"] != nil {
		t.Fatalf("%d %v", before.status, before.body)
	}
	old := before.body["benchmark_id"].(string)

	answer := make(chan httpResult)
	go func() {
		answer <- doRequest(t, "POST", url+"/benchmark/run", `{"num_jobs": 30000, "concurrency": 100, "job_duration_ms": 5, "name": "unlucky"}`)
	}()
	for service.Ready() == nil && !anyRunActive(t, service) {
		time.Sleep(5 * time.Millisecond)
	}
	fillDisk(t, ballast)
	unlucky := <-answer
	warnings, _ := unlucky.body["warnings"].([]any)
	if unlucky.status != 200 || unlucky.body["stored"] != false || unlucky.body["completed_jobs"] != 30000.0 || len(unlucky.body["jobs"].([]any)) != 30000 || len(warnings) != 1 {
		t.Fatalf("%d, stored: %v, %v completed, warnings %v", unlucky.status, unlucky.body["stored"], unlucky.body["completed_jobs"], warnings)
	}
	unstored := func(runs, results string) {
		t.Helper()
		metrics := get(t, url+"/metrics")
		for _, line := range []string{"\nbenchmark_runs_unstored " + runs + "\n", "\nbenchmark_results_unstored_total " + results + "\n"} {
			if !strings.Contains(metrics, line) {
				t.Errorf("/metrics has no line %q", line)
			}
		}
	}
	unstored("1", "1")
	for _, path := range []string{"/benchmark/run", "/v1/runs"} {
		refused := doRequest(t, "POST", url+path, one)
		if refused.status != 503 || refused.header.Get("Retry-After") == "" || !strings.Contains(refused.body["detail"].(string), "the disk is full") {
			t.Errorf("%s: %d %v", path, refused.status, refused.body)
		}
	}
	if ready := doRequest(t, "GET", url+"/readyz", ""); ready.status != 503 {
		t.Errorf("/readyz: %d", ready.status)
	}
	if got := doRequest(t, "GET", url+"/v1/runs/"+old, ""); got.status != 200 || got.body["status"] != "completed" {
		t.Errorf("what is there: %d %v", got.status, got.body)
	}
	if got := doRequest(t, "GET", url+"/v1/runs", ""); got.status != 200 || len(got.body["runs"].([]any)) != 2 {
		t.Errorf("the list: %d %v", got.status, got.body)
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	waitReady(t, service)
	stored := doRequest(t, "GET", url+"/v1/runs/"+unlucky.body["benchmark_id"].(string), "")
	result := stored.body["result"].(map[string]any)
	if stored.body["status"] != "completed" || stored.body["digest"] == nil || result["stored"] != nil || result["completed_jobs"] != 30000.0 {
		t.Errorf("stored after all: %v", stored.body)
	}
	if after := doRequest(t, "POST", url+"/benchmark/run", one); after.status != 200 || after.body["stored"] != nil {
		t.Errorf("afterwards: %d %v", after.status, after.body)
	}
	unstored("0", "1")
}

// anyRunActive reports whether a run runs.
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
