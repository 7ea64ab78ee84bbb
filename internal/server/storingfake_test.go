package server

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A storingFake stores its runs as do returns them. Watch yields the updates of
// watch if it is set, and otherwise all updates of the stored run.
type storingFake struct {
	fake
	watch func(ctx context.Context, run aurea.Run, after int64) iter.Seq2[aurea.Update, error]

	mu   sync.Mutex
	runs []aurea.Run // newest first
}

func newStoringFake(f fake) *storingFake { return &storingFake{fake: f} }

func (s *storingFake) Submit(ctx context.Context, spec aurea.Spec, _ string) (aurea.Run, error) {
	run, err := s.do(ctx, spec)
	if err != nil {
		return run, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	run.ID = fmt.Sprintf("benchmark-%d", len(s.runs)+1)
	if run.Result != nil {
		run.Result.ID = run.ID
	}
	s.runs = slices.Insert(s.runs, 0, run)
	return run, nil
}

func (s *storingFake) Forecast(_ context.Context, spec aurea.Spec) (aurea.Forecast, error) {
	return aurea.NewPlan(spec, 0).Forecast(), nil
}

// System has nothing but the number of stored runs.
func (s *storingFake) System(context.Context) (aurea.System, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return aurea.System{Store: aurea.SystemStore{Runs: int64(len(s.runs))}}, nil
}

// put replaces a stored run.
func (s *storingFake) put(run aurea.Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.runs {
		if s.runs[i].ID == run.ID {
			s.runs[i] = run
		}
	}
}

func (s *storingFake) Get(_ context.Context, id string) (aurea.Run, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, run := range s.runs {
		if run.ID == id {
			return run, nil
		}
	}
	return aurea.Run{}, fmt.Errorf("%w: there is no run %s", aurea.ErrNotFound, id)
}

// Tally returns that of one job, whatever the run.
func (s *storingFake) Tally(context.Context, string) (*aurea.Tally, error) {
	tally := aurea.NewTally()
	tally.End(aurea.OK, 0, 0, time.Second)
	return tally, nil
}

// List uses the id of a page's last run as the cursor behind it. Of the filters it
// knows the statuses, the name, and a text in the name.
func (s *storingFake) List(_ context.Context, query aurea.RunQuery) (aurea.RunPage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	behind := slices.IndexFunc(s.runs, func(run aurea.Run) bool { return run.ID == query.Cursor })
	page := aurea.RunPage{Runs: []aurea.RunSummary{}}
	matching := slices.DeleteFunc(slices.Clone(s.runs[behind+1:]), func(run aurea.Run) bool {
		return len(query.Statuses) > 0 && !slices.Contains(query.Statuses, run.Status) ||
			query.Name != "" && run.Name != query.Name || !strings.Contains(run.Name, query.Text)
	})
	more := len(matching) > query.Limit
	for _, run := range matching[:min(query.Limit, len(matching))] {
		listed, err := run.Summary()
		if err != nil {
			return page, err
		}
		page.Runs = append(page.Runs, listed)
	}
	if more {
		page.NextCursor = matching[query.Limit-1].ID
	}
	return page, nil
}

func (s *storingFake) Watch(ctx context.Context, id string, after int64) iter.Seq2[aurea.Update, error] {
	run, err := s.Get(ctx, id)
	if s.watch != nil {
		return s.watch(ctx, run, after)
	}
	return func(yield func(aurea.Update, error) bool) {
		if err != nil {
			yield(aurea.Update{}, err)
			return
		}
		for _, update := range run.Updates(after, nil) {
			if !yield(update, nil) {
				return
			}
		}
	}
}
