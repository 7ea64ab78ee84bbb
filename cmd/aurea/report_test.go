package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A report of a stored result has every form, from a file, the history and a
// server, and exits with 0 whatever the verdict is.
func TestReport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "result.json")
	history := filepath.Join(dir, "history")
	url, _ := aureatest.Serve(t)
	for _, where := range [][]string{{"--history", history}, {"--server", url}} {
		args := append([]string{"run", "--quiet", "--jobs", "6", "--job-duration", "1ms", "--name", "some",
			"--threshold", "p99 < 1ns", "-o", "json=" + file}, where...)
		code, _, stderr := runCommand(t, "", args...)
		checkExit(t, "aurea run", code, exitThreshold, stderr)
	}
	html := filepath.Join(dir, "r.html")
	for _, of := range [][]string{{file}, {"last", "--history", history}, {"last", "--server", url}} {
		code, stdout, stderr := runCommand(t, "",
			append([]string{"report", "-o", "text", "-o", "html=" + html}, of...)...)
		checkExit(t, strings.Join(of, " "), code, exitOK, stderr)
		checkContains(t, strings.Join(of, " "), stdout, "FAIL", "6 ok", "(some)")
		content, err := os.ReadFile(html)
		if err != nil {
			t.Fatal(err)
		}
		checkContains(t, "the page", strings.ToLower(string(content)), "<!doctype html>")
		if err := os.Remove(html); err != nil {
			t.Fatal(err)
		}
	}
	code, _, stderr := runCommand(t, "", "report", file, "-o", "html="+html)
	checkExit(t, "a page", code, exitOK, stderr)
	code, stdout, stderr := runCommand(t, "", "report", html)
	checkExit(t, "the report of a page", code, exitOK, stderr)
	checkContains(t, "the report of a page", stdout, "FAIL", "6 ok", "(some)")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr = runCommand(t, string(content), "report", "-", "-o", "junit")
	checkExit(t, "aurea report -", code, exitOK, stderr)
	checkContains(t, "JUnit", stdout, "<testsuite", "p99 &lt; 1ns")
}

// What is no result of one run is refused with what to do.
func TestReportRefuses(t *testing.T) {
	t.Parallel()
	history := filepath.Join(t.TempDir(), "history")
	keepRun(t, history)
	two := writeResultsFile(t, "two.json", 1, 2)
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{two}, exitUsage, two + " holds 2 results, and a report is of one; aurea compare reads several"},
		{[]string{writeTestFile(t, "x.json", "{}")}, exitUsage, "this is no result"},
		{[]string{t.TempDir()}, exitUsage, "cannot read the result"},
		{[]string{"nothing"}, exitUsage, `there is no file "nothing"; a run is its id, last or name:NAME`},
		{[]string{"0199"}, exitFailure, "not found: there is no run whose id begins with benchmark-0199"},
		{[]string{"last", "-o", "html=/nowhere/r.html"}, exitUsage, "there is no directory /nowhere"},
		{nil, exitUsage, "the usage is aurea report FILE | ID; got 0 arguments"},
	} {
		code, stdout, stderr := runCommand(t, "", append([]string{"report", "--history", history}, test.args...)...)
		checkExit(t, strings.Join(test.args, " "), code, test.code, stderr)
		checkContains(t, strings.Join(test.args, " "), stderr, test.want)
		if stdout != "" {
			t.Errorf("%q wrote %q", test.args, stdout)
		}
	}
}
