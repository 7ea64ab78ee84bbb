package runs

import (
	"context"
	"fmt"
	"iter"

	"github.com/aurea-orchestrator/aurea"
)

// maxID limits the characters of an ID.
const maxID = 100

// isID reports whether text has the form of a run ID. Databases disagree about
// other texts, such as those with NUL or invalid UTF-8.
func isID(text string) bool {
	for _, c := range []byte(text) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return text != "" && len(text) <= maxID
}

// A guardedStore rejects texts that cannot be run IDs and masks secrets in the
// runs that it returns. New runs are stored masked (see newEntry); those of
// earlier versions are not.
type guardedStore struct{ Store }

func badIDError(text string) error {
	return fmt.Errorf("%w: there is no run %q", aurea.ErrNotFound, text)
}

func (s guardedStore) Get(ctx context.Context, id string) (aurea.Run, error) {
	if !isID(id) {
		return aurea.Run{}, badIDError(id)
	}
	run, err := s.Store.Get(ctx, id)
	return run.Mask(), err
}

func (s guardedStore) Change(ctx context.Context, id string, change aurea.RunChange) (aurea.Run, error) {
	if !isID(id) {
		return aurea.Run{}, badIDError(id)
	}
	run, err := s.Store.Change(ctx, id, change)
	return run.Mask(), err
}

func (s guardedStore) List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error) {
	page, err := s.Store.List(ctx, query)
	for i := range page.Runs {
		page.Runs[i] = page.Runs[i].Mask()
	}
	return page, err
}

func (s guardedStore) Adopt(ctx context.Context, id, owner string) (aurea.Run, []byte, error) {
	run, noted, err := s.Store.Adopt(ctx, id, owner)
	return run.Mask(), noted, err
}

func (s guardedStore) Delete(ctx context.Context, id string) error {
	if !isID(id) {
		return badIDError(id)
	}
	return s.Store.Delete(ctx, id)
}

func (s guardedStore) WorkerTally(ctx context.Context, id string, n int) (*aurea.Tally, error) {
	if !isID(id) {
		return nil, badIDError(id)
	}
	return s.Store.WorkerTally(ctx, id, n)
}

func (s guardedStore) Tally(ctx context.Context, id string) (*aurea.Tally, error) {
	if !isID(id) {
		return nil, badIDError(id)
	}
	return s.Store.Tally(ctx, id)
}

func (s guardedStore) Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	if !isID(id) {
		return failedJobs(badIDError(id))
	}
	return s.Store.Jobs(ctx, id)
}

func (s guardedStore) Cancel(ctx context.Context, id string) error {
	if !isID(id) {
		return badIDError(id)
	}
	return s.Store.Cancel(ctx, id)
}
