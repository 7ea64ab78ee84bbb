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
	checkBatch    = 20             // are looked up at once
	checkInterval = 24 * time.Hour // after all of them were checked
)

// A checker is how far the check of all runs has come.
type checkState struct {
	mu   sync.Mutex
	last candidate // that was checked; the zero value before the first one
	next time.Time // when the next one may begin
}

// Check verifies finished runs for about as long as it may take, newest first, and
// goes on where it ended the time before. When it has been through all of them it
// begins again a day later. What it finds is logged, and counted by Damaged.
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

// unchecked are the next runs to be checked.
func (s *Store) nextToCheck(ctx context.Context) ([]candidate, error) {
	last := s.checkState.last
	if last.id == "" {
		last.created = math.MaxInt64
	}
	const query = `
SELECT id, CAST(created_at AS BIGINT) FROM runs WHERE finished = 1 AND (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3`
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
