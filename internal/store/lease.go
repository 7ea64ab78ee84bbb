package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Cancel asks the owner of a run to stop it.
func (s *Store) Cancel(ctx context.Context, id string) error {
	err := s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		return updateUnfinished(ctx, tx, id, `UPDATE runs SET stop = 1 WHERE id = $1 AND finished = 0`, id)
	})
	return s.wrapErr("cancel a run", err)
}

// Renew says that the owner is alive for so long, by the database's clock.
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
	return cancelled, s.wrapErr("say that this server is alive", err)
}

// tenant is the name of an owner in this life of it. What is written of runs
// carries it, so that two servers that were given one name are still two.
func (s *Store) ownerKey(owner string) string { return owner + "/" + s.epoch }

// Recover makes interrupted runs of those whose owner has died.
//
// A run's owner has died if it is this one in an earlier life, that is, before the
// store was opened, and its session with the database has ended; if its lease is
// over, or it never had one, and it did not renew it while it was watched; and,
// where no other server can have the database open, if it is any other.
func (s *Store) Recover(ctx context.Context, owner string) ([]aurea.Run, error) {
	if err := s.finishOpening(ctx); err != nil {
		return nil, err
	}
	found, err := s.abandoned(ctx, owner)
	if err != nil {
		return nil, s.wrapErr("look for interrupted runs", err)
	}
	var recovered []aurea.Run
	for _, id := range found {
		run, err := s.interrupt(ctx, id)
		if isGone(err) {
			continue // another server has been faster
		}
		if err != nil {
			return recovered, err
		}
		recovered = append(recovered, run)
	}
	return recovered, nil
}

// left are the unfinished runs of the dead.
func (s *Store) abandoned(ctx context.Context, owner string) ([]string, error) {
	const oldest = ` ORDER BY created_at, id`
	if s.dialect.exclusive {
		return ids(ctx, s.reader, `SELECT id FROM runs WHERE finished = 0 AND life <> $1`+oldest, s.epoch)
	}
	dead, err := s.deadOwners(ctx, owner)
	var found []string
	for _, t := range dead {
		var more []string
		if err == nil {
			more, err = ids(ctx, s.reader, `SELECT id FROM runs WHERE finished = 0 AND owner = $1 AND life = $2`+oldest, t.owner, t.epoch)
		}
		found = append(found, more...)
	}
	return found, err
}

// interrupt finishes a run as it stands: its last progress is what is known of it.
// One that cannot be read ends too, and says why nothing is known.
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

// ids are the texts that a query selects.
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
