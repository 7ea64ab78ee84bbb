package ui_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// The charts' own tests pass.
func TestCharts(t *testing.T) {
	node := aureatest.Need(t, "node")
	files, err := filepath.Glob("charts/*.*js")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no charts: %v", err)
	}
	dir := t.TempDir()
	// Without this file, node may take a module for CommonJS.
	write(t, filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`))
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, filepath.Base(file)), content)
	}
	test := exec.Command(node, "--test", "charts.test.mjs")
	test.Dir = dir
	if output, err := test.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
