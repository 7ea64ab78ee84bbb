package runs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A memoryStore is a store in a map, for synctest: a write takes a millisecond,
// and its disk can be full. Each server opens it for a life of its own.
type memoryStore struct {
	*memoryRows
	life   int
	frozen *atomic.Pointer[chan struct{}] // writes wait until it is closed
}

type memoryRows struct {
	mu     sync.Mutex
	lives  int
	rows   map[string]*storedRow
	keys   map[string]string
	alive  map[string]time.Time
	full   bool
	saves  int
	keeps  int // of finished runs that were never created
	pruned aurea.Retention
}

type storedRow struct {
	run   aurea.Run
	by    aurea.Submission
	stop  bool
	life  int // of the owner
	epoch uint64
	noted []byte
}

func newMemoryStore() *memoryStore {
	return &memoryStore{frozen: new(atomic.Pointer[chan struct{}]), memoryRows: &memoryRows{
		rows: map[string]*storedRow{}, keys: map[string]string{}, alive: map[string]time.Time{},
	}}
}

var errFull = fmt.Errorf("%w: the disk is full", aurea.ErrUnavailable)

// write takes a millisecond and locks the store.
func (m *memoryStore) write() error {
	time.Sleep(time.Millisecond)
	if frozen := m.frozen.Load(); frozen != nil {
		<-*frozen
	}
	m.mu.Lock()
	if m.full {
		m.mu.Unlock()
		return errFull
	}
	return nil
}

func (m *memoryStore) setFull(full bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.full = full
}

func (m *memoryStore) Create(_ context.Context, run aurea.Run, by aurea.Submission) (aurea.Run, error) {
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
	m.rows[run.ID] = &storedRow{run: run, by: by, life: m.life}
	return run, nil
}

// unfinished returns the row of an unfinished run. The caller holds the lock.
func (m *memoryStore) unfinished(id string) (*storedRow, error) {
	r := m.rows[id]
	if r == nil {
		return nil, unknownRunError(id)
	}
	if r.run.Status.Finished() {
		return nil, fmt.Errorf("%w: run %s has finished", aurea.ErrConflict, id)
	}
	return r, nil
}

func (m *memoryStore) Save(_ context.Context, run aurea.Run) error {
	if err := m.write(); err != nil {
		return err
	}
	defer m.mu.Unlock()
	r, err := m.mine(run)
	if err == nil {
		r.run = run
		m.saves++
	}
	return err
}

func (m *memoryStore) Finish(_ context.Context, run aurea.Run) (string, error) {
	if err := m.write(); err != nil {
		return "", err
	}
	defer m.mu.Unlock()
	return m.finish(run)
}

// finish is Finish with the lock held.
func (m *memoryStore) finish(run aurea.Run) (string, error) {
	r, err := m.mine(run)
	if err != nil {
		return "", err
	}
	r.run = run
	r.run.Digest = "sha256:" + run.ID
	return r.run.Digest, nil
}

func (m *memoryStore) Keep(_ context.Context, run aurea.Run, by aurea.Submission) (string, error) {
	if err := m.write(); err != nil {
		return "", err
	}
	defer m.mu.Unlock()
	if m.rows[run.ID] == nil {
		m.rows[run.ID] = &storedRow{run: run.AsQueued(), by: by, life: m.life}
	}
	m.keeps++
	return m.finish(run)
}

func (m *memoryStore) Get(_ context.Context, id string) (aurea.Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.rows[id]; r != nil {
		return r.run, nil
	}
	return aurea.Run{}, unknownRunError(id)
}

func (m *memoryStore) List(_ context.Context, query aurea.RunQuery) (aurea.RunPage, error) {
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

func (m *memoryStore) Change(_ context.Context, id string, change aurea.RunChange) (aurea.Run, error) {
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

func (m *memoryStore) Delete(_ context.Context, id string) error {
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

func (m *memoryStore) Tally(_ context.Context, id string) (*aurea.Tally, error) {
	run, err := m.Get(context.Background(), id)
	if err != nil || run.Result == nil {
		return nil, unknownRunError(id)
	}
	return run.Samples.Tally, nil
}

func (m *memoryStore) WorkerTally(_ context.Context, id string, n int) (*aurea.Tally, error) {
	run, err := m.Get(context.Background(), id)
	if err != nil || n >= len(run.Samples.Workers) {
		return nil, unknownRunError(id)
	}
	return run.Samples.Workers[n].Unpack()
}

func (m *memoryStore) Jobs(_ context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	run, err := m.Get(context.Background(), id)
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

func (m *memoryStore) Cancel(_ context.Context, id string) error {
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

func (m *memoryStore) Renew(_ context.Context, owner string, lease time.Duration) (ids []string, err error) {
	if err := m.write(); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	m.alive[owner] = time.Now().Add(lease)
	for id, r := range m.rows {
		if r.life == m.life && r.stop && !r.run.Status.Finished() {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (m *memoryStore) Verify(context.Context, string) error { return nil }

// Check blocks for atMost or until ctx is cancelled.
func (m *memoryStore) Check(ctx context.Context, atMost time.Duration) error {
	select {
	case <-time.After(atMost):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *memoryStore) Prune(_ context.Context, keep aurea.Retention) (int, error) {
	if err := m.write(); err != nil {
		return 0, err
	}
	defer m.mu.Unlock()
	m.pruned = keep
	return 0, nil
}

func (m *memoryStore) Usage(context.Context) (runs, bytes int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int64(len(m.rows)), 0, nil
}

func (m *memoryStore) Ready(context.Context) error {
	if err := m.write(); err != nil {
		return err
	}
	m.mu.Unlock()
	return nil
}

// serveStore starts a manager on a store and waits until it accepts runs.
func serveStore(t *testing.T, store *memoryStore, owner string, options Options) *service {
	t.Helper()
	options.Store, options.Owner = store.open(), owner
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
