package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// keepRun executes a run with a history in dir and returns its id.
func keepRun(t *testing.T, dir string, args ...string) string {
	t.Helper()
	args = append([]string{"run", "--quiet", "--history", dir, "-o", "json", "--job-duration", "1ms",
		"--jobs", "4"}, args...)
	code, stdout, stderr := runCommand(t, "", args...)
	checkExit(t, strings.Join(args, " "), code, exitOK, stderr)
	if stderr != "" {
		t.Errorf("standard error has %q", stderr)
	}
	var result aurea.Result
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatal(err)
	}
	return result.ID
}

// inHistory executes a command on a history. It must succeed.
func inHistory(t *testing.T, dir string, args ...string) string {
	t.Helper()
	code, stdout, stderr := runCommand(t, "", append(args, "--history", dir)...)
	checkExit(t, strings.Join(args, " "), code, exitOK, stderr)
	return stdout
}

// Runs on this machine are kept. Every command on runs works on them without a
// server, by id, by the beginning of one, and by last.
func TestLocalHistory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "history")
	first := keepRun(t, dir, "--name", "one", "--label", "team=a", "--include-jobs")
	second := keepRun(t, dir, "--name", "two")
	table := strings.Split(strings.TrimSpace(inHistory(t, dir, "runs", "list")), "\n")
	if len(table) != 3 {
		t.Fatalf("runs list has %d lines, want 3", len(table))
	}
	checkContains(t, "the first row", table[1], second, "two")
	checkContains(t, "the second row", table[2], first, "one")
	checkContains(t, "runs show last", inHistory(t, dir, "runs", "show", "last"), second, "digest")
	start := strings.TrimPrefix(first, runPrefix)[:uuidSize-4]
	for _, reference := range []string{first, start, runPrefix + start} {
		shown := inHistory(t, dir, "runs", "show", reference, "-o", "json")
		checkContains(t, "runs show "+reference, shown, `"id": "`+first+`"`)
	}
	inHistory(t, dir, "runs", "change", start, "--note", "before the upgrade", "--baseline")
	checkContains(t, "the baseline", inHistory(t, dir, "runs", "list", "--baseline"), first)
	checkContains(t, "the records", inHistory(t, dir, "runs", "export", start, "--format", "csv"), "job_id,")
	checkContains(t, "the check", inHistory(t, dir, "runs", "verify"), "runs verified: 2, damaged: 0")
	checkContains(t, "the check of one", inHistory(t, dir, "runs", "verify", "last"), "runs verified: 1, damaged: 0")
	code, stdout, stderr := runCommand(t, "", "compare", first, "last", "--history", dir)
	checkExit(t, "aurea compare", code, exitEvidence, stderr)
	checkContains(t, "the comparison", stdout, "1 run of last")
	if deleted := inHistory(t, dir, "runs", "delete", "last"); deleted != second+" deleted\n" {
		t.Errorf("runs delete prints %q", deleted)
	}
	checkContains(t, "runs show last", inHistory(t, dir, "runs", "show", "last"), first)
}

// References to runs that are not there, or that mean several, are refused.
func TestRunReferences(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "history")
	first, second := keepRun(t, dir), keepRun(t, dir)
	both := 0
	for first[both] == second[both] {
		both++
	}
	gone := runPrefix + strings.Repeat("f", 8)
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"runs", "show", first[:both]}, exitUsage, first[:both] +
			" is the beginning of several ids, such as " + second + " and " + first + "; give more of it"},
		{[]string{"runs", "show", gone}, exitFailure, "not found: there is no run whose id begins with " + gone},
		{[]string{"runs", "show", "nothing"}, exitFailure,
			"not found: there is no run nothing; a run is its id, last or name:NAME"},
		{[]string{"runs", "show", "name:x"}, exitFailure, `not found: there is no run named "x" yet`},
		{[]string{"runs", "watch", "name:x"}, exitFailure, `there is no run named "x" that is running or queued`},
		{[]string{"runs", "show", "name:"}, exitUsage, "name:NAME needs the name of a run"},
		{[]string{"runs", "cancel", "last"}, exitFailure, "not found: there is no run that is running or queued"},
		{[]string{"runs", "cancel", first}, exitFailure, "has finished"},
		{[]string{"runs", "list", "--server", "http://127.0.0.1:1"}, exitUsage,
			"--history cannot be combined with --server"},
		{[]string{"runs", "show", "last", "--history", "/nowhere"}, exitUsage,
			`--history: there is no directory "/nowhere"`},
	} {
		args := append([]string{test.args[0], test.args[1], "--history", dir}, test.args[2:]...)
		code, _, stderr := runCommand(t, "", args...)
		checkExit(t, strings.Join(args, " "), code, test.code, stderr)
		checkContains(t, strings.Join(args, " "), stderr, test.want)
	}
	named := keepRun(t, dir, "--name", "x")
	keepRun(t, dir)
	for _, reference := range []string{"name:x", strings.TrimPrefix(named, runPrefix)} {
		_, shown, _ := runCommand(t, "", "runs", "show", reference, "--history", dir, "-o", "json")
		checkContains(t, reference, shown, `"id": "`+named+`"`)
	}
	empty := t.TempDir()
	code, _, stderr := runCommand(t, "", "runs", "show", "last", "--history", empty)
	checkExit(t, "last of none", code, exitFailure, stderr)
	checkContains(t, "last of none", stderr, "not found: there is no run yet")
}

// --no-history keeps nothing; otherwise the directory comes from the flag, the
// variable, XDG_DATA_HOME or the home directory.
func TestHistoryPlace(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, "given")
	for _, test := range []struct {
		name      string
		variables map[string]string
		args      []string
		want      string // "" for none
	}{
		{"flag", map[string]string{"AUREA_HISTORY": filepath.Join(home, "other")}, []string{"--history", dir}, dir},
		{"variable", map[string]string{"AUREA_HISTORY": dir}, nil, dir},
		{"data", map[string]string{"XDG_DATA_HOME": filepath.Join(home, "data")}, nil,
			filepath.Join(home, "data", "aurea")},
		{"relative", map[string]string{"XDG_DATA_HOME": "data"}, nil, filepath.Join(home, ".local", "share", "aurea")},
		{"home", map[string]string{"XDG_DATA_HOME": ""}, nil, filepath.Join(home, ".local", "share", "aurea")},
		{"none", map[string]string{"AUREA_HISTORY": filepath.Join(home, "none")}, []string{"--no-history"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("HOME", home)
			for name, value := range test.variables {
				t.Setenv(name, value)
			}
			args := append([]string{"run", "--quiet", "--jobs", "1", "--job-duration", "1ms"}, test.args...)
			code, _, stderr := runCommand(t, "", args...)
			checkExit(t, "aurea run", code, exitOK, stderr)
			if test.want == "" {
				if _, err := os.Stat(test.variables["AUREA_HISTORY"]); err == nil {
					t.Error("a run was kept")
				}
				return
			}
			if _, err := os.Stat(filepath.Join(test.want, "aurea.db")); err != nil {
				t.Error(err)
			}
			if err := os.RemoveAll(test.want); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A history that cannot be written costs a warning, and neither the result nor
// the exit code.
func TestHistoryThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	file := writeTestFile(t, "file", "")
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "aurea.db"), []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		file:   "is not in the history: ",
		broken: "it is not an SQLite database; name another file, or move this one away",
	} {
		code, stdout, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "4",
			"--job-duration", "1ms", "--history", dir,
			"--threshold", "p99 < 1ns")
		checkExit(t, dir, code, exitThreshold, stderr)
		checkContains(t, dir, stdout, "4 ok")
		checkContains(t, dir, stderr, "aurea: run benchmark-", want, "its result stands as it is", "--no-history")
		if lines := strings.Count(stderr, "\n"); lines != 2 {
			t.Errorf("standard error has %d lines, want the verdict and a warning:\n%s", lines, stderr)
		}
	}
	code, _, stderr := runCommand(t, "", "runs", "list", "--history", broken)
	checkExit(t, "runs list", code, exitFailure, stderr)
	checkContains(t, "runs list", stderr, "aurea: cannot open the history: ", "it is not an SQLite database")
}

// Runs of a server stay there.
func TestHistoryWithoutRunsOfAServer(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("AUREA_HISTORY", dir)
	url, _ := aureatest.Serve(t)
	code, _, stderr := runCommand(t, "", "run", "--quiet", "--server", url, "--jobs", "1")
	checkExit(t, "a run at a server", code, exitOK, stderr)
	if names := filesIn(t, dir); len(names) > 0 {
		t.Errorf("the history has %q", names)
	}
}

// A report shows the run of the same name before, also when it is written again.
func TestReportBesideTheRunBefore(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "history")
	keepRun(t, dir, "--name", "other")
	first := inHistory(t, dir, "run", "--quiet", "--jobs", "4", "--job-duration", "1ms", "--name", "same")
	if strings.Contains(first, "\nbefore ") {
		t.Errorf("the first run of a name has one before:\n%s", first)
	}
	second := inHistory(t, dir, "run", "--quiet", "--jobs", "4", "--job-duration", "1ms", "--name", "same")
	checkContains(t, "the second run", second, "\nbefore ")
	checkContains(t, "its report", inHistory(t, dir, "report", "last"), "\nbefore ")
	unnamed := inHistory(t, dir, "run", "--quiet", "--jobs", "4", "--job-duration", "1ms")
	if strings.Contains(unnamed, "\nbefore ") {
		t.Errorf("a run without a name has one before:\n%s", unnamed)
	}
}
