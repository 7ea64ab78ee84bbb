package history

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/server"
)

const (
	// keptWithin is how long after the end of its process a run may be found.
	keptWithin = 2 * time.Second
	keptPoll   = 20 * time.Millisecond
	// listWithin is how long a list waits for live runs: a suspended process
	// accepts connections and does not answer.
	listWithin = 2 * time.Second
)

// allRuns are the stored runs of a history, and those that other processes
// execute now. It implements server.Runs.
type allRuns struct {
	server.Runs // the stored runs
	live        liveSet
}

// at calls do with the runs that have the run: those of the process that
// executes it, or the stored ones. A process that ends meanwhile stores the
// run.
func at[T any](ctx context.Context, r *allRuns, id string, do func(server.Runs) (T, error)) (T, error) {
	live := r.live.find(id)
	if live == nil {
		return do(r.Runs)
	}
	value, err := do(live)
	if !hasEnded(err) {
		return value, err
	}
	for end := time.Now().Add(keptWithin); ; {
		value, err = do(r.Runs)
		if !errors.Is(err, aurea.ErrNotFound) || time.Now().After(end) || ctx.Err() != nil {
			return value, err
		}
		time.Sleep(keptPoll)
		if r.live.find(id) != nil { // it stores the run, and many records take a while
			end = time.Now().Add(keptWithin)
		}
	}
}

// hasEnded reports whether an error of a live run means that its process has
// ended, or is about to.
func hasEnded(err error) bool {
	return errors.Is(err, aurea.ErrNotFound) || errors.Is(err, client.ErrUnreachable)
}

func (r *allRuns) Get(ctx context.Context, id string) (aurea.Run, error) {
	return at(ctx, r, id, func(runs server.Runs) (aurea.Run, error) { return runs.Get(ctx, id) })
}

func (r *allRuns) Wait(ctx context.Context, id string) (aurea.Run, error) {
	return at(ctx, r, id, func(runs server.Runs) (aurea.Run, error) { return runs.Wait(ctx, id) })
}

func (r *allRuns) Cancel(ctx context.Context, id string) (aurea.Run, error) {
	return at(ctx, r, id, func(runs server.Runs) (aurea.Run, error) { return runs.Cancel(ctx, id) })
}

func (r *allRuns) Control(ctx context.Context, id string, control aurea.Control) (aurea.Run, error) {
	return at(ctx, r, id, func(runs server.Runs) (aurea.Run, error) { return runs.Control(ctx, id, control) })
}

// List adds the live runs that answer to the first page, which may have more
// runs than the query asks for.
func (r *allRuns) List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error) {
	page, err := r.Runs.List(ctx, query)
	if err != nil || query.Cursor != "" {
		return page, err
	}
	for _, run := range r.listLive(ctx) {
		stored := slices.ContainsFunc(page.Runs, func(s aurea.RunSummary) bool { return s.ID == run.ID })
		if stored || !matches(run, query) {
			continue // it has ended meanwhile, or is not asked for
		}
		summary, err := run.Summary()
		if err != nil {
			return page, fmt.Errorf("history: list run %s: %w", run.ID, err)
		}
		page.Runs = append(page.Runs, summary)
	}
	slices.SortStableFunc(page.Runs, func(a, b aurea.RunSummary) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return page, nil
}

// listLive returns the live runs whose processes answer within listWithin.
func (r *allRuns) listLive(ctx context.Context) []aurea.Run {
	ctx, cancel := context.WithTimeout(ctx, listWithin)
	defer cancel()
	var mu sync.Mutex
	var runs []aurea.Run
	var asking sync.WaitGroup
	for _, id := range r.live.ids() {
		asking.Go(func() {
			live := r.live.find(id)
			if live == nil {
				return
			}
			if run, err := live.Get(ctx, id); err == nil {
				mu.Lock()
				runs = append(runs, run)
				mu.Unlock()
			}
		})
	}
	asking.Wait()
	return runs
}

// matches reports whether a query selects a live run, which is no baseline and
// has no verdict yet.
func matches(run aurea.Run, query aurea.RunQuery) bool {
	for key, value := range query.Labels {
		if has, ok := run.Labels[key]; !ok || has != value {
			return false
		}
	}
	return !query.Baseline && query.Verdict == "" && containsText(run, query.Text) &&
		(len(query.Statuses) == 0 || slices.Contains(query.Statuses, run.Status)) &&
		(query.Workload == "" || query.Workload == run.Spec.ResolvedWorkload().Kind) &&
		(query.Name == "" || query.Name == run.Name) &&
		(query.Since.IsZero() || !run.CreatedAt.Before(query.Since)) &&
		(query.Until.IsZero() || run.CreatedAt.Before(query.Until))
}

// containsText reports whether the text is in the id, the name or a label's value
// of a run, in any case.
func containsText(run aurea.Run, text string) bool {
	text = strings.ToLower(text)
	for _, place := range append(slices.Collect(maps.Values(run.Labels)), run.ID, run.Name) {
		if strings.Contains(strings.ToLower(place), text) {
			return true
		}
	}
	return false
}

// Watch goes on with the stored run when the process of a live one has ended.
func (r *allRuns) Watch(ctx context.Context, id string, after int64) iter.Seq2[aurea.Update, error] {
	return func(yield func(aurea.Update, error) bool) {
		if live := r.live.find(id); live != nil {
			ended := false // before all was said
			for update, err := range live.Watch(ctx, id, after) {
				if ended = hasEnded(err) && ctx.Err() == nil; ended {
					break
				}
				if !yield(update, err) || err != nil {
					return
				}
				after = max(after, update.ID)
			}
			if !ended {
				return
			}
			if _, err := r.Get(ctx, id); err != nil { // waits until it is stored
				yield(aurea.Update{}, err)
				return
			}
		}
		for update, err := range r.Runs.Watch(ctx, id, after) {
			if !yield(update, err) {
				return
			}
		}
	}
}

// A live run cannot change, because it is not stored yet.
func (r *allRuns) Change(ctx context.Context, id string, change aurea.RunChange) (aurea.Run, error) {
	if r.live.find(id) != nil {
		return aurea.Run{}, notStoredError(id)
	}
	return r.Runs.Change(ctx, id, change)
}

func (r *allRuns) Delete(ctx context.Context, id string) error {
	if r.live.find(id) != nil {
		return notStoredError(id)
	}
	return r.Runs.Delete(ctx, id)
}

func (r *allRuns) Verify(ctx context.Context, id string) error {
	if r.live.find(id) != nil {
		return notStoredError(id)
	}
	return r.Runs.Verify(ctx, id)
}

func (r *allRuns) Tally(ctx context.Context, id string) (*aurea.Tally, error) {
	if r.live.find(id) != nil {
		return nil, notStoredError(id)
	}
	return r.Runs.Tally(ctx, id)
}

func (r *allRuns) Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	if r.live.find(id) != nil {
		return func(yield func(aurea.JobRecord, error) bool) { yield(aurea.JobRecord{}, notStoredError(id)) }
	}
	return r.Runs.Jobs(ctx, id)
}

// Ready returns nil: what is stored can be read.
func (r *allRuns) Ready() error { return nil }

func notStoredError(id string) error {
	return fmt.Errorf("%w: run %s is still running; wait for its end, or cancel it", aurea.ErrConflict, id)
}
