package store

import (
	"context"
	"database/sql"
)

// txWriter is the writer for a database with concurrent transactions. Each
// change runs in its own.
type txWriter struct {
	db          *sql.DB
	isRetryable func(error) bool
}

// maxAttempts limits how often a change is tried when it conflicts with others.
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
	defer tx.Rollback() //nolint:errcheck // no-op after a commit
	if err := do(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *txWriter) close() error { return nil } // Store.Close closes the pool, which the readers share
