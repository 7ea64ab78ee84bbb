package search

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

const (
	maxWaiting   = 4               // searches that wait for the running one
	storeTimeout = 5 * time.Second // for storing a search, also after the end of the service
	retryEvery   = 5 * time.Second // to store what could not be stored
	pollEvery    = time.Second     // to see the end of another server's search, and who wants ours stopped
)

// Options configure a Manager.
type Options struct {
	Run   Runner                 // executes the runs
	Check func(aurea.Spec) error // finds what DecodeSearch does not, such as a wrong workload; its error: ErrInvalid
	Store Store                  // keeps the searches
	Owner string                 // names this server in the store
	Log   *slog.Logger
}

// A Manager runs the searches of a service, one after the other, because runs of
// several would only wait for each other. It stores a search before it
// acknowledges it, and after every run. Make one with NewManager and start it
// with Run. Its methods are safe for concurrent use.
type Manager struct {
	Options
	wake chan struct{} // signals that searches may be waiting

	mu      sync.Mutex
	closed  bool
	entries []*entry // those that have not ended or are not stored, oldest first
}

// An entry is a search with the manager's state of it. The manager's lock guards
// its fields.
type entry struct {
	search   aurea.Search // its request has masked secrets
	request  aurea.SearchRequest
	accepted bool               // it is stored, so clients may see it
	cancel   context.CancelFunc // nil before it is running
	done     chan struct{}      // closed when it has finished
}

// NewManager returns a manager of searches.
func NewManager(options Options) *Manager {
	return &Manager{Options: options, wake: make(chan struct{}, 1)}
}

// Run executes searches until ctx ends. It then stops the running one, and returns
// when all are interrupted and stored.
func (m *Manager) Run(ctx context.Context) {
	var stopping sync.WaitGroup
	defer stopping.Wait()
	stopping.Go(func() { m.stopCancelled(ctx) })
	retry := time.NewTicker(retryEvery)
	defer retry.Stop()
	for {
		if e := m.next(ctx); e != nil {
			m.execute(ctx, e)
			continue
		}
		select {
		case <-m.wake:
		case <-retry.C:
			m.storeEnded(ctx)
		case <-ctx.Done():
			m.close()
			m.storeEnded(ctx)
			return
		}
	}
}

// stopCancelled stops, until ctx ends, the searches that clients of other servers
// have cancelled.
func (m *Manager) stopCancelled(ctx context.Context) {
	for ; ctx.Err() == nil; sleep(ctx, pollEvery) {
		if !m.isBusy() {
			continue
		}
		ids, err := m.Store.CancelledSearches(ctx, m.Owner)
		if err != nil && ctx.Err() == nil {
			m.Log.Warn("cancelled searches are not known", "error", err)
		}
		for _, id := range ids {
			if _, cancelled, err := m.cancelLive(id); cancelled && err == nil {
				m.Log.Info("search cancelled through another server", "search", id)
				m.storeEnded(ctx)
			}
		}
	}
}

// isBusy reports whether a search has not ended.
func (m *Manager) isBusy() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.entries, func(e *entry) bool { return !e.search.Status.Finished() })
}

// next returns the oldest waiting search, or nil.
func (m *Manager) next(ctx context.Context) *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.entries {
		if e.accepted && e.search.Status == aurea.StatusQueued && ctx.Err() == nil {
			return e
		}
	}
	return nil
}

func (m *Manager) execute(ctx context.Context, e *entry) {
	searchCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.mu.Lock()
	if e.search.Status != aurea.StatusQueued { // it was cancelled meanwhile
		m.mu.Unlock()
		return
	}
	e.search.Status, e.cancel = aurea.StatusRunning, cancel
	s := e.search
	m.mu.Unlock()
	m.save(ctx, s)
	m.Log.Info("search started", "search", s.ID)
	s.Request = e.request
	s = Run(searchCtx, s, m.Options.Run, func(s aurea.Search) { m.publish(ctx, e, s) })
	if ctx.Err() != nil && s.Status == aurea.StatusCancelled {
		s.Status = aurea.StatusInterrupted
	}
	if m.publish(ctx, e, s) {
		m.drop(e)
	}
	close(e.done)
	m.Log.Info("search ended", "search", s.ID, "status", s.Status, "outcome", s.Outcome, "runs", len(s.Points))
}

// publish stores a state of the search and then shows it to clients, so that a
// killed server loses nothing that they have seen. It reports whether the state
// is stored for good.
func (m *Manager) publish(ctx context.Context, e *entry, s aurea.Search) (stored bool) {
	stored = m.save(ctx, s)
	m.mu.Lock()
	defer m.mu.Unlock()
	e.search = s
	return stored
}

// save stores a search and reports whether it is stored for good. It goes on
// when ctx ends.
func (m *Manager) save(ctx context.Context, s aurea.Search) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	err := m.Store.SaveSearch(ctx, s, m.Owner)
	if err != nil {
		m.Log.Warn("a search was not stored", "search", s.ID, "error", err)
	}
	return err == nil || errors.Is(err, aurea.ErrConflict)
}

// storeEnded stores the searches that have ended, and drops them from memory.
func (m *Manager) storeEnded(ctx context.Context) {
	m.mu.Lock()
	var ended []*entry
	for _, e := range m.entries {
		if e.search.Status.Finished() {
			ended = append(ended, e)
		}
	}
	m.mu.Unlock()
	for _, e := range ended {
		if m.save(ctx, e.search) { // a finished search does not change
			m.drop(e)
		}
	}
}

func (m *Manager) drop(e *entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = slices.DeleteFunc(m.entries, func(other *entry) bool { return other == e })
}

// close refuses further searches and interrupts those that wait.
func (m *Manager) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	for _, e := range m.entries {
		if e.search.Status == aurea.StatusQueued {
			e.end(aurea.StatusInterrupted)
		}
	}
}

// end ends a search that has not begun. The caller holds the lock.
func (e *entry) end(status aurea.Status) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	e.search.Status, e.search.FinishedAt = status, &now
	close(e.done)
}
