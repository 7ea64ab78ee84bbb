package main

import "testing"

// The version is a command and a flag.
func TestVersion(t *testing.T) {
	_, want, _ := runCommand(t, "", "version")
	checkContains(t, "the version", want, "aurea dev go")
	for _, flag := range []string{"--version", "-v"} {
		code, got, stderr := runCommand(t, "", flag)
		checkExit(t, flag, code, exitOK, stderr)
		if got != want {
			t.Errorf("%s prints %q, want %q", flag, got, want)
		}
	}
}
