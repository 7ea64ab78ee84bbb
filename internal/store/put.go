package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Put stores a finished run that was executed elsewhere, with its result and
// job records, and returns its digest. It is one commit: the run is stored
// whole or not at all. A run that is stored already is an aurea.ErrConflict.
func (s *Store) Put(ctx context.Context, run aurea.Run) (digest string, err error) {
	if !run.Status.Finished() {
		return "", fmt.Errorf("%w: a run that is %s has not finished", aurea.ErrConflict, run.Status)
	}
	run.CreatedAt = run.CreatedAt.UTC().Truncate(time.Microsecond)
	queued := run
	queued.Status, queued.StartedAt, queued.FinishedAt = aurea.StatusQueued, nil, nil
	queued.Progress, queued.Result = nil, nil
	row, err := s.newRow(queued, aurea.Submission{})
	if err != nil {
		return "", err
	}
	e, err := newFinishedRun(run)
	if err != nil {
		return "", err
	}
	e.ownerEpoch, e.byOwner = s.epoch, true
	err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		if _, err := insert(ctx, tx, queued, aurea.Submission{}, row); err != nil {
			return err
		}
		within := func(ctx context.Context, do change) error { return do(ctx, tx) }
		if e.staged, err = s.stageRecords(ctx, run, within); err != nil {
			return err
		}
		digest, err = e.save(ctx, tx)
		return err
	})
	return digest, s.wrapErr("keep a run", err)
}
