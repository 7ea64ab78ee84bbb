package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
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
