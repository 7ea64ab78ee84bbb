package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Completion offers last, the names and the ids of the runs that a command can be
// about, or what else of runs it takes.
func TestCompleteRuns(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "history")
	first, second := keepRun(t, dir, "--name", "one"), keepRun(t, dir, "--name", "two", "--label", "branch=a")
	for _, test := range []struct {
		line string // the words before the last one, which begins behind the |
		want string
	}{
		{"runs show |", "last name:two name:one " + second + " " + first},
		{"runs show |l", "last"},
		{"runs show |name:t", "name:two"},
		{"runs delete " + first + " |" + second[:len(second)-1], second},
		{"runs show " + first + " |", ""},
		{"runs watch |", ""}, // none is live
		{"report |benchmark-", second + " " + first},
		{"runs list --name |", "two one"},
		{"runs list --label |", "branch=a"},
		{"trend |o", "one"},
		{"trend one |", ""},
		{"trend one --label |b", "branch=a"},
		{"compare |", "baseline last name:two name:one " + second + " " + first + " label:branch=a"},
		{"compare a.json |n", "name:two name:one"},
		{"compare a.json,|n", "a.json,name:two a.json,name:one"},
		{"compare a.json last |", ""},
	} {
		before, last, _ := strings.Cut(test.line, "|")
		words := strings.Fields(before)
		if !strings.HasSuffix(before, " ") { // the last word begins before the |
			last, words = words[len(words)-1]+last, words[:len(words)-1]
		}
		args := slices.Concat([]string{"__complete"}, words, []string{last})
		args = slices.Insert(args, 1+len(commandOf(words)), "--history", dir)
		code, stdout, stderr := runCommand(t, "", args...)
		checkExit(t, test.line, code, exitOK, stderr)
		var got []string
		for line := range strings.Lines(stdout) {
			if word, _, _ := strings.Cut(strings.TrimSpace(line), "\t"); !strings.HasPrefix(word, ":") {
				got = append(got, word)
			}
		}
		if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.line, diff)
		}
	}
}

// commandOf returns the words that name a command.
func commandOf(words []string) []string {
	if words[0] == "runs" {
		return words[:2]
	}
	return words[:1]
}

// A history that cannot be read completes nothing.
func TestCompleteWithoutHistory(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := runCommand(t, "", "__complete", "runs", "show", "--history", "/nowhere", "")
	checkExit(t, "the completion", code, exitOK, stderr)
	if !strings.HasPrefix(stdout, ":") {
		t.Errorf("it completes %q", stdout)
	}
}
