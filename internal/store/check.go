package store

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

const (
	checkBatch    = 20             // runs per query
	checkInterval = 24 * time.Hour // from the end of one check to the start of the next
)

// checkState is the progress of the check of all runs.
type checkState struct {
	mu   sync.Mutex
	last candidate // the last run checked; zero at the start
	next time.Time // when the next check may start
}

// Check verifies finished runs, newest first, for about atMost. The next call
// continues where this one ended; a day after all runs were checked, the check
// starts over. Damaged runs are logged and counted by Damaged.
func (s *Store) Check(ctx context.Context, atMost time.Duration) error {
	s.checkState.mu.Lock()
	defer s.checkState.mu.Unlock()
	for began := time.Now(); time.Now().After(s.checkState.next); {
		batch, err := s.nextToCheck(ctx)
		if err != nil {
			return s.wrapErr("check the runs", err)
		}
		if len(batch) == 0 {
			s.checkState.last, s.checkState.next = candidate{}, time.Now().Add(checkInterval)
		}
		for _, c := range batch {
			err := s.Verify(ctx, c.id)
			if err != nil && !isGone(err) && !errors.Is(err, aurea.ErrDamaged) {
				return err
			}
			s.checkState.last = c
			if time.Since(began) > atMost {
				return nil
			}
		}
	}
	return nil
}

// nextToCheck returns the next runs to verify.
func (s *Store) nextToCheck(ctx context.Context) ([]candidate, error) {
	last := s.checkState.last
	if last.id == "" {
		last.created = math.MaxInt64
	}
	const query = `
SELECT id, CAST(created_at AS BIGINT) FROM runs WHERE finished = 1 AND (created_at, id) < ($1, $2)
ORDER BY created_at DESC, id DESC LIMIT $3`
	rows, err := s.reader.QueryContext(ctx, query, last.created, last.id, checkBatch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var batch []candidate
	for rows.Next() {
		var c candidate
		if err := rows.Scan(&c.id, &c.created); err != nil {
			return nil, err
		}
		batch = append(batch, c)
	}
	return batch, rows.Err()
}
