package store

import (
	"context"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// What is forgotten by age in one sweep: a tenth of what is kept, but not fewer
// than so many. Should the clock be wrong, there is time to notice it.
const (
	sweepShare = 10
	sweepMin   = 100
)

// What is forgotten in one transaction: so little that nobody waits for long.
const (
	pruneBatchRuns  = 25
	pruneBatchBytes = 32 << 20 // unless a single run is larger
)

// Prune forgets the oldest finished runs that the retention does not keep.
func (s *Store) Prune(ctx context.Context, keep aurea.Retention) (forgotten int, err error) {
	excess, err := s.excess(ctx, keep)
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
	return forgotten, s.wrapErr("forget old runs", err)
}

// An excess is what there is too much of.
type excess struct {
	before      int64 // created before
	agedQuota   int64 // how many of those may be forgotten yet
	capped      bool  // there are more of those
	runs, bytes int64
}

func (e excess) any() bool { return e.before != 0 || e.runs > 0 || e.bytes > 0 }

// takes reports whether the next oldest run has to go, and counts it as gone.
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

func (s *Store) excess(ctx context.Context, keep aurea.Retention) (excess, error) {
	var e excess
	if keep == (aurea.Retention{}) {
		return e, nil
	}
	query := `SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT), ` + s.dialect.now + ` FROM runs`
	var runs, bytes, now int64
	err := s.reader.QueryRowContext(ctx, query).Scan(&runs, &bytes, &now)
	if keep.Age > 0 { // by the clock that is behind, if one of the two is wrong
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

// A candidate is a run that may be forgotten.
type candidate struct {
	id             string
	created, bytes int64
}

// oldest takes the next runs to be forgotten.
func (s *Store) nextToPrune(ctx context.Context, e *excess) ([]candidate, error) {
	const query = `SELECT id, created_at, bytes FROM runs WHERE finished = 1 AND baseline = 0 ORDER BY created_at, id LIMIT $1`
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

// forget deletes the runs, unless one has become a baseline meanwhile.
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

// shrink gives room that became free back to the disk, some at a time, where the
// database does not do so by itself.
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
