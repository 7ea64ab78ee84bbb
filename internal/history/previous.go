package history

import (
	"context"
	"errors"

	"github.com/aurea-orchestrator/aurea"
)

// Lister lists runs: a history, or a client of a service.
type Lister interface {
	List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error)
}

// Previous returns the result of the newest completed run of the same name that
// was created before the run; nil if there is none, or the run has no name.
func Previous(ctx context.Context, runs Lister, run aurea.Run) (*aurea.Result, error) {
	if run.Name == "" || run.CreatedAt.IsZero() {
		return nil, nil
	}
	page, err := runs.List(ctx, aurea.RunQuery{
		Name: run.Name, Statuses: []aurea.Status{aurea.StatusCompleted}, Until: run.CreatedAt, Limit: 1,
	})
	if err != nil || len(page.Runs) == 0 {
		return nil, err
	}
	before, err := page.Runs[0].Decode()
	return before.Result, err
}

// List lists runs of the history, none if nothing has created it.
func (h *History) List(ctx context.Context, query aurea.RunQuery) (page aurea.RunPage, err error) {
	if !h.Exists() {
		return page, nil
	}
	s, err := h.openForReading(ctx)
	if err != nil {
		return page, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.List(ctx, query)
}
