package platform

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A byte can be locked once, also beyond the end of the file, and again after it
// was unlocked. Another byte is not locked.
func TestLockByte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if _, err := LockByte(path, 0); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent file: %v, want %v", err, fs.ErrNotExist)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	unlock, err := LockByte(path, 1<<62)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LockByte(path, 1<<62); !errors.Is(err, ErrLocked) {
		t.Errorf("a locked byte: %v, want %v", err, ErrLocked)
	}
	other, err := LockByte(path, 1<<62+1)
	if err != nil {
		t.Fatalf("another byte: %v", err)
	}
	other()
	unlock()
	unlock, err = LockByte(path, 1<<62)
	if err != nil {
		t.Fatalf("an unlocked byte: %v", err)
	}
	unlock()
}

// The lock survives what releases the process's own locks on the file, as SQLite
// has them: the end of another descriptor.
func TestLockByteIsNotTheProcesss(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	unlock, err := LockByte(path, 1<<62)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	sqlite, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	lock := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: 1 << 30, Len: 512}
	if err := unix.FcntlFlock(sqlite.Fd(), unix.F_SETLK, &lock); err != nil {
		t.Errorf("a lock of the process at another place: %v", err)
	}
	if err := sqlite.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := LockByte(path, 1<<62); !errors.Is(err, ErrLocked) {
		t.Errorf("after another descriptor was closed: %v, want %v", err, ErrLocked)
	}
}
