package main

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea/internal/platform/platformtest"
)

// On a terminal all parts of a help text are as wide as it: the descriptions of
// the command, of its flags and of its commands.
func TestHelpIsAsWideAsTheTerminal(t *testing.T) {
	for columns, want := range map[int][]string{
		66: {
			"  load        Change the rate or the concurrency of a running run\n",
			"  verify      Check stored runs against their digests\n",
		},
		110: {
			"      --search string       only runs with this text in the id, the name or a label's value\n",
		},
		50: {"  load        Change the rate or the concurrency\n              of a running run\n"},
	} {
		terminal := platformtest.OpenTerminal(t, columns, 200)
		for _, args := range [][]string{{"runs", "--help"}, {"runs", "list", "--help"}} {
			if code := run(t.Context(), args, strings.NewReader(""), terminal.File, io.Discard); code != exitOK {
				t.Fatalf("%q: exit %d", args, code)
			}
		}
		text := ""
		waitFor(t, func() bool {
			text = strings.ReplaceAll(terminal.Raw(), "\r", "")
			return strings.Contains(text, "--until string")
		})
		for _, line := range want {
			if !strings.Contains(text, line) {
				t.Errorf("at %d columns it lacks %q:\n%s", columns, line, text)
			}
		}
		const hint = 72 // columns of the hint at the end, which is never broken
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > max(columns, hint) {
				t.Errorf("at %d columns a line has %d: %s", columns, n, line)
			}
		}
	}
}
