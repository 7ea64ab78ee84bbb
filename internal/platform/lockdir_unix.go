//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package platform

import (
	"os"

	"golang.org/x/sys/unix"
)

// LockDir locks a directory until unlock is called or the process ends. The
// error is ErrLocked if another process holds the lock, or removed the
// directory.
func LockDir(path string) (unlock func(), err error) {
	dir, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil, ErrLocked
	}
	if err != nil {
		return nil, err
	}
	err = flock(dir, unix.LOCK_EX)
	if err == nil && !isAt(dir, path) {
		err = ErrLocked
	}
	if err != nil {
		_ = dir.Close() // opened to be locked only
		return nil, err
	}
	return func() { funlock(dir) }, nil
}

// isAt reports whether an open directory is still the one at path.
func isAt(dir *os.File, path string) bool {
	locked, err := dir.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(path)
	return err == nil && os.SameFile(locked, now)
}
