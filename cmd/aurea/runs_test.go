package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// runCommandAt executes a command line at a server. It must succeed.
func runCommandAt(t *testing.T, url string, args ...string) string {
	t.Helper()
	code, stdout, stderr := runCommand(t, "", append(args, "--server", url)...)
	if code != exitOK {
		t.Fatalf("aurea %s: exit %d, %s", strings.Join(args, " "), code, stderr)
	}
	return stdout
}

// With --server the server executes and stores the run. Result, progress and
// exit code are those of a local run.
func TestRunAtServer(t *testing.T) {
	url, _ := aureatest.Serve(t)
	code, stdout, stderr := runCommand(t, "", "run", "--server", url, "-o", "json", "--jobs", "20",
		"--job-duration", "5ms", "--name", "far", "--include-jobs", "--threshold", "p99 < 1ns")
	checkExit(t, "the run", code, exitThreshold, stderr)
	checkContains(t, "standard error", stderr, "started=20 ok=20 failed=0 in_flight=0", "a threshold failed")
	var result aurea.Result
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	if result.Counts.OK != 20 || result.Name != "far" {
		t.Errorf("%d jobs ok of %q, want 20 of far", result.Counts.OK, result.Name)
	}
	if n := strings.Count(stdout, `"job_id":"`+result.ID+`-job-`); n != 20 {
		t.Errorf("the result lists %d jobs, want 20", n)
	}
	var stored aurea.Run
	shown := runCommandAt(t, url, "runs", "show", result.ID, "-o", "json")
	if err := json.Unmarshal([]byte(shown), &stored); err != nil {
		t.Fatal(err)
	}
	if stored.Result.Throughput != result.Throughput {
		t.Errorf("the stored throughput is %v, want %v", stored.Result.Throughput, result.Throughput)
	}
	if stored.Digest == "" {
		t.Error("the stored run has no digest")
	}
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"run", "--server", url, "--jobs", "5", "--workload", "nop"}, 2, "aurea: --workload: must be one of"},
		{[]string{"run", "--server", "wat", "--jobs", "5"}, 2, "aurea: --server: must be a URL such as http://127.0.0.1:5000; got \"wat\""},
		{[]string{"runs", "show", "nothing", "--server", url}, 1,
			"aurea: not found: there is no run nothing; a run is its id, last or name:NAME"},
		{[]string{"runs", "delete", "--server", url}, 2,
			"aurea: the usage is aurea runs delete ID...; got 0 arguments"},
		{[]string{"runs", "list", "--server", url, "--status", "wat"}, 2,
			`aurea: --status: must be one of queued, running`},
		{[]string{"runs", "list", "--server", url, "--verdict", "wat"}, 2,
			`aurea: --verdict must be one of none, pass, fail, invalid, no_data; got "wat"`},
		{[]string{"runs", "list", "--server", url, "--since", "wat"}, 2, `aurea: --since must be a moment such as`},
		{[]string{"runs", "list", "--server", url, "-o", "xml"}, 2, `aurea: -o must be text or json; got "xml"`},
		{[]string{"runs", "list", "--server", url, "--limit", "0"}, 2, `aurea: --limit must be at least 1`},
		{[]string{"runs", "change", result.ID, "--server", url}, 2, `aurea: give --note TEXT`},
		{[]string{"runs", "export", result.ID, "--server", url, "--format", "xml"}, 2,
			`aurea: --format must be one of ndjson, csv, parquet; got "xml"`},
		{[]string{"runs", "cancel", result.ID, "--server", url}, 1, "has finished"},
	} {
		code, _, stderr := runCommand(t, "", test.args...)
		if code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("aurea %s: exit %d, %q; want %d, %q", strings.Join(test.args, " "), code, stderr, test.code, test.want)
		}
	}
}

// Stored runs can be listed, shown, changed, exported and deleted.
func TestRunsCommands(t *testing.T) {
	url, _ := aureatest.Serve(t)
	for _, name := range []string{"one", "two", "three"} {
		runCommandAt(t, url, "run", "--jobs", "4", "--job-duration", "1ms", "--name", name, "--label", "team=a",
			"--include-jobs", "-q")
	}
	table := strings.Split(strings.TrimSpace(runCommandAt(t, url, "runs", "list", "--limit", "2")), "\n")
	if len(table) != 3 {
		t.Fatalf("runs list has %d lines, want 3:\n%s", len(table), strings.Join(table, "\n"))
	}
	checkContains(t, "the header", table[0], "run ")
	checkContains(t, "the first run", table[1], "three", "completed  sleep")
	checkContains(t, "the second run", table[2], "two")
	listed := runCommandAt(t, url, "runs", "list", "-o", "json", "--name", "one", "--label", "team=a", "--since", "1h",
		"--status", "completed,failed")
	var page aurea.RunPage
	if err := json.Unmarshal([]byte(listed), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Runs) != 1 {
		t.Fatalf("%d runs are listed, want 1", len(page.Runs))
	}
	for verdict, want := range map[string]int{"none": 3, "pass": 0} {
		listed := runCommandAt(t, url, "runs", "list", "-o", "json", "--verdict", verdict)
		if n := strings.Count(listed, `"benchmark_id"`); n != want {
			t.Errorf("%d runs have the verdict %s, want %d: %s", n, verdict, want, listed)
		}
	}
	id := page.Runs[0].ID
	runCommandAt(t, url, "runs", "change", id, "--note", "the first", "--baseline")
	shown := runCommandAt(t, url, "runs", "show", id, "--wait")
	checkContains(t, "runs show", shown, "run         "+id+" (one)", "4 ok of 4\n", "note      the first",
		"baseline  of one", "digest    sha256:")
	lines := strings.Split(strings.TrimSpace(runCommandAt(t, url, "runs", "export", id, "--format", "csv")), "\n")
	if want := strings.Join(aurea.Spec{}.JobColumns(), ","); len(lines) != 5 || lines[0] != want {
		t.Errorf("exported %q, want %s and 4 jobs", lines, want)
	}
	parquet := filepath.Join(t.TempDir(), "jobs.parquet")
	runCommandAt(t, url, "runs", "export", id, "--format", "parquet", "-f", parquet)
	content, err := os.ReadFile(parquet)
	if err != nil {
		t.Fatal(err)
	}
	magic := []byte("PAR1")
	if !bytes.HasPrefix(content, magic) || !bytes.HasSuffix(content, magic) {
		t.Errorf("the exported file of %d bytes is not Parquet", len(content))
	}
	if printed := runCommandAt(t, url, "runs", "delete", id); printed != id+" deleted\n" {
		t.Errorf("runs delete prints %q", printed)
	}
	if left := runCommandAt(t, url, "runs", "list"); strings.Contains(left, id) || strings.Count(left, "\n") != 3 {
		t.Errorf("after the deletion there are\n%s", left)
	}
}

// An interrupt cancels the run at the server and prints its partial result.
func TestInterruptedAtServer(t *testing.T) {
	t.Parallel()
	url, _ := aureatest.Serve(t)
	run := exec.CommandContext(t.Context(), aureatest.Binary(t), "run", "--server", url, "-o", "json",
		"--jobs", "1000", "--concurrency", "1", "--job-duration", "50ms")
	var stdout bytes.Buffer
	run.Stdout = &stdout
	stderr, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stderr.Read(make([]byte, 1)); err != nil { // the first interval
		t.Fatal(err)
	}
	if err := run.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, stderr) // before Wait closes the pipe
	_ = run.Wait()
	var result aurea.Result
	if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
		t.Fatalf("%v: %s", err, stdout.Bytes())
	}
	if code := run.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit %d, want %d", code, exitInterrupted)
	}
	if result.Status != aurea.StatusCancelled {
		t.Errorf("status %s, want cancelled", result.Status)
	}
	if c := result.Counts; c.OK == 0 || c.Cancelled == 0 {
		t.Errorf("counts %+v, want some ok and some cancelled", c)
	}
	if result.Counts.Planned != 1000 {
		t.Errorf("%d jobs planned, want 1000", result.Counts.Planned)
	}
	listed := runCommandAt(t, url, "runs", "list", "--status", "cancelled")
	checkContains(t, "the list of cancelled runs", listed, result.ID)
}
