package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// No error about an address contains its password.
func TestStoreAddressIsNotRepeated(t *testing.T) {
	file := filepath.Join(t.TempDir(), "address")
	if err := os.WriteFile(file, []byte("mysql://aurea:hush@db/x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"serve", "--store", "mysql://aurea:hush@db/x"},
		{"serve", "--store", "aurea:hush@db/x"},
		{"serve", "--store", "postgres://aurea:hush@db:port/x"},
		{"serve", "--store", "postgres://aurea:hu/hush@db:port/x"},
		{"serve", "--store-file", file},
		{"serve", "--store-file", file, "--store", "postgres://aurea:hush@db/x"},
		{"runs", "verify", "--store", "postgres://aurea:hush@127.0.0.1:1/x"},
		{"runs", "verify", "--store", "mysql://aurea:hush@db/x"},
	} {
		if args[0] == "serve" {
			args = append(args, "--listen", "127.0.0.1:0", "--data", t.TempDir())
		}
		code, stdout, stderr := runCommand(t, "", args...)
		if code == exitOK || stderr == "" {
			t.Errorf("aurea %s: exit %d, %q", strings.Join(args, " "), code, stderr)
		}
		if strings.Contains(stdout+stderr, "hush") {
			t.Errorf("aurea %s prints %q%q", strings.Join(args, " "), stdout, stderr)
		}
	}
	t.Setenv("AUREA_STORE", "postgres://aurea:hush@db/x")
	if _, stdout, stderr := runCommand(t, "", "serve", "--help"); strings.Contains(stdout+stderr, "hush") {
		t.Errorf("the help has %q%q", stdout, stderr)
	}
}

// A service starts without its PostgreSQL and is not ready. The reason it gives
// contains no user names or addresses.
func TestServeWithoutItsDatabase(t *testing.T) {
	t.Setenv("AUREA_STORE", "postgres://somebody:hush@127.0.0.1:1/history")
	url, _ := aureatest.Serve(t)
	for path, status := range map[string]int{"/health": 200, "/readyz": 503, "/v1/runs": 503} {
		var body string
		waitFor(t, func() bool {
			var got int
			if got, body = getStatus(t, url+path); got != status {
				t.Errorf("%s answers %d, want %d", path, got, status)
			}
			return strings.Contains(body, "the database cannot be reached")
		})
		for _, secret := range []string{"somebody", "hush", "127.0.0.1", "history"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s contains %q: %s", path, secret, body)
			}
		}
	}
}
