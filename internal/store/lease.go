package store

import (
	"context"
	"database/sql"
	"time"
)

// Cancel asks the server that owns a run to stop it.
func (s *Store) Cancel(ctx context.Context, id string) error {
	err := s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		return updateUnfinished(ctx, tx, id, `UPDATE runs SET stop = 1 WHERE id = $1 AND finished = 0`, id)
	})
	return s.wrapErr("cancel a run", err)
}

// Renew extends the owner's lease by the database's clock and returns the runs
// of the owner that are to be stopped.
func (s *Store) Renew(ctx context.Context, owner string, lease time.Duration) (cancelled []string, err error) {
	renew := `
INSERT INTO owners (owner, alive_until) VALUES ($1, ` + s.dialect.now + ` + $2)
ON CONFLICT (owner) DO UPDATE SET alive_until = excluded.alive_until`
	const stop = `SELECT id FROM runs WHERE finished = 0 AND owner = $1 AND stop = 1 ORDER BY created_at, id`
	if s.epochLock != nil {
		err = s.epochLock.acquire(ctx, s.epoch)
	}
	if err == nil {
		err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
			if _, err := tx.ExecContext(ctx, renew, s.ownerKey(owner), lease.Microseconds()); err != nil {
				return err
			}
			cancelled, err = ids(ctx, tx, stop, s.ownerKey(owner))
			return err
		})
	}
	return cancelled, s.wrapErr("renew the lease of this server", err)
}

// ownerKey identifies the owner in this epoch. Every row of a run carries it,
// so that two servers with the same name remain distinct.
func (s *Store) ownerKey(owner string) string { return owner + "/" + s.epoch }

type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// ids returns the first column of a query.
func ids(ctx context.Context, from queryer, query string, args ...any) ([]string, error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		found = append(found, id)
	}
	return found, rows.Err()
}
