package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// WorkerTally returns the histograms of the n-th worker that a run's result lists.
func (s *Store) WorkerTally(ctx context.Context, id string, n int) (*aurea.Tally, error) {
	tally := aurea.NewTally()
	err := s.readWorkerTally(ctx, id, n, tally)
	if errors.Is(err, aurea.ErrDamaged) {
		s.damage.record(id, err)
	}
	return tally, s.wrapErr("read the histograms of a worker", err)
}

func (s *Store) readWorkerTally(ctx context.Context, id string, n int, tally *aurea.Tally) error {
	const query = `SELECT tally, checksum FROM worker_tallies WHERE run_id = $1 AND n = $2`
	var data []byte
	var sum int64
	err := s.reader.QueryRowContext(ctx, query, id, n).Scan(&data, &sum)
	switch {
	case isNoRows(err):
		return fmt.Errorf("%w: of worker %d of run %s there are no histograms", aurea.ErrNotFound, n, id)
	case err != nil:
		return err
	case checksum(data) != sum:
		return damagedError(id, fmt.Errorf("the histograms of worker %d are broken", n))
	}
	return tally.UnmarshalBinary(data)
}

// insertWorkers inserts the tallies of the workers.
func (e *finishedRun) insertWorkers(ctx context.Context, tx transaction) error {
	const insert = `INSERT INTO worker_tallies (run_id, n, tally, checksum) VALUES ($1, $2, $3, $4)`
	for n, tally := range e.workers {
		if _, err := tx.ExecContext(ctx, insert, e.id, n, []byte(tally), checksum(tally)); err != nil {
			return err
		}
	}
	return nil
}

// digestStoredWorkers is digestWorkers of the tallies that are stored of a run.
func (s *Store) digestStoredWorkers(ctx context.Context, id string) (digest []byte, err error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT tally FROM worker_tallies WHERE run_id = $1 ORDER BY n`, id)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	h, none := sha256.New(), true
	for rows.Next() {
		var tally []byte
		if err := rows.Scan(&tally); err != nil {
			return nil, err
		}
		writeSized(h, tally)
		none = false
	}
	if none {
		return nil, rows.Err()
	}
	return h.Sum(nil), rows.Err()
}

// digestWorkers returns the SHA-256 of the tallies, each preceded by its length in
// 8 bytes; nil without any.
func digestWorkers(tallies []aurea.PackedTally) []byte {
	if len(tallies) == 0 {
		return nil
	}
	h := sha256.New()
	for _, tally := range tallies {
		writeSized(h, tally)
	}
	return h.Sum(nil)
}
