package store

import (
	"context"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// Change updates the note and the baseline mark of a run and returns the run.
func (s *Store) Change(ctx context.Context, id string, change aurea.RunChange) (aurea.Run, error) {
	if change.Note != nil && len(*change.Note) > aurea.MaxNote {
		return aurea.Run{}, fmt.Errorf("%w: a note has at most %d bytes; got %d",
			aurea.ErrInvalid, aurea.MaxNote, len(*change.Note))
	}
	if _, err := s.Get(ctx, id); err != nil { // a damaged run must not change
		return aurea.Run{}, err
	}
	err := s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		var name string
		err := tx.QueryRowContext(ctx, `SELECT name FROM runs WHERE id = $1`, id).Scan(&name)
		if isNoRows(err) {
			return notFoundError(id)
		}
		if err == nil && change.Note != nil {
			err = setNote(ctx, tx, id, *change.Note)
		}
		if err == nil && change.Baseline != nil {
			err = s.setBaseline(ctx, tx, id, name, change)
		}
		return err
	})
	if err != nil {
		return aurea.Run{}, s.wrapErr("change a run", err)
	}
	return s.Get(ctx, id)
}

func setNote(ctx context.Context, tx transaction, id, note string) error {
	encoded, err := encodeJSON(note)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE runs SET note = $1 WHERE id = $2`, encoded, id)
	return err
}

// setBaseline marks or unmarks a run. Marking it unmarks the other baselines of
// the same name, unless the change keeps them.
func (s *Store) setBaseline(ctx context.Context, tx transaction, id, name string, change aurea.RunChange) error {
	if s.dialect.lockName != "" {
		if _, err := tx.ExecContext(ctx, s.dialect.lockName, name); err != nil {
			return err
		}
	}
	if *change.Baseline && !change.KeepBaselines {
		_, err := tx.ExecContext(ctx, `UPDATE runs SET baseline = 0 WHERE name = $1 AND baseline = 1 AND id <> $2`,
			name, id)
		if err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE runs SET baseline = $1 WHERE id = $2`, flag(*change.Baseline), id)
	return err
}
