package store

import (
	"context"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// List returns a page of runs, newest first.
func (s *Store) List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error) {
	limit, err := pageSize(query.Limit)
	if err != nil {
		return aurea.RunPage{}, err
	}
	sel := selection{hide: s.dialect.hide, query: query, limit: limit + 1} // one more tells whether there is a next page
	if query.Cursor != "" {
		if sel.after, err = parseCursor(query.Cursor); err != nil {
			return aurea.RunPage{}, err
		}
	}
	runs, err := s.selected(ctx, &sel)
	if err != nil {
		return aurea.RunPage{}, s.told("list the runs", err)
	}
	page := aurea.RunPage{Runs: runs}
	if len(runs) > limit {
		page.Runs = runs[:limit]
		last := page.Runs[limit-1]
		page.NextCursor = cursor{micros(last.CreatedAt), last.ID}.String()
	}
	return page, nil
}

func pageSize(limit int) (int, error) {
	switch {
	case limit == 0:
		return aurea.DefaultPage, nil
	case limit < 0 || limit > aurea.MaxPage:
		return 0, fmt.Errorf("%w: limit must be 1 to %d; got %d", aurea.ErrInvalid, aurea.MaxPage, limit)
	}
	return limit, nil
}

func (s *Store) selected(ctx context.Context, sel *selection) ([]aurea.ListedRun, error) {
	rows, err := s.reader.QueryContext(ctx, sel.statement(), sel.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	runs := []aurea.ListedRun{}
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		run, damaged := r.listed()
		s.damage.note(run.ID, damaged)
		s.damage.mark(&run)
		runs = append(runs, run)
	}
	return runs, rows.Err()
}
