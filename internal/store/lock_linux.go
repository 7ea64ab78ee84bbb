package store

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// lockDatabaseFile locks a byte of the database file far beyond those that
// SQLite locks. The lock belongs to the open file description: SQLite's own
// locks, which belong to the process, neither conflict with it nor release it.
func lockDatabaseFile(file *os.File) error {
	return unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{
		Type: unix.F_WRLCK, Whence: io.SeekStart, Start: 1 << 62, Len: 1,
	})
}
