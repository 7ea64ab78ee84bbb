package store

import (
	"context"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// Delete deletes a finished run with its result and job records.
func (s *Store) Delete(ctx context.Context, id string) error {
	err := s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM runs WHERE id = $1 AND finished = 1`, id)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			return err
		}
		var status string
		err = tx.QueryRowContext(ctx, `SELECT status FROM runs WHERE id = $1`, id).Scan(&status)
		if isNoRows(err) {
			return notFoundError(id)
		}
		if err != nil {
			return err
		}
		return fmt.Errorf("%w: run %s is %s; cancel it before it is deleted", aurea.ErrConflict, id, status)
	})
	if err == nil {
		s.damage.forget(id)
	}
	return s.wrapErr("delete a run", err)
}
