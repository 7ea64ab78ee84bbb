package ui_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// The modules' own tests pass: those of every file *.test.mjs.
func TestModules(t *testing.T) {
	node := aureatest.Need(t, "node")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	// Without this file, node may take a module for CommonJS.
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	tests, err := filepath.Glob(filepath.Join(dir, "charts", "*.test.mjs"))
	if err != nil || len(tests) == 0 {
		t.Fatalf("there are no tests of the charts: %v", err)
	}
	test := exec.Command(node, "--test") // it finds them
	test.Dir = dir
	if output, err := test.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
