package main

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
)

// No help text that is not for a terminal is wider than 80 columns.
func TestHelpFits80Columns(t *testing.T) {
	var check func(command *cobra.Command)
	check = func(command *cobra.Command) {
		args := append(strings.Fields(command.CommandPath())[1:], "--help")
		code, stdout, stderr := runCommand(t, "", args...)
		checkExit(t, "aurea "+strings.Join(args, " "), code, exitOK, stderr)
		for line := range strings.Lines(stdout) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > helpWidth {
				t.Errorf("aurea %s: %d columns: %s", strings.Join(args, " "), n, line)
			}
		}
		for _, child := range command.Commands() {
			check(child)
		}
	}
	check(newRootCommand())
}

// Paragraphs are wrapped at the width; indented ones are left alone.
func TestWrapParagraphs(t *testing.T) {
	const text = "one two three\nfour five\n\n  code that is wider than the width\n\nsix\n"
	const want = "one two\nthree four\nfive\n\n  code that is wider than the width\n\nsix"
	if got := wrapParagraphs(text, 10); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Every command has a help, and aurea run a flag for every field of the spec.
func TestHelp(t *testing.T) {
	for _, name := range []string{
		"", "serve", "run", "ab", "compare", "runs", "runs list", "runs show", "runs cancel",
		"runs change", "runs delete",
		"runs export", "workloads", "workers", "health", "version", "completion",
	} {
		args := append(strings.Fields(name), "--help")
		code, stdout, _ := runCommand(t, "", args...)
		if code != exitOK || !strings.Contains(stdout, "Usage:\n  aurea") {
			t.Errorf("aurea %s --help: exit %d\n%s", name, code, stdout)
		}
	}
	run, _, err := newRootCommand().Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string]string{
		"num_jobs": "jobs", "job_duration_ms": "job-duration", "thresholds": "threshold", "labels": "label",
	}
	onlyInFiles := []string{"pricing", "stages", "secrets", "defaults", "data", "users", "replay", "scenarios"}
	for _, p := range aurea.SpecParameters() {
		if slices.Contains(onlyInFiles, p.Name) {
			continue
		}
		flag, ok := flags[p.Name]
		if !ok {
			flag = strings.ReplaceAll(p.Name, "_", "-")
		}
		if run.Flags().Lookup(flag) == nil {
			t.Errorf("there is no flag --%s for %s", flag, p.Name)
		}
	}
}
