//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes a file for this process alone, until it is unlocked or the process
// ends in whatever way. The file stays: to remove it would let two processes lock
// two files of one name.
func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("cannot be locked: %w", err)
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err != nil {
		_ = file.Close() // nothing was written
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.New("is in use by another server; stop that one, or give this one a --data of its own")
		}
		return nil, fmt.Errorf("cannot be locked: %w", err)
	}
	return func() { _ = file.Close() }, nil // which unlocks it
}
