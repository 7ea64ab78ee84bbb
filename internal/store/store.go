// Package store keeps runs, in SQLite or in PostgreSQL.
//
// Its stance: what was acknowledged is on the disk, a finished run never changes,
// and a database that is not understood is not touched. Reading never waits for
// writing. What is written at the same time shares one transaction, so that many
// clients do not wait for the disk one after the other.
//
// Both databases have one schema (the folder migrations) and one set of
// statements; what differs is in the table of dialect.go and in the two files
// that open them. A run is a row of what is searched for and JSON of what is
// shown; histograms are in their own exact form; records of jobs are Parquet, some
// hundred thousand a blob.
//
// In the flow it stands beside runs, whose Store it implements: it knows the
// values that it keeps and nothing of how a run is executed.
package store

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Options are how a store is opened. The zero value of each takes the default.
type Options struct {
	Readers int          // most connections that read at once; default 4
	Log     *slog.Logger // default: discard
	// ReadOnly opens a database that is there, of the present schema, and changes
	// nothing. A server may have it open.
	ReadOnly bool
	// Confirm is how long a server of a shared database whose lease is over is
	// watched before its runs are taken from it; default 4 s.
	Confirm time.Duration
}

// A Store keeps runs in a database. Make one with Open. Its methods may be
// called from any goroutine; what they do is said at the interface runs.Store.
//
// Times of creation are kept to the microsecond. Databases that cannot be
// reached, and disks that are full, are an aurea.ErrUnavailable.
type Store struct {
	dialect dialect
	reader  reader
	writer  writer
	epoch   string // what tells this opening of the store from earlier ones
	close   func() error
	log     *slog.Logger
	confirm time.Duration

	pending    pendingOpen
	damage     damagedRuns
	checkState checkState
	epochLock  *epochLock // nil where the store has the database for itself
	expired    struct {
		sync.Mutex
		seen map[ownerEpoch]expiredLease
	}
}

// Open opens the database that the address names, and makes it or brings it to
// the present schema where that is needed. An address is
//
//	sqlite://PATH    a file
//	postgres://…     a PostgreSQL database
//	PATH             the file aurea.db in this folder
//
// It takes no longer for a long history than for a short one. A PostgreSQL that is
// away, or a full disk, does not keep a store from being opened: what can be read
// is read, and Recover and Ready try again. A database that is
// corrupt, is another program's or was made by a newer Aurea is refused and left
// as it is, and so is an SQLite file that another server has open.
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
	open, target := parseAddress(address)
	s, err := open(ctx, target, options)
	if err != nil {
		return nil, err
	}
	s.epoch = uuid.NewString()
	s.log = options.Log
	s.confirm = options.Confirm
	s.damage = damagedRuns{log: options.Log, runs: map[string]string{}}
	return s, nil
}

// Close waits for what is being written and closes the database. No method may be
// called afterwards.
func (s *Store) Close() error {
	return errors.Join(s.reader.Close(), s.close())
}
