package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// An interrupted run prints its partial result and exits with 130.
func TestInterruptedRunPrintsItsPartialResult(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), aureatest.Binary(t), "run", "-o", "json",
				"--jobs", "5", "--job-duration", "1h")
			result, code := signalRun(t, cmd, signal)
			if code != exitInterrupted {
				t.Errorf("exit %d, want %d", code, exitInterrupted)
			}
			want := aurea.Counts{Planned: 5, Cancelled: 5}
			if result.Counts != want || result.Status != aurea.StatusCancelled {
				t.Errorf("counts %+v, status %s", result.Counts, result.Status)
			}
		})
	}
}

// Under nohup a run survives SIGHUP.
func TestRunUnderNohupOutlivesItsTerminal(t *testing.T) {
	t.Parallel()
	nohup, err := exec.LookPath("nohup")
	if err != nil {
		t.Skip("left out: there is no nohup")
	}
	cmd := exec.CommandContext(t.Context(), nohup, aureatest.Binary(t), "run", "-o", "json",
		"--jobs", "3", "--concurrency", "1", "--job-duration", "700ms")
	result, code := signalRun(t, cmd, syscall.SIGHUP)
	if code != exitOK || result.Counts.OK != 3 {
		t.Errorf("exit %d, counts %+v; want %d, 3 ok", code, result.Counts, exitOK)
	}
}

// signalRun starts a run and sends it a signal once it reports progress. It
// returns the result and the exit code.
func signalRun(t *testing.T, cmd *exec.Cmd, signal syscall.Signal) (result aurea.Result, code int) {
	t.Helper()
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() && !strings.Contains(lines.Text(), "started") {
	}
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	code = exitStatusOf(cmd.Wait())
	if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
		t.Fatalf("%v in %s", err, stdout.String())
	}
	return result, code
}

// exitStatusOf returns the exit status of a command from its error.
func exitStatusOf(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// longJobs is the spec of a run that outlives the test.
const longJobs = `{"num_jobs": 3, "job_duration_ms": 3600000}`

// After SIGTERM the service is not ready. The active run ends with a partial
// result after its grace, and the process exits with 0.
func TestTermDrainsTheService(t *testing.T) {
	url, process := aureatest.Serve(t, "--grace", "1s")
	answered := make(chan aurea.Result, 1)
	go func() {
		var result aurea.Result
		response, err := http.Post(url+"/benchmark/run", "application/json", strings.NewReader(longJobs))
		if err != nil {
			t.Error(err)
		} else {
			defer func() { _ = response.Body.Close() }()
			if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
				t.Error(err)
			}
		}
		answered <- result
	}()
	waitFor(t, func() bool { return strings.Contains(get(t, url+"/metrics"), "benchmark_runs_active 1") })
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return strings.Contains(get(t, url+"/readyz"), `"status":503`) })
	checkContains(t, "/livez while draining", get(t, url+"/livez"), "alive")
	result := <-answered
	if want := (aurea.Counts{Planned: 3, Cancelled: 3}); result.Counts != want || result.Status != aurea.StatusInterrupted {
		t.Errorf("counts %+v, status %q", result.Counts, result.Status)
	}
	if state, err := process.Wait(); err != nil || state.ExitCode() != 0 {
		t.Errorf("ended with %v, %v", state, err)
	}
}

// A second signal ends the service without waiting for the grace.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	url, process := aureatest.Serve(t, "--grace", "1h")
	go func() {
		response, err := http.Post(url+"/benchmark/run", "application/json", strings.NewReader(longJobs))
		if err == nil {
			_ = response.Body.Close()
		}
	}()
	waitFor(t, func() bool { return strings.Contains(get(t, url+"/metrics"), "benchmark_runs_active 1") })
	for _, ready := range []string{`"status":503`, ""} {
		if err := process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if ready != "" {
			waitFor(t, func() bool { return strings.Contains(get(t, url+"/readyz"), ready) })
		}
	}
	state, err := process.Wait()
	if err != nil || state.Success() {
		t.Errorf("ended with %v, %v; want an end by the signal", state, err)
	}
}
