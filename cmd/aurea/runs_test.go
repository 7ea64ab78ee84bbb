package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// testTimeout is how long a test waits for what must end; only a fault uses it up.
const testTimeout = 30 * time.Second

// runCommandAt calls the command about a server, which must succeed.
func runCommandAt(t *testing.T, url string, args ...string) string {
	t.Helper()
	code, stdout, stderr := runCommand(t, "", append(args, "--server", url)...)
	if code != exitOK {
		t.Fatalf("aurea %s: exit %d, %s", strings.Join(args, " "), code, stderr)
	}
	return stdout
}

// With --server a run is the server's, which keeps it, and everything else is as
// without: result, progress, exit code.
func TestRunAtServer(t *testing.T) {
	url, _ := aureatest.Serve(t)
	code, stdout, stderr := runCommand(t, "", "run", "--server", url, "-o", "json", "--jobs", "20", "--job-duration", "5ms", "--name", "far", "--include-jobs", "--threshold", "p99 < 1ns")
	var result aurea.Result
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	if code != exitThreshold || result.Counts.OK != 20 || result.Name != "far" || strings.Count(stdout, `"job_id":"`+result.ID+`-job-`) != 20 {
		t.Errorf("exit %d, %+v", code, result.Counts)
	}
	if !strings.Contains(stderr, "20 started  20 ok  0 failed  0 in flight") || !strings.Contains(stderr, "a threshold failed") {
		t.Errorf("progress: %q", stderr)
	}
	var kept aurea.Run
	if err := json.Unmarshal([]byte(runCommandAt(t, url, "runs", "show", result.ID, "-o", "json")), &kept); err != nil || kept.Result.Throughput != result.Throughput || kept.Digest == "" {
		t.Errorf("kept is %+v (%v)", kept, err)
	}
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"run", "--server", url, "--jobs", "5", "--workload", "nop"}, 2, "aurea: workload.kind: must be one of"},
		{[]string{"run", "--server", "wat", "--jobs", "5"}, 2, "aurea: --server: must be a URL such as http://127.0.0.1:5000; got \"wat\""},
		{[]string{"runs", "show", "nothing", "--server", url}, 1, "aurea: not found: there is no run nothing"},
		{[]string{"runs", "delete", "--server", url}, 2, "aurea: requires at least 1 arg"},
		{[]string{"runs", "list", "--server", url, "--status", "wat"}, 2, `status: must be one of queued, running`},
		{[]string{"runs", "list", "--server", url, "--since", "wat"}, 2, `aurea: --since must be a moment such as`},
		{[]string{"runs", "list", "--server", url, "-o", "xml"}, 2, `aurea: -o must be text or json; got "xml"`},
		{[]string{"runs", "list", "--server", url, "--limit", "0"}, 2, `aurea: --limit must be at least 1`},
		{[]string{"runs", "change", result.ID, "--server", url}, 2, `aurea: give --note TEXT`},
		{[]string{"runs", "export", result.ID, "--server", url, "--format", "xml"}, 2, `format: must be one of ndjson, csv, parquet; got "xml"`},
		{[]string{"runs", "cancel", result.ID, "--server", url}, 1, "has finished"},
	} {
		code, _, stderr := runCommand(t, "", test.args...)
		if code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("aurea %s: exit %d, %q; want %d, %q", strings.Join(test.args, " "), code, stderr, test.code, test.want)
		}
	}
}

// What is kept can be listed, shown, changed, exported and deleted.
func TestRunsCommands(t *testing.T) {
	url, _ := aureatest.Serve(t)
	for _, name := range []string{"one", "two", "three"} {
		runCommandAt(t, url, "run", "--jobs", "4", "--job-duration", "1ms", "--name", name, "--label", "team=a", "--include-jobs", "-q")
	}
	table := strings.Split(strings.TrimSpace(runCommandAt(t, url, "runs", "list", "--limit", "2")), "\n")
	if len(table) != 3 || !strings.HasPrefix(table[0], "run ") || !strings.Contains(table[1], "three") || !strings.Contains(table[2], "two") || !strings.Contains(table[1], "completed  sleep") {
		t.Errorf("listed:\n%s", strings.Join(table, "\n"))
	}
	var page aurea.RunPage
	if err := json.Unmarshal([]byte(runCommandAt(t, url, "runs", "list", "-o", "json", "--name", "one", "--label", "team=a", "--since", "1h", "--status", "completed,failed")), &page); err != nil || len(page.Runs) != 1 {
		t.Fatalf("%d runs (%v)", len(page.Runs), err)
	}
	id := page.Runs[0].ID
	runCommandAt(t, url, "runs", "change", id, "--note", "the first", "--baseline")
	shown := runCommandAt(t, url, "runs", "show", id, "--wait")
	for _, want := range []string{"run         " + id + " (one)", "4 planned: 4 ok", "note      the first", "baseline  of one", "digest    sha256:"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in\n%s", want, shown)
		}
	}
	if lines := strings.Split(strings.TrimSpace(runCommandAt(t, url, "runs", "export", id, "--format", "csv")), "\n"); len(lines) != 5 || lines[0] != strings.Join(aurea.JobColumns, ",") {
		t.Errorf("exported %q", lines)
	}
	parquet := filepath.Join(t.TempDir(), "jobs.parquet")
	runCommandAt(t, url, "runs", "export", id, "--format", "parquet", "-f", parquet)
	if content, err := os.ReadFile(parquet); err != nil || !bytes.HasPrefix(content, []byte("PAR1")) || !bytes.HasSuffix(content, []byte("PAR1")) {
		t.Errorf("the file has %d bytes (%v)", len(content), err)
	}
	if said := runCommandAt(t, url, "runs", "delete", id); said != id+" deleted\n" {
		t.Errorf("deleted: %q", said)
	}
	if left := runCommandAt(t, url, "runs", "list"); strings.Contains(left, id) || strings.Count(left, "\n") != 3 {
		t.Errorf("left:\n%s", left)
	}
}

// An interrupt cancels the run at the server, and prints its partial result.
func TestInterruptedAtServer(t *testing.T) {
	t.Parallel()
	url, _ := aureatest.Serve(t)
	run := exec.CommandContext(t.Context(), aureatest.Binary(t), "run", "--server", url, "-o", "json", "--jobs", "1000", "--concurrency", "1", "--job-duration", "50ms")
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
	_, _ = new(bytes.Buffer).ReadFrom(stderr) // Wait wants it read
	_ = run.Wait()
	var result aurea.Result
	if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
		t.Fatalf("%v: %s", err, stdout.Bytes())
	}
	if code := run.ProcessState.ExitCode(); code != exitInterrupted || result.Status != aurea.StatusCancelled || result.Counts.OK == 0 || result.Counts.Cancelled == 0 || result.Counts.Planned != 1000 {
		t.Errorf("exit %d, %s with %+v", code, result.Status, result.Counts)
	}
	if listed := runCommandAt(t, url, "runs", "list", "--status", "cancelled"); !strings.Contains(listed, result.ID) {
		t.Errorf("the server has\n%s", listed)
	}
}

// What cannot be kept is said before anything is served.
func TestServeStoreErrors(t *testing.T) {
	notDir := writeTestFile(t, "file", "")
	taken := t.TempDir()
	aureatest.Serve(t, "--data", taken)
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "aurea.db"), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		args []string
		code int
		want []string
	}{
		{[]string{"--data", notDir}, 1, []string{"cannot make the directory", "choose another with --data"}},
		{[]string{"--data", taken}, 1, []string{"is in use by another server"}},
		{[]string{"--data", foreign}, 1, []string{"aurea.db was left as it is"}},
		{[]string{"--data", t.TempDir(), "--store", "mysql://x"}, 2, []string{"--store must be sqlite://FILE or postgres://USER@HOST/DATABASE"}},
		{[]string{"--data", t.TempDir(), "--keep-bytes", "many"}, 2, []string{`must be a number of bytes such as 2GB, 512MiB or 1048576`}},
		{[]string{"--data", t.TempDir(), "--keep-runs", "-1"}, 2, []string{"must not be negative"}},
	}
	for _, test := range tests {
		// What is not refused would serve for ever; its end ends it.
		ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
		var out, errs bytes.Buffer
		code := run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0"}, test.args...), strings.NewReader(""), &out, &errs)
		cancel()
		stderr := errs.String()
		for _, want := range test.want {
			if code != test.code || !strings.Contains(stderr, want) {
				t.Errorf("aurea serve %s: exit %d, %q; want %d, %q", strings.Join(test.args, " "), code, stderr, test.code, want)
			}
		}
	}
}

// A server has the same name in every life.
func TestOwnName(t *testing.T) {
	name := filepath.Join(t.TempDir(), "server-id")
	first, err := loadServerID(name, slog.New(slog.DiscardHandler))
	again, err2 := loadServerID(name, slog.New(slog.DiscardHandler))
	if err != nil || err2 != nil || first != again || len(first) < 20 {
		t.Errorf("%q (%v), and then %q (%v)", first, err, again, err2)
	}
	if other, err := loadServerID(filepath.Join(t.TempDir(), "server-id"), slog.New(slog.DiscardHandler)); err != nil || other == first {
		t.Errorf("another server is %q too (%v)", other, err)
	}
}
