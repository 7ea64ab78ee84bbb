//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package platform

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A directory can be locked once, and again after it was unlocked.
func TestLockDir(t *testing.T) {
	dir := t.TempDir()
	unlock, err := LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LockDir(dir); !errors.Is(err, ErrLocked) {
		t.Errorf("a locked directory: %v, want %v", err, ErrLocked)
	}
	unlock()
	unlock, err = LockDir(dir)
	if err != nil {
		t.Fatalf("an unlocked directory: %v", err)
	}
	unlock()
}

// A directory that was removed belongs to the process that removed it, even if
// it was opened before or there is a new one of the same name.
func TestLockDirThatWasRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dir")
	if _, err := LockDir(path); !errors.Is(err, ErrLocked) {
		t.Errorf("an absent directory: %v, want %v", err, ErrLocked)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	opened, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if !isAt(opened, path) {
		t.Error("an open directory is not at its path")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if isAt(opened, path) {
		t.Error("a removed directory is still at its path")
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if isAt(opened, path) {
		t.Error("a new directory is taken for the removed one")
	}
}
