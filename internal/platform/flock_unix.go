//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package platform

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// flock locks an open file or directory until it is closed or the process ends.
// It does not wait: the error is ErrLocked if another open file holds the lock.
func flock(file *os.File) error {
	err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}
