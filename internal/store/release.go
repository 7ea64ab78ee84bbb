package store

import (
	"context"

	"github.com/aurea-orchestrator/aurea"
)

// Release gives a run of this server to the server that adopts it first: a queued
// one, or a noted one with its present state. Another run that has begun is an
// aurea.ErrConflict.
func (s *Store) Release(ctx context.Context, run aurea.Run) error {
	const update = `
UPDATE runs SET life = '', detached = 1, state = CASE WHEN noted IS NULL THEN state ELSE $4 END
WHERE id = $3 AND finished = 0 AND (noted IS NOT NULL OR status = 'queued') AND ` + mine
	state, err := encodeState(run)
	if err != nil {
		return err
	}
	err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		return updateUnfinished(ctx, tx, run.ID, update, s.epoch, int64(run.Epoch), run.ID, state)
	})
	return s.wrapErr("hand a run over", err)
}
