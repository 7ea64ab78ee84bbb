package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// There is a man page for every command, with its flags.
func TestMan(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	command := exec.CommandContext(t.Context(), "go", "run", "-tags", "man", ".", "man", dir)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for name, wants := range map[string][]string{
		"aurea.1":            {"aurea-run(1)", ".TH"},
		"aurea-run.1":        {`\fB-n\fP`, `\fB--concurrency\fP`, "200 times, 50 at once"},
		"aurea-spec-check.1": {"aurea spec check spec.yaml"},
		"aurea-runs-list.1":  {`\fB--status\fP`},
	} {
		page, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		checkContains(t, name, string(page), wants...)
	}
}
