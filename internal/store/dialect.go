package store

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
)

// A dialect holds the differences between the databases.
type dialect struct {
	goose goose.Dialect
	// noIndexPrefix, in front of a column, keeps the planner from using the
	// column's index. It is "" where the planner has statistics and decides
	// better.
	noIndexPrefix string
	// exclusive means that no other server can have the database open, so any
	// other owner of an unfinished run is dead.
	exclusive bool
	// outageReason returns why the database is temporarily not writable or not
	// reachable, in words for users; "" for any other error.
	outageReason func(error) string
	// now is the SQL of the database's clock, in microseconds since 1970.
	now string
	// lockName is a statement that blocks until other transactions that locked
	// the same name have ended; "" where only one transaction runs at a time.
	lockName string
	// shrink returns some free pages to the disk, and free counts the remaining
	// ones; "" where the database does that by itself.
	shrink, free string
}

// An opener opens the database at target, the part of an address after the
// scheme.
type opener func(ctx context.Context, target string, options Options) (*Store, error)

// schemes are the kinds of addresses. To add a database, add a line.
var schemes = []struct {
	prefix      string
	open        opener
	fullAddress bool // target is the whole address, which the driver parses
}{
	{"sqlite://", openSQLite, false},
	{"postgres://", openPostgres, true},
	{"postgresql://", openPostgres, true},
}

const (
	fileName   = "aurea.db" // default name in a folder
	lockSuffix = ".lock"    // suffix of the lock file
)

func parseAddress(address string) (opener, string) {
	for _, scheme := range schemes {
		if target, ok := strings.CutPrefix(address, scheme.prefix); ok {
			if scheme.fullAddress {
				target = address
			}
			return scheme.open, target
		}
	}
	return openSQLite, filepath.Join(address, fileName)
}
