package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

// hostile is a text with control sequences, line breaks and bidi overrides.
const hostile = "\x1b[2Jx\x1b]0;y\x07\nNEW LINE\r\t\u202eevil\u2066\u009bend"

// checkSafe reports unsafe characters in a text of several lines.
func checkSafe(t *testing.T, what, text string) {
	t.Helper()
	if lines := strings.ReplaceAll(text, "\n", ""); format.Sanitize(lines) != lines {
		t.Errorf("%s contains control characters: %q", what, text)
	}
}

// checkSafeLine reports a text that is not one line, or has unsafe characters.
func checkSafeLine(t *testing.T, what, text string) {
	t.Helper()
	line, isLine := strings.CutSuffix(text, "\n")
	if !isLine || format.Sanitize(line) != line {
		t.Errorf("%s is not one safe line: %q", what, text)
	}
}

func TestRunsAreShownSafely(t *testing.T) {
	run := aurea.Run{
		ID:       "benchmark-1",
		Name:     hostile,
		Note:     hostile,
		Error:    hostile,
		Baseline: true,
		Digest:   hostile,
		Spec:     aurea.Spec{Name: hostile},
	}
	ended := run
	ended.Result = &aurea.Result{Name: hostile, Errors: []aurea.ErrorClass{{Class: hostile, Count: 3, Sample: hostile}}}
	runs := []aurea.Run{run, ended}
	for what, print := range map[string]func(*strings.Builder) error{
		"the list":     func(w *strings.Builder) error { return printRuns(w, runs, report.Options{}) },
		"a run":        func(w *strings.Builder) error { return printRun(w, run, report.Options{}) },
		"an ended run": func(w *strings.Builder) error { return printRun(w, ended, report.Options{}) },
		"JSON":         func(w *strings.Builder) error { return format.WriteJSON(w, run) },
	} {
		var text strings.Builder
		if err := print(&text); err != nil {
			t.Fatal(err)
		}
		checkSafe(t, what, text.String())
		if strings.Contains(text.String(), "\nNEW LINE") {
			t.Errorf("%s: a name begins a line: %q", what, text.String())
		}
	}
}

// Errors and log records are one safe line each, whatever the arguments are.
func TestErrorsAndLogsAreSafe(t *testing.T) {
	for _, args := range [][]string{
		{"run", "--jobs", hostile},
		{"run", "--threshold", hostile},
		{"run", hostile},
		{hostile},
		{"run", "--" + hostile},
		{"runs", "list", "--label", hostile},
		{"compare", hostile, hostile},
		{"run", "--jobs", "1", "--workload", hostile},
	} {
		what := fmt.Sprintf("%q", args)
		code, stdout, stderr := runCommand(t, "", args...)
		if code == exitOK {
			t.Errorf("%s: exit 0", what)
		}
		if stdout != "" {
			t.Errorf("%s: standard output has %q", what, stdout)
		}
		checkSafeLine(t, what, stderr)
	}
	var text strings.Builder
	log, err := newLog("info", &text)
	if err != nil {
		t.Fatal(err)
	}
	log.Info(hostile, "name", hostile, hostile, fmt.Errorf("%s", hostile))
	checkSafeLine(t, "the log", text.String())
}
