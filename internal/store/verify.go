package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// Verify reads everything that is kept of a finished run and holds it against its
// digest: nil when it is what was kept.
func (s *Store) Verify(ctx context.Context, id string) error {
	const query = `
SELECT r.created_at, r.spec, r.status, r.state, r.summary, r.digest, r.jobs, p.series, p.tally, p.detail
FROM runs r LEFT JOIN results p ON p.run_id = r.id WHERE r.id = $1`
	var (
		c               = content{ending: ending{id: id}}
		digest, attempt string
		summary, series sql.NullString
	)
	err := s.reader.QueryRowContext(ctx, query, id).Scan(
		&c.created, &c.spec, &c.status, &c.state, &summary, &digest, &attempt, &series, &c.tally, &c.detail)
	if none(err) {
		return notFound(id)
	}
	c.summary, c.series = summary.String, series.String
	if err == nil && attempt != "" {
		c.jobs, err = s.fingerprints(ctx, id)
	}
	switch {
	case err != nil:
		return s.told("verify a run", err)
	case digest == "":
		return fmt.Errorf("%w: run %s has no digest before it has finished", aurea.ErrConflict, id)
	case c.digest() != digest:
		return fmt.Errorf("store: run %s is not what was kept: its digest is %s and should be %s", id, c.digest(), digest)
	}
	return nil
}

// fingerprints is the digest of the records of a run's jobs.
func (s *Store) fingerprints(ctx context.Context, id string) ([]byte, error) {
	h := sha256.New()
	for job, err := range s.Jobs(ctx, id) {
		if err != nil {
			return nil, err
		}
		h.Write(fingerprint(job))
	}
	return h.Sum(nil), nil
}
