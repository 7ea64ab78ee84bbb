package store

import (
	"context"

	"github.com/aurea-orchestrator/aurea"
)

// Release gives a queued run of this server to the server that adopts it first.
// A run that has begun is an aurea.ErrConflict.
func (s *Store) Release(ctx context.Context, run aurea.Run) error {
	const update = `
UPDATE runs SET life = '', detached = 1
WHERE id = $3 AND finished = 0 AND status = 'queued' AND noted IS NULL AND ` + mine
	err := s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		return updateUnfinished(ctx, tx, run.ID, update, s.epoch, int64(run.Epoch), run.ID)
	})
	return s.wrapErr("hand a run over", err)
}
