package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Completion offers last and the ids of the runs that a command can be about, each
// with its name.
func TestCompleteRuns(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "history")
	first, second := keepRun(t, dir, "--name", "one"), keepRun(t, dir, "--name", "two")
	for _, test := range []struct {
		args []string
		want []string
	}{
		{[]string{"runs", "show", "--history", dir, ""}, []string{"last", second, first}},
		{[]string{"runs", "show", "--history", dir, "l"}, []string{"last"}},
		{[]string{"runs", "delete", "--history", dir, first, second[:len(second)-1]}, []string{second}},
		{[]string{"runs", "show", "--history", dir, first, ""}, nil},
		{[]string{"runs", "watch", "--history", dir, ""}, nil}, // none is live
		{[]string{"runs", "show", "--history", "/nowhere", ""}, nil},
		{[]string{"report", "--history", dir, "benchmark-"}, []string{second, first}},
	} {
		code, stdout, stderr := runCommand(t, "", append([]string{"__complete"}, test.args...)...)
		checkExit(t, strings.Join(test.args, " "), code, exitOK, stderr)
		var got []string
		for line := range strings.Lines(stdout) {
			id, _, described := strings.Cut(strings.TrimSpace(line), "\t")
			if described {
				got = append(got, id)
			}
		}
		if strings.Join(got, " ") != strings.Join(test.want, " ") {
			t.Errorf("%q completes %q, want %q", test.args, got, test.want)
		}
	}
}
