package platform

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A lock is released although a descriptor of its file is open elsewhere, as in
// a child process between fork and exec.
func TestUnlockWhileInherited(t *testing.T) {
	type lock func(path string) (unlock func(), err error)
	file := func(path string) (func(), error) { return LockFile(path, 0o600) }
	shared := func(path string) (func(), error) { return LockFileShared(path, 0o600) }
	first := func(path string) (func(), error) { return LockByte(path, 0) }
	for name, test := range map[string]struct {
		lock, again lock
		directory   bool
	}{
		"file":        {file, file, false},
		"shared file": {shared, file, false},
		"byte":        {first, first, false},
		"directory":   {LockDir, LockDir, true},
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir()
			if !test.directory {
				path = filepath.Join(path, "file")
				if err := os.WriteFile(path, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			unlock, err := test.lock(path)
			if err != nil {
				t.Fatal(err)
			}
			inherited := duplicate(t, path)
			defer func() { _ = unix.Close(inherited) }()
			unlock()
			unlock, err = test.again(path)
			if err != nil {
				t.Fatalf("to lock it again: %v", err)
			}
			unlock()
		})
	}
}

// duplicate returns a copy of the descriptor that this process has of a file.
func duplicate(t *testing.T, path string) int {
	t.Helper()
	for fd := range 1024 {
		if target, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); err != nil || target != path {
			continue
		}
		copied, err := unix.Dup(fd)
		if err != nil {
			t.Fatal(err)
		}
		return copied
	}
	t.Fatalf("%s is not open", path)
	return -1
}
