package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/aurea-orchestrator/aurea"
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

// Recover marks the unfinished runs of dead servers as interrupted and returns
// them. A server is dead if
//
//	– it is an earlier epoch of owner and its database session has ended,
//	– its lease has expired, or never existed, and was not renewed while watched,
//	– no other server can have the database open, and it is not this epoch.
func (s *Store) Recover(ctx context.Context, owner string) ([]aurea.Run, error) {
	if err := s.finishOpening(ctx); err != nil {
		return nil, err
	}
	found, err := s.abandoned(ctx, owner)
	if err != nil {
		return nil, s.wrapErr("find interrupted runs", err)
	}
	var recovered []aurea.Run
	for _, id := range found {
		run, err := s.interrupt(ctx, id)
		if isGone(err) {
			continue // another server recovered it first
		}
		if err != nil {
			return recovered, err
		}
		recovered = append(recovered, run)
	}
	return recovered, nil
}

// abandoned returns the IDs of the unfinished runs of dead servers.
func (s *Store) abandoned(ctx context.Context, owner string) ([]string, error) {
	const oldest = ` ORDER BY created_at, id`
	if s.dialect.exclusive {
		return ids(ctx, s.reader, `SELECT id FROM runs WHERE finished = 0 AND life <> $1`+oldest, s.epoch)
	}
	const query = `SELECT id FROM runs WHERE finished = 0 AND owner = $1 AND life = $2` + oldest
	dead, err := s.deadOwners(ctx, owner)
	var found []string
	for _, t := range dead {
		var more []string
		if err == nil {
			more, err = ids(ctx, s.reader, query, t.owner, t.epoch)
		}
		found = append(found, more...)
	}
	return found, err
}

// interrupt finishes a run with its last stored progress. A run that cannot be
// decoded ends too, with the reason as its error.
func (s *Store) interrupt(ctx context.Context, id string) (aurea.Run, error) {
	run, err := s.Get(ctx, id)
	if errors.Is(err, aurea.ErrDamaged) {
		run, err = aurea.Run{ID: id, Status: aurea.StatusRunning, Error: err.Error()}, nil
	}
	if err != nil {
		return aurea.Run{}, err
	}
	if err := run.Move(aurea.StatusInterrupted, time.Now().UTC()); err != nil {
		return aurea.Run{}, err
	}
	run.Digest, err = s.Finish(ctx, run)
	return run, err
}

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
