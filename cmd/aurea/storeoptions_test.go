package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// The service does not start if its store cannot be used.
func TestServeStoreErrors(t *testing.T) {
	notDir := writeTestFile(t, "file", "")
	taken := t.TempDir()
	aureatest.Serve(t, "--data", taken)
	foreign := t.TempDir()
	notDatabase := bytes.Repeat([]byte("no database "), 1000)
	if err := os.WriteFile(filepath.Join(foreign, "aurea.db"), notDatabase, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		args []string
		code int
		want []string
	}{
		{[]string{"--data", notDir}, 1, []string{"cannot make the directory", "choose another with --data"}},
		{[]string{"--data", taken}, 1, []string{"is in use by another server"}},
		{[]string{"--data", foreign}, 1, []string{"aurea.db was left as it is"}},
		{[]string{"--data", t.TempDir(), "--store", "mysql://x"}, 2, []string{"--store must be sqlite://FILE or postgres://USER@HOST/DATABASE"}},
		{[]string{"--data", t.TempDir(), "--keep-bytes", "many"}, 2, []string{`must be a number of bytes such as 2GB, 512MiB or 1048576`}},
		{[]string{"--data", t.TempDir(), "--keep-runs", "-1"}, 2, []string{"must not be negative"}},
	}
	for _, test := range tests {
		// The timeout ends a service that starts despite its arguments.
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		var out, errs bytes.Buffer
		code := run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0"}, test.args...), strings.NewReader(""), &out, &errs)
		cancel()
		stderr := errs.String()
		for _, want := range test.want {
			if code != test.code || !strings.Contains(stderr, want) {
				t.Errorf("aurea serve %s: exit %d, %q; want %d, %q",
					strings.Join(test.args, " "), code, stderr, test.code, want)
			}
		}
	}
}

// A server keeps its id over restarts, and another server has another id.
func TestLoadServerID(t *testing.T) {
	load := func(file string) string {
		t.Helper()
		id, err := loadServerID(file, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	file := filepath.Join(t.TempDir(), "server-id")
	first := load(file)
	if len(first) < 20 {
		t.Errorf("the id %q is too short to be unique", first)
	}
	if again := load(file); again != first {
		t.Errorf("the id is %q after a restart, want %q", again, first)
	}
	if other := load(filepath.Join(t.TempDir(), "server-id")); other == first {
		t.Errorf("another server has the id %q too", other)
	}
}
