//go:build unix && !linux

package store

import "os"

// lockDatabaseFile does nothing where a lock on the database file would meet SQLite's
// own: there a second name in another folder is not noticed.
func lockDatabaseFile(*os.File) error { return nil }
