package store

import (
	"errors"
	"fmt"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

var errInUse = errors.New("is in use by another server; stop that one, or give this one a --data of its own")

// lockOffset is the byte of the database file that lock locks. It is far beyond
// those that SQLite locks.
const lockOffset = 1 << 62

// lock locks a database for this process until unlock is called or the process
// ends. It locks a file beside the database and, on Linux, the database file
// itself, which may have another name in another folder. The lock file is never
// removed: then two processes could lock two files of the same name.
func lock(database string) (unlock func(), err error) {
	unlockBeside, err := platform.LockFile(database+lockSuffix, fileMode)
	if err != nil {
		return nil, lockError(err)
	}
	unlockItself, err := platform.LockByte(database, lockOffset)
	if err != nil {
		unlockBeside()
		return nil, lockError(err)
	}
	return func() { unlockItself(); unlockBeside() }, nil
}

// lockShared is lock for a database that other processes lock likewise.
func lockShared(database string) (unlock func(), err error) {
	unlock, err = platform.LockFileShared(database+lockSuffix, fileMode)
	if err != nil {
		return nil, lockError(err)
	}
	return unlock, nil
}

// lockError explains why a lock could not be acquired.
func lockError(err error) error {
	if errors.Is(err, platform.ErrLocked) {
		return errInUse
	}
	return fmt.Errorf("cannot be locked: %w", err)
}

// checkHardLinks refuses a file with several hard links. SQLite finds a journal
// only under the name with which the database was opened
// (sqlite.org/howtocorrupt.html#_unlinking_or_renaming).
func checkHardLinks(path string) error {
	links, err := platform.HardLinks(path)
	if err != nil {
		return err
	}
	if links > 1 {
		return fmt.Errorf("has %d names (hard links), and a change made through one is lost through another; "+
			"stop every server of it, and remove all names but one", links)
	}
	return nil
}
