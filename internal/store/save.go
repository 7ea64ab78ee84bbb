package store

import (
	"context"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// mine, with the parameters of the owner's and of the run's epoch, selects the
// runs that the owner still has. Another server that adopted a run has raised
// the run's epoch.
const mine = `life = $1 AND run_epoch <= $2`

// Save stores the progress of an unfinished run of this server.
func (s *Store) Save(ctx context.Context, run aurea.Run) error {
	const update = `UPDATE runs SET status = $4, state = $5 WHERE id = $3 AND finished = 0 AND ` + mine
	return s.saveProgress(ctx, run, update)
}

// Note is Save that also stores the run's epoch and what another server needs
// to adopt the run.
func (s *Store) Note(ctx context.Context, run aurea.Run, noted []byte) error {
	const update = `
UPDATE runs SET run_epoch = $2, status = $4, state = $5, noted = $6 WHERE id = $3 AND finished = 0 AND ` + mine
	if noted == nil {
		noted = []byte{} // NULL is nothing noted
	}
	return s.saveProgress(ctx, run, update, noted)
}

func (s *Store) saveProgress(ctx context.Context, run aurea.Run, update string, more ...any) error {
	if run.Status.Finished() {
		return fmt.Errorf("%w: a run that is %s is kept by Finish", aurea.ErrConflict, run.Status)
	}
	encoded, err := encodeState(run)
	if err != nil {
		return err
	}
	args := append([]any{s.epoch, int64(run.Epoch), run.ID, string(run.Status), encoded}, more...)
	err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		return updateUnfinished(ctx, tx, run.ID, update, args...)
	})
	return s.wrapErr("keep the progress of a run", err)
}

// updateUnfinished runs a statement that changes an unfinished run. It returns
// an aurea.ErrNotFound if there is no such run, and an aurea.ErrConflict if it
// has finished or is another server's.
func updateUnfinished(ctx context.Context, tx transaction, id, statement string, args ...any) error {
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	var finished int64
	err = tx.QueryRowContext(ctx, `SELECT finished FROM runs WHERE id = $1`, id).Scan(&finished)
	switch {
	case isNoRows(err):
		return notFoundError(id)
	case err != nil:
		return err
	case finished == 0:
		return adoptedError(id)
	}
	return finishedError(id)
}
