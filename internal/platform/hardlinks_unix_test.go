//go:build unix

package platform

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestHardLinks(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if _, err := HardLinks(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent file: %v, want %v", err, fs.ErrNotExist)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want := uint64(1); want <= 3; want++ {
		links, err := HardLinks(path)
		if err != nil {
			t.Fatal(err)
		}
		if links != want {
			t.Errorf("%d names, want %d", links, want)
		}
		if err := os.Link(path, filepath.Join(dir, string(rune('a'+want)))); err != nil {
			t.Fatal(err)
		}
	}
}
