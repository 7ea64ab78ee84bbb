package store

import (
	"context"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// The limits of one sweep by age: a tenth of all runs, but at least sweepMin.
// If the clock is wrong, there is time to notice.
const (
	sweepShare = 10
	sweepMin   = 100
)

// The limits of one transaction, so that other writers wait only briefly.
const (
	pruneBatchRuns  = 25
	pruneBatchBytes = 32 << 20 // exceeded only by a single larger run
)

// Prune deletes the oldest finished runs that exceed the retention and returns
// how many. It also deletes the searches that exceed its age.
func (s *Store) Prune(ctx context.Context, keep aurea.Retention) (forgotten int, err error) {
	excess, err := s.excess(ctx, keep)
	if err == nil && excess.before != 0 {
		err = s.pruneSearches(ctx, excess.before)
	}
	for err == nil && excess.any() {
		var batch []candidate
		if batch, err = s.nextToPrune(ctx, &excess); err != nil || len(batch) == 0 {
			break
		}
		var n int
		n, err = s.deleteBatch(ctx, batch)
		forgotten += n
	}
	if excess.capped {
		s.log.Warn("more runs are older than is kept; they are left for the next sweeps", "forgotten", forgotten)
	}
	if err == nil && forgotten > 0 {
		err = s.shrink(ctx)
	}
	return forgotten, s.wrapErr("delete old runs", err)
}

// An excess is how much is stored beyond the retention.
type excess struct {
	before      int64 // runs created before are too old; 0 without a limit
	agedQuota   int64 // how many too old runs this sweep may still delete
	capped      bool  // more runs are too old than this sweep deletes
	runs, bytes int64
}

func (e excess) any() bool { return e.before != 0 || e.runs > 0 || e.bytes > 0 }

// take reports whether the next oldest run must be deleted, and subtracts it.
func (e *excess) take(c candidate) bool {
	old := c.created < e.before
	if e.runs <= 0 && e.bytes <= 0 {
		if e.capped = old && e.agedQuota == 0; !old || e.capped {
			return false
		}
		e.agedQuota--
	}
	e.runs--
	e.bytes -= c.bytes
	return true
}

// excess computes how much is stored beyond the retention.
func (s *Store) excess(ctx context.Context, keep aurea.Retention) (excess, error) {
	var e excess
	if keep == (aurea.Retention{}) {
		return e, nil
	}
	runs, bytes, now, err := s.usage(ctx)
	if keep.Age > 0 { // use the earlier clock, in case one is wrong
		e.before = min(now, micros(time.Now())) - keep.Age.Microseconds()
		e.agedQuota = max(runs/sweepShare, sweepMin)
	}
	if keep.Runs > 0 {
		e.runs = runs - keep.Runs
	}
	if keep.Bytes > 0 {
		e.bytes = bytes - keep.Bytes
	}
	return e, err
}

// A candidate is a run that may be deleted or checked.
type candidate struct {
	id             string
	created, bytes int64
}

// nextToPrune returns the next runs to delete.
func (s *Store) nextToPrune(ctx context.Context, e *excess) ([]candidate, error) {
	const query = `
SELECT id, created_at, bytes FROM runs WHERE finished = 1 AND baseline = 0 ORDER BY created_at, id LIMIT $1`
	rows, err := s.reader.QueryContext(ctx, query, pruneBatchRuns)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var batch []candidate
	for size := int64(0); size < pruneBatchBytes && rows.Next(); {
		var c candidate
		if err := rows.Scan(&c.id, &c.created, &c.bytes); err != nil {
			return nil, err
		}
		if !e.take(c) {
			break
		}
		batch = append(batch, c)
		size += c.bytes
	}
	return batch, rows.Err()
}

// deleteBatch deletes the runs, except those that became a baseline meanwhile.
func (s *Store) deleteBatch(ctx context.Context, batch []candidate) (forgotten int, err error) {
	err = s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		forgotten = 0
		for _, c := range batch {
			result, err := tx.ExecContext(ctx, `DELETE FROM runs WHERE id = $1 AND finished = 1 AND baseline = 0`, c.id)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			forgotten += int(n)
		}
		return nil
	})
	for _, c := range batch {
		if err == nil {
			s.damage.forget(c.id)
		}
	}
	return forgotten, err
}

// shrink returns free pages to the disk in small steps, where the database does
// not do that by itself.
func (s *Store) shrink(ctx context.Context) error {
	if s.dialect.shrink == "" {
		return nil
	}
	for {
		var free int64
		err := s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
			if _, err := tx.ExecContext(ctx, s.dialect.shrink); err != nil {
				return err
			}
			return tx.QueryRowContext(ctx, s.dialect.free).Scan(&free)
		})
		if err != nil || free == 0 {
			return err
		}
	}
}
