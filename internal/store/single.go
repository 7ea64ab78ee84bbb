package store

import (
	"context"
	"database/sql"
)

// A single is a writer for a database that has many transactions at once and
// shares the disk's attention among them by itself: each change has its own.
type single struct {
	db    *sql.DB
	again func(error) bool
}

// attempts is how often a change is tried that loses against others.
const attempts = 5

func (s *single) write(ctx context.Context, do change) error {
	var err error
	for range attempts {
		if err = s.once(ctx, do); err == nil || !s.again(err) {
			return err
		}
	}
	return err
}

func (s *single) once(ctx context.Context, do change) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if err := do(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *single) close() error { return nil } // the pool is the readers' too
