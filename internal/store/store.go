// Package store persists runs and searches in SQLite or PostgreSQL.
//
// Its stance: an acknowledged write is on disk, a finished run never changes,
// and a database that the package does not understand is never modified. Reads
// do not wait for writes. In SQLite, concurrent writes share one transaction,
// so that clients do not wait for one disk sync each.
//
// Both databases have the same schema (the folder migrations) and run the same
// statements. Their differences are in the table of dialect.go and in the files
// that open them. A run is one row: columns for searching and JSON for display.
// Histograms keep their exact binary form. Job records are Parquet blobs of
// 250,000 jobs each; few records are a blob in a shorter form.
//
// The package implements runs.Store and search.Store. It knows the values that it stores and
// nothing about how a run is executed.
package store

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Options configure Open. A zero field selects its default.
type Options struct {
	Readers int          // maximum number of concurrent readers; default 4
	Log     *slog.Logger // default: discard
	// ReadOnly opens an existing database of the current schema without
	// changing it. A server may have the database open at the same time.
	ReadOnly bool
	// Shared opens an SQLite file for several processes at once, such as the
	// history of a user's commands, which Put finished runs. None of them may
	// call Create or Recover. A server cannot have the file open meanwhile.
	Shared bool
	// Confirm is how long an expired lease must stay unrenewed before the runs
	// of its server are recovered. Only a shared database uses it; default 4 s.
	Confirm time.Duration
	// Spare is how long an expired lease must stay unrenewed before Recover
	// interrupts the noted runs of its server, which others may adopt until then.
	// Only a shared database uses it; default one minute.
	Spare time.Duration
}

// A Store persists runs in a database. Make one with Open. Its methods are safe
// for concurrent use; the interface runs.Store documents them.
//
// Creation times have microsecond precision. Methods return an
// aurea.ErrUnavailable while the database is unreachable or its disk is full.
type Store struct {
	dialect dialect
	reader  reader
	writer  writer
	epoch   string // identifies this opening of the store
	close   func() error
	log     *slog.Logger
	confirm time.Duration
	spare   time.Duration

	pending    pendingOpen
	damage     damagedRuns
	checkState checkState
	epochLock  *epochLock // nil where the database is exclusive
	expired    struct {
		sync.Mutex
		seen map[ownerEpoch]expiredLease
	}
}

// Open opens the database at an address. It creates the database and migrates
// its schema as needed. An address is one of
//
//	sqlite://PATH    a file
//	postgres://…     a PostgreSQL database
//	PATH             the file aurea.db in this folder
//
// The time to open does not depend on the number of stored runs. Open succeeds
// while PostgreSQL is unreachable or the disk is full: reads work where they
// can, and Recover and Ready retry the rest. Open refuses, and does not modify,
// a database that is corrupt, belongs to another program, has a newer schema,
// or is an SQLite file that another server has open.
func Open(ctx context.Context, address string, options Options) (*Store, error) {
	if options.Readers == 0 {
		options.Readers = 4
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Confirm == 0 {
		options.Confirm = 4 * time.Second
	}
	if options.Spare == 0 {
		options.Spare = time.Minute
	}
	open, target := parseAddress(address)
	s, err := open(ctx, target, options)
	if err != nil {
		return nil, err
	}
	s.epoch = rand.Text()
	s.log = options.Log
	s.confirm, s.spare = options.Confirm, options.Spare
	s.damage = damagedRuns{log: options.Log, runs: map[string]string{}}
	return s, nil
}

// Close waits for pending writes and closes the database. The Store cannot be
// used afterwards.
func (s *Store) Close() error {
	return errors.Join(s.reader.Close(), s.close())
}
