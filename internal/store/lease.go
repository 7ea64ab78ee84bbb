package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Cancel asks the owner of a run to stop it.
func (s *Store) Cancel(ctx context.Context, id string) error {
	err := s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		return touch(ctx, tx, id, `UPDATE runs SET stop = 1 WHERE id = $1 AND finished = 0`, id)
	})
	return s.told("cancel a run", err)
}

// Renew says that the owner is alive until the given moment.
func (s *Store) Renew(ctx context.Context, owner string, until time.Time) (cancelled []string, err error) {
	const renew = `
INSERT INTO owners (owner, alive_until) VALUES ($1, $2)
ON CONFLICT (owner) DO UPDATE SET alive_until = excluded.alive_until`
	const stop = `SELECT id FROM runs WHERE finished = 0 AND owner = $1 AND stop = 1 ORDER BY created_at, id`
	err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		_, err := tx.ExecContext(ctx, renew, owner, micros(until))
		if err != nil {
			return err
		}
		cancelled, err = ids(ctx, tx, stop, owner)
		return err
	})
	return cancelled, s.told("say that this server is alive", err)
}

// Recover makes interrupted runs of those whose owner has died.
//
// A run's owner has died if it is this one in an earlier life, that is, before the
// store was opened; if its time is over, or it never said that it is alive; and,
// where no other server can have the database open, if it is any other.
func (s *Store) Recover(ctx context.Context, owner string) ([]aurea.Run, error) {
	dead, args := `life <> $1`, []any{s.life}
	if !s.dialect.alone {
		dead = `(owner = $2 AND life <> $1
  OR owner <> $2 AND NOT EXISTS (SELECT 1 FROM owners o WHERE o.owner = runs.owner AND o.alive_until > $3))`
		args = append(args, owner, micros(time.Now()))
	}
	found, err := ids(ctx, s.reader, `SELECT id FROM runs WHERE finished = 0 AND `+dead+` ORDER BY created_at, id`, args...)
	if err != nil {
		return nil, s.told("look for interrupted runs", err)
	}
	var recovered []aurea.Run
	for _, id := range found {
		run, err := s.interrupt(ctx, id)
		if gone(err) {
			continue // another server has been faster
		}
		if err != nil {
			return recovered, err
		}
		recovered = append(recovered, run)
	}
	return recovered, nil
}

// interrupt finishes a run as it stands: its last progress is what is known of it.
func (s *Store) interrupt(ctx context.Context, id string) (aurea.Run, error) {
	run, err := s.Get(ctx, id)
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
