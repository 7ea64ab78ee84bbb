package runs

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// pollEvery is the interval at which the store is read for a run of another
// server.
const pollEvery = time.Second

// cancelWait is how long Cancel waits for a run to end, to return its final
// state.
const cancelWait = time.Second

// Get returns a run with its result, if there is one. The errors are
// ErrNotFound and ErrUnavailable.
func (m *Manager) Get(ctx context.Context, id string) (aurea.Run, error) {
	if e := m.find(id); e != nil {
		return m.snapshot(e), nil
	}
	return m.store.Get(ctx, id)
}

// Wait returns a run when it has finished, or its current state when ctx is
// done. The errors are those of Get.
func (m *Manager) Wait(ctx context.Context, id string) (aurea.Run, error) {
	if e := m.find(id); e != nil {
		select {
		case <-e.done:
		case <-ctx.Done():
		}
		return m.snapshot(e), nil
	}
	for {
		run, err := m.store.Get(context.WithoutCancel(ctx), id)
		if err != nil || run.Status.Finished() {
			return run, err
		}
		select {
		case <-time.After(pollEvery):
		case <-ctx.Done():
			return run, nil
		}
	}
}

// List returns a page of runs, newest first, in their current state. A bad
// cursor is an ErrInvalid.
func (m *Manager) List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error) {
	m.createUnwritten(ctx, 0)
	page, err := m.store.List(ctx, query)
	if err != nil {
		return aurea.RunPage{}, err
	}
	runs := make([]aurea.RunSummary, 0, len(page.Runs))
	for _, run := range page.Runs {
		if e := m.find(run.ID); e != nil {
			if run, err = m.snapshot(e).Summary(); err != nil {
				return aurea.RunPage{}, fmt.Errorf("runs: list a run: %w", err)
			}
		}
		// The status in the store may be slightly out of date.
		if len(query.Statuses) == 0 || slices.Contains(query.Statuses, run.Status) {
			runs = append(runs, run)
		}
	}
	page.Runs = runs
	return page, nil
}

// Change updates the note and the baseline mark of a run and returns the run.
func (m *Manager) Change(ctx context.Context, id string, change aurea.RunChange) (aurea.Run, error) {
	if change.Note != nil && len(*change.Note) > aurea.MaxNote {
		return aurea.Run{}, &aurea.InvalidError{Fields: []aurea.FieldError{{
			Location: "note", Message: fmt.Sprintf("must be text of up to %d bytes; got %d", aurea.MaxNote,
				len(*change.Note))}}}
	}
	if e := m.find(id); e != nil {
		if err := m.create(ctx, e); err != nil {
			return aurea.Run{}, err
		}
	}
	run, err := m.store.Change(ctx, id, change)
	if err != nil {
		return aurea.Run{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.live[id]; e != nil {
		e.run.Note, e.run.Baseline = run.Note, run.Baseline
		e.final.Note, e.final.Baseline = run.Note, run.Baseline
		return m.view(e), nil
	}
	return run, nil
}

// Delete deletes a finished run. An unfinished one is an ErrConflict.
func (m *Manager) Delete(ctx context.Context, id string) error {
	if e := m.find(id); e != nil {
		return fmt.Errorf("%w: run %s is %s; cancel it first", aurea.ErrConflict, id, m.snapshot(e).Status)
	}
	return m.store.Delete(ctx, id)
}

// Cancel stops a run and returns its current state. The run leaves the queue,
// or ends with its partial result. A run of another server ends within a few
// seconds. A finished run is an ErrConflict.
func (m *Manager) Cancel(ctx context.Context, id string) (aurea.Run, error) {
	e := m.find(id)
	if e == nil {
		return m.cancelStored(ctx, id)
	}
	select {
	case <-e.done: // finished, but not in the store yet
		return aurea.Run{}, fmt.Errorf("%w: run %s has finished: it is %s", aurea.ErrConflict, id, m.snapshot(e).Status)
	default:
	}
	e.cancel(errCancelled)
	m.dequeue(e)
	select {
	case <-e.done:
	case <-ctx.Done():
	case <-time.After(cancelWait):
	}
	if m.isLeft(e) { // it may have been left before it was cancelled
		return m.cancelStored(ctx, id)
	}
	return m.snapshot(e), nil
}

// cancelStored is Cancel for a run that is not live here.
func (m *Manager) cancelStored(ctx context.Context, id string) (aurea.Run, error) {
	if err := m.store.Cancel(ctx, id); err != nil {
		return aurea.Run{}, err
	}
	return m.store.Get(ctx, id)
}

// isLeft reports whether this server has left the run to another one.
func (m *Manager) isLeft(e *entry) bool {
	select {
	case <-e.done:
		return !m.snapshot(e).Status.Finished()
	default:
		return false
	}
}

// Tally returns the histograms of a finished run's measured part. It returns an
// ErrConflict before the run's end and an ErrNotFound if there are none.
func (m *Manager) Tally(ctx context.Context, id string) (*aurea.Tally, error) {
	e := m.find(id)
	if e == nil {
		return m.store.Tally(ctx, id)
	}
	run, err := m.finished(e)
	if err != nil {
		return nil, err
	}
	if run.Samples.Tally == nil {
		return nil, fmt.Errorf("%w: run %s never began and has no histograms", aurea.ErrNotFound, id)
	}
	return run.Samples.Tally.Clone(), nil
}

// WorkerTally returns the histograms of a worker of a finished run, by its ID or
// name in the result. It returns an ErrConflict before the run's end, and an
// ErrNotFound if the result does not list the worker.
func (m *Manager) WorkerTally(ctx context.Context, id, worker string) (*aurea.Tally, error) {
	var run aurea.Run
	var err error
	e := m.find(id)
	if e == nil {
		run, err = m.store.Get(ctx, id)
	} else {
		run, err = m.finished(e)
	}
	switch {
	case err != nil:
		return nil, err
	case !run.Status.Finished():
		return nil, fmt.Errorf("%w: run %s has not finished", aurea.ErrConflict, id)
	case run.Result == nil:
		return nil, fmt.Errorf("%w: run %s never began and has no histograms", aurea.ErrNotFound, id)
	}
	n, err := run.Result.Workers.Find(worker)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", id, err)
	}
	if n < len(run.Samples.Workers) {
		return run.Samples.Workers[n].Unpack()
	}
	return m.store.WorkerTally(ctx, id, n)
}

// Jobs yields the job records of a finished run in order. It yields an
// ErrConflict before the run's end, and nothing after an error.
func (m *Manager) Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	e := m.find(id)
	if e == nil {
		return m.store.Jobs(ctx, id)
	}
	run, err := m.finished(e)
	if err != nil {
		return failedJobs(err)
	}
	return func(yield func(aurea.JobRecord, error) bool) {
		for job := range run.Samples.Jobs.All() {
			if !yield(job, nil) {
				return
			}
		}
	}
}

func failedJobs(err error) iter.Seq2[aurea.JobRecord, error] {
	return func(yield func(aurea.JobRecord, error) bool) { yield(aurea.JobRecord{}, err) }
}

// finished returns a run that has finished but is not in the store.
func (m *Manager) finished(e *entry) (aurea.Run, error) {
	select {
	case <-e.done:
		return e.run, nil
	default:
		return aurea.Run{}, fmt.Errorf("%w: run %s has not finished", aurea.ErrConflict, e.run.ID)
	}
}

// Verify returns nil if everything stored of a finished run is unchanged, an
// ErrDamaged if not, and an ErrConflict before the run's end.
func (m *Manager) Verify(ctx context.Context, id string) error {
	if e := m.find(id); e != nil {
		return fmt.Errorf("%w: run %s is not in the store yet", aurea.ErrConflict, id)
	}
	return m.store.Verify(ctx, id)
}

// find returns the entry of a run whose final state is not in the store, or
// nil.
func (m *Manager) find(id string) *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.live[id]
}

// snapshot returns a copy of the run's current state.
func (m *Manager) snapshot(e *entry) aurea.Run {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.view(e)
}

// view is snapshot with the lock held.
func (m *Manager) view(e *entry) aurea.Run {
	run := e.run
	if run.Status == aurea.StatusQueued {
		run.QueuePosition = slices.Index(m.queue, e) + 1
	}
	return run
}
