package store

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
)

// A dialect is what one database has different from the other.
type dialect struct {
	goose goose.Dialect
	// hide, before a column, keeps the planner from choosing that column's index.
	// Where the planner has statistics it knows better.
	noIndexPrefix string
	// alone says that the store has the database for itself, so that any other
	// owner of a run is dead.
	exclusive bool
	// away tells that nothing can be written, or nothing be reached, for a while:
	// why, for people; "" when it is something else.
	outageReason func(error) string
	// now is the database's clock, in microseconds since 1970.
	now string
	// lock has a transaction wait for others that locked the same name; "" where
	// there is one at a time.
	lockName string
	// shrink gives some free room back to the disk, and free counts what is left of
	// it; "" where the database does that by itself.
	shrink, free string
}

// An opener opens a database at what an address says behind its scheme.
type opener func(ctx context.Context, target string, options Options) (*Store, error)

// schemes are the kinds of address. To add a database, add its line.
var schemes = []struct {
	prefix      string
	open        opener
	fullAddress bool // the database's own driver reads the whole address
}{
	{"sqlite://", openSQLite, false},
	{"postgres://", openPostgres, true},
	{"postgresql://", openPostgres, true},
}

const (
	fileName   = "aurea.db" // the database's in a folder
	lockSuffix = ".lock"    // of the file beside it that is locked
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
