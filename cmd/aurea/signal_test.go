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

// A signal to end ends the run, prints what there is, and exits with 130.
func TestInterruptedRunPrintsItsPartialResult(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), aureatest.Binary(t), "run", "-o", "json", "--jobs", "5", "--job-duration", "1h")
			result, code := signalRun(t, cmd, signal)
			if code != exitInterrupted {
				t.Errorf("exit %d, want %d", code, exitInterrupted)
			}
			if want := (aurea.Counts{Planned: 5, Cancelled: 5}); result.Counts != want || result.Status != aurea.StatusCancelled {
				t.Errorf("counts %+v, status %s", result.Counts, result.Status)
			}
		})
	}
}

// Under nohup a run goes on to its end.
func TestRunUnderNohupOutlivesItsTerminal(t *testing.T) {
	t.Parallel()
	nohup, err := exec.LookPath("nohup")
	if err != nil {
		t.Skip("left out: there is no nohup")
	}
	cmd := exec.CommandContext(t.Context(), nohup, aureatest.Binary(t), "run", "-o", "json", "--jobs", "3", "--concurrency", "1", "--job-duration", "700ms")
	result, code := signalRun(t, cmd, syscall.SIGHUP)
	if code != exitOK || result.Counts.OK != 3 {
		t.Errorf("exit %d, counts %+v; want %d, 3 ok", code, result.Counts, exitOK)
	}
}

// signalRun starts a run, sends it a signal once it reports progress, and returns
// its result and exit code.
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

func exitStatusOf(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// SIGTERM: not ready, the running run gets its grace and ends with its partial
// result, the process exits with 0.
func TestTermDrainsTheService(t *testing.T) {
	url, process := aureatest.Serve(t, "--grace", "1s")
	answered := make(chan aurea.Result, 1)
	go func() {
		var result aurea.Result
		answer, err := http.Post(url+"/benchmark/run", "application/json", strings.NewReader(`{"num_jobs": 3, "job_duration_ms": 3600000}`))
		if err != nil {
			t.Error(err)
		} else {
			defer func() { _ = answer.Body.Close() }()
			if err := json.NewDecoder(answer.Body).Decode(&result); err != nil {
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
	if late := get(t, url+"/livez"); !strings.Contains(late, "alive") {
		t.Errorf("livez answers %q while draining", late)
	}
	result := <-answered
	if want := (aurea.Counts{Planned: 3, Cancelled: 3}); result.Counts != want || result.Status != aurea.StatusInterrupted {
		t.Errorf("counts %+v, status %q", result.Counts, result.Status)
	}
	if state, err := process.Wait(); err != nil || state.ExitCode() != 0 {
		t.Errorf("ended with %v, %v", state, err)
	}
}

// A second signal does not wait for the grace.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	url, process := aureatest.Serve(t, "--grace", "1h")
	go func() {
		answer, err := http.Post(url+"/benchmark/run", "application/json", strings.NewReader(`{"num_jobs": 3, "job_duration_ms": 3600000}`))
		if err == nil {
			_ = answer.Body.Close()
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
