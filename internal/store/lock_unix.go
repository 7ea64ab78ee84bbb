//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

var errInUse = errors.New("is in use by another server; stop that one, or give this one a --data of its own")

// lock locks a database for this process until unlock is called or the process
// ends. It locks a file beside the database and, where that does not conflict
// with SQLite, the database file itself, which may have another name in another
// folder. The lock file is never removed: then two processes could lock two
// files of the same name.
func lock(database string) (unlock func(), err error) {
	beside, err := os.OpenFile(database+lockSuffix, os.O_CREATE|os.O_RDWR, fileMode)
	if err != nil {
		return nil, fmt.Errorf("cannot be locked: %w", err)
	}
	if err := unix.Flock(int(beside.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(lockError(err), beside.Close())
	}
	itself, err := os.OpenFile(database, os.O_RDWR, fileMode)
	if err == nil {
		if err = lockDatabaseFile(itself); err != nil {
			err = errors.Join(lockError(err), itself.Close())
		}
	}
	if err != nil {
		return nil, errors.Join(err, beside.Close())
	}
	return func() { _, _ = itself.Close(), beside.Close() }, nil // closing releases both locks
}

// lockError explains why a lock could not be acquired.
func lockError(err error) error {
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EACCES) {
		return errInUse
	}
	return fmt.Errorf("cannot be locked: %w", err)
}

// checkHardLinks refuses a file with several hard links. SQLite finds a journal
// only under the name with which the database was opened
// (sqlite.org/howtocorrupt.html#_unlinking_or_renaming).
func checkHardLinks(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Nlink > 1 {
		return fmt.Errorf("has %d names (hard links), and a change made through one is lost through another; "+
			"stop every server of it, and remove all names but one", stat.Nlink)
	}
	return nil
}
