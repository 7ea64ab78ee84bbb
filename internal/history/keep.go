package history

import (
	"context"
	"errors"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

// Keep stores a finished run, with its histograms and the records of its jobs,
// and returns its digest. It deletes the oldest runs beyond the newest 10,000,
// or beyond 1 GB; baselines are not deleted.
func (h *History) Keep(ctx context.Context, run aurea.Run) (digest string, err error) {
	s, err := h.open(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if digest, err = s.Put(ctx, run); err != nil {
		return "", fmt.Errorf("%s: %w", h.directory, err)
	}
	_, err = s.Prune(ctx, h.kept)
	return digest, err
}

// open opens the database, and creates it if necessary.
func (h *History) open(ctx context.Context) (*store.Store, error) {
	return store.Open(ctx, h.directory, store.Options{Shared: true})
}
