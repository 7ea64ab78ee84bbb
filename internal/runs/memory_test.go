package runs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A memory is a store in a map, for bubbles of synctest: writing takes a
// millisecond, and it can be told to have a full disk.
type memory struct {
	mu     sync.Mutex
	rows   map[string]*row
	keys   map[string]string
	alive  map[string]time.Time
	full   bool
	saves  int
	pruned aurea.Retention
}

type row struct {
	run  aurea.Run
	by   aurea.Submission
	stop bool
}

func newMemory() *memory {
	return &memory{rows: map[string]*row{}, keys: map[string]string{}, alive: map[string]time.Time{}}
}

var errFull = fmt.Errorf("%w: the disk is full", aurea.ErrUnavailable)

// write takes its time, and the lock.
func (m *memory) write() error {
	time.Sleep(time.Millisecond)
	m.mu.Lock()
	if m.full {
		m.mu.Unlock()
		return errFull
	}
	return nil
}

func (m *memory) setFull(full bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.full = full
}

func (m *memory) Create(_ context.Context, run aurea.Run, by aurea.Submission) (aurea.Run, error) {
	if err := m.write(); err != nil {
		return aurea.Run{}, err
	}
	defer m.mu.Unlock()
	if id := m.keys[by.Key]; by.Key != "" && id != "" {
		if m.rows[id].by.Body != by.Body {
			return aurea.Run{}, fmt.Errorf("%w: the key came with another spec", aurea.ErrMismatch)
		}
		return m.rows[id].run, nil
	}
	m.keys[by.Key] = run.ID
	m.rows[run.ID] = &row{run: run, by: by}
	return run, nil
}

// unfinished returns a row to be changed. The lock is held.
func (m *memory) unfinished(id string) (*row, error) {
	r := m.rows[id]
	if r == nil {
		return nil, unknownRunError(id)
	}
	if r.run.Status.Finished() {
		return nil, fmt.Errorf("%w: run %s has finished", aurea.ErrConflict, id)
	}
	return r, nil
}

func (m *memory) Save(_ context.Context, run aurea.Run) error {
	if err := m.write(); err != nil {
		return err
	}
	defer m.mu.Unlock()
	r, err := m.unfinished(run.ID)
	if err == nil {
		r.run = run
		m.saves++
	}
	return err
}

func (m *memory) Finish(_ context.Context, run aurea.Run) (string, error) {
	if err := m.write(); err != nil {
		return "", err
	}
	defer m.mu.Unlock()
	r, err := m.unfinished(run.ID)
	if err != nil {
		return "", err
	}
	r.run = run
	r.run.Digest = "sha256:" + run.ID
	return r.run.Digest, nil
}

func (m *memory) Get(_ context.Context, id string) (aurea.Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.rows[id]; r != nil {
		return r.run, nil
	}
	return aurea.Run{}, unknownRunError(id)
}

func (m *memory) List(_ context.Context, query aurea.RunQuery) (aurea.RunPage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	page := aurea.RunPage{}
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(m.rows))) {
		run := m.rows[id].run
		if len(query.Statuses) == 0 || slices.Contains(query.Statuses, run.Status) {
			listed, err := run.Summary()
			if err != nil {
				return page, err
			}
			page.Runs = append(page.Runs, listed)
		}
	}
	return page, nil
}

func (m *memory) Change(_ context.Context, id string, change aurea.RunChange) (aurea.Run, error) {
	if err := m.write(); err != nil {
		return aurea.Run{}, err
	}
	defer m.mu.Unlock()
	r := m.rows[id]
	if r == nil {
		return aurea.Run{}, unknownRunError(id)
	}
	if change.Note != nil {
		r.run.Note = *change.Note
	}
	if change.Baseline != nil {
		r.run.Baseline = *change.Baseline
	}
	return r.run, nil
}

func (m *memory) Delete(_ context.Context, id string) error {
	if err := m.write(); err != nil {
		return err
	}
	defer m.mu.Unlock()
	if _, err := m.unfinished(id); !errors.Is(err, aurea.ErrConflict) {
		return fmt.Errorf("%w: run %s has not finished", aurea.ErrConflict, id)
	}
	delete(m.rows, id)
	return nil
}

func (m *memory) Tally(_ context.Context, id string) (*aurea.Tally, error) {
	run, err := m.Get(context.Background(), id)
	if err != nil || run.Result == nil {
		return nil, unknownRunError(id)
	}
	return run.Result.Tally, nil
}

func (m *memory) Jobs(_ context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	run, err := m.Get(context.Background(), id)
	if err != nil {
		return failedJobs(err)
	}
	return func(yield func(aurea.JobRecord, error) bool) {
		for job := range run.Result.Jobs.All() {
			if !yield(job, nil) {
				return
			}
		}
	}
}

func (m *memory) Cancel(_ context.Context, id string) error {
	if err := m.write(); err != nil {
		return err
	}
	defer m.mu.Unlock()
	r, err := m.unfinished(id)
	if err == nil {
		r.stop = true
	}
	return err
}

func (m *memory) Renew(_ context.Context, owner string, lease time.Duration) (ids []string, err error) {
	if err := m.write(); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	m.alive[owner] = time.Now().Add(lease)
	for id, r := range m.rows {
		if r.by.Owner == owner && r.stop && !r.run.Status.Finished() {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (m *memory) Recover(_ context.Context, owner string) (interrupted []aurea.Run, err error) {
	if err := m.write(); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	for _, r := range m.rows {
		dead := m.alive[r.by.Owner].Before(time.Now())
		if (r.by.Owner == owner || dead) && !r.run.Status.Finished() {
			_ = r.run.Move(aurea.StatusInterrupted, time.Now()) // an unfinished one can be
			interrupted = append(interrupted, r.run)
		}
	}
	return interrupted, nil
}

func (m *memory) Verify(context.Context, string) error { return nil }

// Check takes as long as it may, or until it is cancelled.
func (m *memory) Check(ctx context.Context, atMost time.Duration) error {
	select {
	case <-time.After(atMost):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *memory) Prune(_ context.Context, keep aurea.Retention) (int, error) {
	if err := m.write(); err != nil {
		return 0, err
	}
	defer m.mu.Unlock()
	m.pruned = keep
	return 0, nil
}

func (m *memory) Ready(context.Context) error {
	if err := m.write(); err != nil {
		return err
	}
	m.mu.Unlock()
	return nil
}

// kept starts a manager on a store, and waits until it accepts runs.
func serveStore(t *testing.T, store *memory, owner string, options Options) *service {
	t.Helper()
	options.Store, options.Owner = store, owner
	s := serve(t, options)
	time.Sleep(10 * time.Millisecond)
	return s
}

func (s *service) submit(t *testing.T, spec, key string) aurea.Run {
	t.Helper()
	run, err := s.manager.Submit(t.Context(), decode(t, spec), key)
	if err != nil {
		t.Fatalf("Submit %s: %v", spec, err)
	}
	return run
}

func (s *service) get(t *testing.T, id string) aurea.Run {
	t.Helper()
	run, err := s.manager.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	return run
}
