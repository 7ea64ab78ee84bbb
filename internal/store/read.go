package store

import (
	"context"
	"encoding/json"

	"github.com/aurea-orchestrator/aurea"
)

// Get returns a run, with its result when there is one.
func (s *Store) Get(ctx context.Context, id string) (aurea.Run, error) {
	const query = `SELECT ` + columns + `, p.series FROM runs r LEFT JOIN results p ON p.run_id = r.id WHERE r.id = $1`
	var series []byte
	kept, err := scan(s.reader.QueryRowContext(ctx, query, id), &series)
	if none(err) {
		return aurea.Run{}, notFound(id)
	}
	var run aurea.Run
	if err == nil {
		run, err = kept.Whole()
	}
	if err == nil && run.Result != nil {
		err = json.Unmarshal(series, &run.Result.Series)
	}
	return run, s.told("read a run", err)
}

// Tally returns the histograms of a finished run's judged part.
func (s *Store) Tally(ctx context.Context, id string) (*aurea.Tally, error) {
	var data []byte
	err := s.reader.QueryRowContext(ctx, `SELECT tally FROM results WHERE run_id = $1`, id).Scan(&data)
	if none(err) || err == nil && len(data) == 0 {
		return nil, notFound(id)
	}
	tally := aurea.NewTally()
	if err == nil {
		err = tally.UnmarshalBinary(data)
	}
	return tally, s.told("read the histograms of a run", err)
}

// Ready is nil when runs can be kept.
func (s *Store) Ready(ctx context.Context) error {
	const probe = `INSERT INTO probe (id, at) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET at = probe.at + 1`
	err := s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		_, err := tx.ExecContext(ctx, probe)
		return err
	})
	return s.told("keep runs", err)
}
