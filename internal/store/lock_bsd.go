//go:build unix && !linux

package store

import "os"

// lockDatabaseFile does nothing where a lock on the database file would
// conflict with SQLite's own. There, a second name in another folder is not
// detected.
func lockDatabaseFile(*os.File) error { return nil }
