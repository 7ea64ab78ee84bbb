package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// Verify reads everything stored of a finished run and compares it with the
// run's digest. It returns an aurea.ErrDamaged if they differ.
func (s *Store) Verify(ctx context.Context, id string) error {
	d, err := s.details(ctx, id)
	if err == nil {
		err = s.verify(ctx, d)
	}
	s.damage.record(id, err)
	if err == nil {
		s.damage.forget(id)
	}
	return s.wrapErr("verify a run", err)
}

func (s *Store) verify(ctx context.Context, d details) error {
	if aurea.Status(d.status) == aurea.StatusQueued || aurea.Status(d.status) == aurea.StatusRunning {
		return fmt.Errorf("%w: run %s has no digest before it has finished", aurea.ErrConflict, d.id)
	}
	var records []byte
	if d.attempt != "" {
		h, print := sha256.New(), []byte{}
		for job, err := range s.Jobs(ctx, d.id) {
			if err != nil {
				return err
			}
			print = fingerprint(print[:0], job)
			h.Write(print)
		}
		records = h.Sum(nil)
	}
	_, decodeErr := d.decodeRun()
	if errors.Is(decodeErr, aurea.ErrDamaged) {
		return decodeErr
	}
	workers, err := s.digestStoredWorkers(ctx, d.id)
	if err != nil {
		return err
	}
	if err := d.checkDigest(records, workers); err != nil {
		return d.damagedError(err)
	}
	return nil
}
