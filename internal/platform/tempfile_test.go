package platform

import (
	"os"
	"runtime"
	"testing"
)

// A temporary file can be used and leaves nothing behind. Where files may be
// open without a name, it has none.
func TestTempFile(t *testing.T) {
	dir := t.TempDir()
	file, remove, err := TempFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	if names := namesIn(t, dir); len(names) > 0 && runtime.GOOS == "linux" {
		t.Errorf("the open file has the name %v", names)
	}
	if _, err := file.WriteString("content"); err != nil {
		t.Error(err)
	}
	read := make([]byte, 7)
	if _, err := file.ReadAt(read, 0); err != nil {
		t.Error(err)
	}
	if string(read) != "content" {
		t.Errorf("the file holds %q, want %q", read, "content")
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	if names := namesIn(t, dir); len(names) > 0 {
		t.Errorf("%v are left", names)
	}
}

// namesIn lists the files in a directory.
func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
