package store

import (
	"context"
	"iter"

	"github.com/aurea-orchestrator/aurea"
)

// Jobs yields the records of a finished run's jobs.
func (s *Store) Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	return func(yield func(aurea.JobRecord, error) bool) {}
}
