package store

import (
	"context"
	"database/sql"
)

// A single is a writer for a database that has many transactions at once and
// shares the disk's attention among them by itself: each change has its own.
type txWriter struct {
	db          *sql.DB
	isRetryable func(error) bool
}

// attempts is how often a change is tried that loses against others.
const maxAttempts = 5

func (s *txWriter) write(ctx context.Context, do change) error {
	var err error
	for range maxAttempts {
		if err = s.tryOnce(ctx, do); err == nil || !s.isRetryable(err) {
			return err
		}
	}
	return err
}

func (s *txWriter) tryOnce(ctx context.Context, do change) error {
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

func (s *txWriter) close() error { return nil } // the pool is the readers' too
