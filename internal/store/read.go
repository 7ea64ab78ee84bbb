package store

import (
	"context"

	"github.com/aurea-orchestrator/aurea"
)

// Get returns a run, with its result if there is one.
func (s *Store) Get(ctx context.Context, id string) (aurea.Run, error) {
	run, _, err := s.read(ctx, id)
	return run, s.wrapErr("read a run", err)
}

// Tally returns the histograms of a finished run's measured part.
func (s *Store) Tally(ctx context.Context, id string) (*aurea.Tally, error) {
	_, d, err := s.read(ctx, id)
	if err == nil && len(d.tally) == 0 {
		err = notFoundError(id)
	}
	tally := aurea.NewTally()
	if err == nil {
		err = tally.UnmarshalBinary(d.tally)
	}
	return tally, s.wrapErr("read the histograms of a run", err)
}

// read reads a run without its job records. It returns an aurea.ErrDamaged if
// the run differs from what was stored.
func (s *Store) read(ctx context.Context, id string) (aurea.Run, details, error) {
	d, err := s.details(ctx, id)
	if err != nil {
		return aurea.Run{}, d, err
	}
	run, err := d.decodeRun()
	s.damage.record(id, err)
	return run, d, err
}

// Ready returns nil if the store can write.
func (s *Store) Ready(ctx context.Context) error {
	const probe = `INSERT INTO probe (id, at) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET at = probe.at + 1`
	if err := s.finishOpening(ctx); err != nil {
		return err
	}
	err := s.writer.write(ctx, func(ctx context.Context, tx transaction) error {
		_, err := tx.ExecContext(ctx, probe)
		return err
	})
	return s.wrapErr("keep runs", err)
}
