//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package platform

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// LockFile locks the file at path until unlock is called or the process ends.
// It creates the file with the given mode if it is absent. It does not wait: the
// error is ErrLocked if the lock is held.
func LockFile(path string, mode os.FileMode) (unlock func(), err error) {
	return lockFile(path, mode, unix.LOCK_EX)
}

// LockFileShared is LockFile for a lock that other callers of LockFileShared
// may hold too, but no caller of LockFile.
func LockFileShared(path string, mode os.FileMode) (unlock func(), err error) {
	return lockFile(path, mode, unix.LOCK_SH)
}

func lockFile(path string, mode os.FileMode, kind int) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, mode)
	if err != nil {
		return nil, err
	}
	if err := flock(file, kind); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { funlock(file) }, nil
}

// funlock releases the lock of an open file and closes it. Closing alone would
// leave the lock to a child process that is between fork and exec.
func funlock(file *os.File) {
	_ = unix.Flock(int(file.Fd()), unix.LOCK_UN)
	_ = file.Close() // opened to be locked only
}

// flock locks an open file or directory until it is closed or the process ends.
// Kind is unix.LOCK_EX or unix.LOCK_SH. It does not wait: the error is
// ErrLocked if another open file holds a lock that excludes this one.
func flock(file *os.File, kind int) error {
	err := unix.Flock(int(file.Fd()), kind|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}
