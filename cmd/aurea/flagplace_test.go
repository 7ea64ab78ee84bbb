package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A flag that does not apply to where the work is done is refused. Its variable
// is not: variables are for every command.
func TestMisplacedFlags(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("AUREA_HISTORY", dir)
	file := filepath.Join(dir, "x")
	const noServer, isServer = "is about a server, and there is none; add --server URL",
		"is about this machine, and --server selects a server; leave one of them out"
	for args, want := range map[string]string{
		"run -n 1 --job-duration 1ms --token-file " + file:          "--token-file " + noServer,
		"runs list --token-file " + file:                            "--token-file " + noServer,
		"compare a b --token-file " + file:                          "--token-file " + noServer,
		"spec check -n 1 --token-file " + file:                      "--token-file " + noServer,
		"run -n 1 --server http://127.0.0.1:1 --scratch " + dir:     "--scratch " + isServer,
		"run -n 1 --server http://127.0.0.1:1 --history " + dir:     "--history " + isServer,
		"run -n 1 --server http://127.0.0.1:1 --max-processes 3":    "--max-processes " + isServer,
		"spec check -n 1 --server http://127.0.0.1:1 --max-disk 1":  "--max-disk " + isServer,
		"runs verify --server http://127.0.0.1:1 --store sqlite://": "--store " + isServer,
	} {
		code, _, stderr := runCommand(t, "", strings.Fields(args)...)
		checkExit(t, "aurea "+args, code, exitUsage, stderr)
		checkContains(t, "aurea "+args, stderr, "aurea: "+want)
	}
	t.Setenv("AUREA_SERVER", "http://127.0.0.1:1")
	code, _, stderr := runCommand(t, "", "run", "-n", "1", "--scratch", dir)
	checkExit(t, "a server of the environment", code, exitUsage, stderr)
	checkContains(t, "a server of the environment", stderr, "and AUREA_SERVER selects a server")
	t.Setenv("AUREA_SERVER", "")
	t.Setenv("AUREA_TOKEN_FILE", file)
	code, _, stderr = runCommand(t, "", "run", "-q", "-n", "1", "--job-duration", "1ms")
	checkExit(t, "a token file of the environment", code, exitOK, stderr)
}
