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
	// One run more than the page has says whether there is a next page.
	sel := selection{noIndexPrefix: s.dialect.noIndexPrefix, query: query, limit: limit + 1}
	if query.Cursor != "" {
		if sel.after, err = parseCursor(query.Cursor); err != nil {
			return aurea.RunPage{}, err
		}
	}
	page, more, err := s.selected(ctx, &sel, limit)
	if err != nil {
		return aurea.RunPage{}, s.wrapErr("list the runs", err)
	}
	if more {
		last := page.Runs[len(page.Runs)-1]
		page.NextCursor = cursor{micros(last.CreatedAt), last.ID}.String()
	}
	return page, nil
}

// maxPage limits the bytes of a page, not counting its last run.
const maxPage = 4 << 20

func pageSize(limit int) (int, error) {
	switch {
	case limit == 0:
		return aurea.DefaultPage, nil
	case limit < 0 || limit > aurea.MaxPage:
		return 0, fmt.Errorf("%w: limit must be 1 to %d; got %d", aurea.ErrInvalid, aurea.MaxPage, limit)
	}
	return limit, nil
}

// selected reads up to limit runs and reports whether there are more.
func (s *Store) selected(ctx context.Context, sel *selection, limit int) (page aurea.RunPage, more bool, err error) {
	rows, err := s.reader.QueryContext(ctx, sel.statement(), sel.args...)
	if err != nil {
		return page, false, err
	}
	defer rows.Close()
	page.Runs = []aurea.RunSummary{}
	for size := int64(0); rows.Next(); {
		if len(page.Runs) == limit || size > maxPage {
			return page, true, nil
		}
		var kind string
		r, err := scan(rows, &kind)
		if err != nil {
			return page, false, err
		}
		run, damaged := r.listed()
		s.damage.record(run.ID, damaged)
		s.damage.markListed(&run)
		run.OmitLarge(kind)
		page.Runs = append(page.Runs, run)
		size += aurea.RunPage{Runs: []aurea.RunSummary{run}}.Size()
	}
	return page, false, rows.Err()
}
