package store

import (
	"context"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// Save stores the progress of an unfinished run.
func (s *Store) Save(ctx context.Context, run aurea.Run) error {
	if run.Status.Finished() {
		return fmt.Errorf("%w: a run that is %s is kept by Finish", aurea.ErrConflict, run.Status)
	}
	encoded, err := encodeState(run)
	if err != nil {
		return err
	}
	const update = `UPDATE runs SET status = $1, state = $2 WHERE id = $3 AND finished = 0`
	err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		return updateUnfinished(ctx, tx, run.ID, update, string(run.Status), encoded, run.ID)
	})
	return s.wrapErr("keep the progress of a run", err)
}

// updateUnfinished runs a statement that changes an unfinished run. It returns
// an aurea.ErrNotFound if there is no such run, and an aurea.ErrConflict if it
// has finished.
func updateUnfinished(ctx context.Context, tx transaction, id, statement string, args ...any) error {
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	var one int
	err = tx.QueryRowContext(ctx, `SELECT 1 FROM runs WHERE id = $1`, id).Scan(&one)
	if isNoRows(err) {
		return notFoundError(id)
	}
	if err != nil {
		return err
	}
	return finishedError(id)
}
