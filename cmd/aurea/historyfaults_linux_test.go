package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// runProcess starts a run in a process of its own, with a history in dir.
func runProcess(t *testing.T, dir string, args ...string) (process *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	args = append([]string{"run", "--quiet", "-o", "json=" + os.DevNull, "--history", dir,
		"--job-duration", "1ms"}, args...)
	process = exec.CommandContext(t.Context(), aureatest.Binary(t), args...)
	stderr = new(bytes.Buffer)
	process.Stderr = stderr
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	return process, stderr
}

// Many processes that make the history, and end at once, lose no run.
func TestHistoryOfManyProcesses(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "history")
	var processes []*exec.Cmd
	var errs []*bytes.Buffer
	for range 8 {
		process, stderr := runProcess(t, dir, "--jobs", "3")
		processes, errs = append(processes, process), append(errs, stderr)
	}
	for i, process := range processes {
		if err := process.Wait(); err != nil || errs[i].Len() > 0 {
			t.Errorf("run %d: %v, standard error has %q", i, err, errs[i])
		}
	}
	checkContains(t, "runs verify", inHistory(t, dir, "runs", "verify"), "runs verified: 8, damaged: 0")
	if names := filesIn(t, filepath.Join(dir, "live")); len(names) > 0 {
		t.Errorf("sockets are left: %q", names)
	}
}

// A run that is killed leaves nothing in the history, which works on.
func TestHistoryAfterKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := keepRun(t, dir)
	process, _ := runProcess(t, dir, "--rate", "50", "-z", "1h", "--name", "killed")
	waitFor(t, func() bool { return strings.Contains(inHistory(t, dir, "runs", "list"), "killed") })
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err == nil {
		t.Fatal("the process was not killed")
	}
	listed := inHistory(t, dir, "runs", "list")
	checkContains(t, "runs list", listed, first)
	if strings.Contains(listed, "killed") {
		t.Errorf("the killed run is listed:\n%s", listed)
	}
	code, _, stderr := runCommand(t, "", "runs", "watch", "last", "--history", dir)
	checkExit(t, "runs watch", code, exitFailure, stderr)
	keepRun(t, dir)
	checkContains(t, "runs verify", inHistory(t, dir, "runs", "verify"), "runs verified: 2, damaged: 0")
}

// An interrupted run is kept, with its partial result.
func TestHistoryOfInterruptedRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	process, stderr := runProcess(t, dir, "--rate", "50", "-z", "1h", "--name", "long")
	waitFor(t, func() bool { return strings.Contains(inHistory(t, dir, "runs", "list"), "running") })
	if err := process.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); process.ProcessState.ExitCode() != exitInterrupted {
		t.Errorf("the run ended with %v: %s", err, stderr)
	}
	checkContains(t, "runs show last", inHistory(t, dir, "runs", "show", "last"), "CANCELLED", "(long)", "digest")
}

// A full or read-only disk costs a warning in words. What was kept can be read.
func TestHistoryOnBadDisk(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		spoil   func(t *testing.T, folder, ballast string)
		want    string // of the run that is not kept
		refused string // of the change that is not made
	}{
		{"full", func(t *testing.T, _, ballast string) { fillDisk(t, ballast) },
			"the disk is full", "the disk is full"},
		{"read-only", func(t *testing.T, folder, _ string) {
			if err := exec.CommandContext(t.Context(), "mount", "-o", "remount,ro", folder).Run(); err != nil {
				t.Fatal(err)
			}
		}, "read-only file system", "opened to be read only"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			folder, ballast := mountSmallDisk(t)
			dir := filepath.Join(folder, "history")
			first := keepRun(t, dir)
			test.spoil(t, folder, ballast)
			code, stdout, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "4",
				"--job-duration", "1ms", "--history", dir)
			checkExit(t, "aurea run", code, exitOK, stderr)
			checkContains(t, "the result", stdout, "4 ok")
			checkContains(t, "the warning", stderr, "aurea: run benchmark-", " is not in the history: ", test.want,
				"its result stands as it is")
			if lines := strings.Count(stderr, "\n"); lines != 1 {
				t.Errorf("standard error has %d lines:\n%s", lines, stderr)
			}
			listed := inHistory(t, dir, "runs", "list")
			checkContains(t, "runs list", listed, first)
			if lines := strings.Count(listed, "\n"); lines != 2 {
				t.Errorf("the list has %d lines, want the header and one run:\n%s", lines, listed)
			}
			checkContains(t, "runs show", inHistory(t, dir, "runs", "show", "last"), first)
			code, _, stderr = runCommand(t, "", "runs", "change", "last", "--note", "new", "--history", dir)
			checkExit(t, "runs change", code, exitFailure, stderr)
			checkContains(t, "runs change", stderr, "aurea: unavailable: ", test.refused)
		})
	}
}

// An output on a full disk is an error, and its old content stays.
func TestOutputOnFullDisk(t *testing.T) {
	t.Parallel()
	folder, ballast := mountSmallDisk(t)
	file := filepath.Join(folder, "r.json")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	fillDisk(t, ballast)
	code, stdout, stderr := runCommand(t, "", "run", "--quiet", "--no-history", "--jobs", "4", "--job-duration", "1ms",
		"-o", "text", "-o", "json="+file)
	checkExit(t, "aurea run", code, exitFailure, stderr)
	checkContains(t, "the text", stdout, "4 ok")
	checkContains(t, "standard error", stderr, "aurea: cannot write the result: json to "+file,
		"no space left on device")
	if content, err := os.ReadFile(file); string(content) != "old" {
		t.Errorf("the file has %q: %v", content, err)
	}
	if names := filesIn(t, folder); len(names) != 2 {
		t.Errorf("the disk has %q", names)
	}
}
