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
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, mode)
	if err != nil {
		return nil, err
	}
	if err := flock(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil // which releases the lock
}

// flock locks an open file or directory until it is closed or the process ends.
// It does not wait: the error is ErrLocked if another open file holds the lock.
func flock(file *os.File) error {
	err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}
