package search

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

const (
	maxWaiting = 4   // searches that wait for the running one
	maxKept    = 100 // finished searches
)

// A Manager runs the searches of a service, one after the other, because runs of
// several would only wait for each other. It keeps them in memory: the runs of a
// search are in the history, the search itself ends with the service. Make one
// with NewManager and start it with Run. Its methods are safe for concurrent use.
type Manager struct {
	run   Runner
	check func(aurea.Spec) error // finds what is wrong with a spec, such as its workload
	log   *slog.Logger
	wake  chan struct{} // signals that searches may be waiting

	mu      sync.Mutex
	closed  bool
	entries []*entry // oldest first
}

// An entry is a search with the manager's state of it. The manager's lock guards
// its fields.
type entry struct {
	search  aurea.Search // its request has masked secrets
	request aurea.SearchRequest
	cancel  context.CancelFunc // nil before it is running
	done    chan struct{}      // closed when it has finished
}

// NewManager returns a manager whose searches execute their runs with run. check
// returns what is wrong with a spec beside what DecodeSearch finds, such as its
// workload; its error is an ErrInvalid.
func NewManager(run Runner, check func(aurea.Spec) error, log *slog.Logger) *Manager {
	return &Manager{run: run, check: check, log: log, wake: make(chan struct{}, 1)}
}

// Run executes searches until ctx ends. It then stops the running one, and returns
// when all are interrupted.
func (m *Manager) Run(ctx context.Context) {
	for {
		if e := m.next(ctx); e != nil {
			m.execute(ctx, e)
			continue
		}
		select {
		case <-m.wake:
		case <-ctx.Done():
			m.close()
			return
		}
	}
}

// next returns the oldest waiting search, or nil.
func (m *Manager) next(ctx context.Context) *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.entries {
		if e.search.Status == aurea.StatusQueued && ctx.Err() == nil {
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
	m.log.Info("search started", "search", s.ID)
	s.Request = e.request
	s = Run(searchCtx, s, m.run, func(s aurea.Search) { m.publish(e, s) })
	if ctx.Err() != nil && s.Status == aurea.StatusCancelled {
		s.Status = aurea.StatusInterrupted
	}
	m.publish(e, s)
	close(e.done)
	m.log.Info("search ended", "search", s.ID, "status", s.Status, "outcome", s.Outcome, "runs", len(s.Points))
}

// publish makes a state of the search the current one.
func (m *Manager) publish(e *entry, s aurea.Search) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.Request = e.search.Request
	e.search = s
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

// Submit queues a search of the request, which DecodeSearch must have made, and
// returns it. The errors are ErrInvalid, ErrQueueFull and ErrUnavailable.
func (m *Manager) Submit(_ context.Context, request aurea.SearchRequest) (aurea.Search, error) {
	loads, _ := request.Range()
	for _, check := range []func(aurea.Spec) error{aurea.Spec.CheckUnmasked, m.check} {
		if err := check(request.At(loads.From, 0)); err != nil {
			return aurea.Search{}, request.Locate(err)
		}
	}
	masked := request
	masked.Spec = request.Spec.Mask()
	e := &entry{request: request, done: make(chan struct{}), search: aurea.Search{
		ID: NewID(), Status: aurea.StatusQueued, Request: masked, Points: []aurea.SearchPoint{},
		CreatedAt: time.Now().UTC().Truncate(time.Microsecond),
	}}
	m.mu.Lock()
	defer m.mu.Unlock()
	waiting := 0
	for _, other := range m.entries {
		if other.search.Status == aurea.StatusQueued {
			waiting++
		}
	}
	switch {
	case m.closed:
		return aurea.Search{}, fmt.Errorf("%w: the service is shutting down", aurea.ErrUnavailable)
	case waiting >= maxWaiting:
		return aurea.Search{}, fmt.Errorf("%w: %d searches are waiting already, which is the limit", aurea.ErrQueueFull,
			waiting)
	}
	m.entries = append(m.entries, e)
	m.forget()
	select {
	case m.wake <- struct{}{}:
	default: // a signal is pending already
	}
	return e.search, nil
}

// forget drops the oldest finished searches beyond maxKept. The caller holds the
// lock.
func (m *Manager) forget() {
	for i := 0; i < len(m.entries) && len(m.entries) > maxKept; {
		if m.entries[i].search.Status.Finished() {
			m.entries = slices.Delete(m.entries, i, i+1)
		} else {
			i++
		}
	}
}

// find returns the entry of an id. The caller holds the lock.
func (m *Manager) find(id string) (*entry, error) {
	for _, e := range m.entries {
		if e.search.ID == id {
			return e, nil
		}
	}
	return nil, fmt.Errorf("%w: there is no search %s; a service keeps its newest %d until it ends", aurea.ErrNotFound,
		id, maxKept)
}

// Wait returns a search when it has finished, or its current state when ctx ends.
// The error is an ErrNotFound.
func (m *Manager) Wait(ctx context.Context, id string) (aurea.Search, error) {
	m.mu.Lock()
	e, err := m.find(id)
	m.mu.Unlock()
	if err != nil {
		return aurea.Search{}, err
	}
	select {
	case <-e.done:
	case <-ctx.Done():
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return e.search, nil
}

// List returns all searches, newest first.
func (m *Manager) List() []aurea.Search {
	m.mu.Lock()
	defer m.mu.Unlock()
	searches := []aurea.Search{}
	for _, e := range slices.Backward(m.entries) {
		searches = append(searches, e.search)
	}
	return searches
}

// Cancel stops a search with its run and returns its current state. The errors are
// ErrNotFound and, for a finished search, ErrConflict.
func (m *Manager) Cancel(id string) (aurea.Search, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, err := m.find(id)
	switch {
	case err != nil:
		return aurea.Search{}, err
	case e.search.Status.Finished():
		return aurea.Search{}, fmt.Errorf("%w: search %s is %s already", aurea.ErrConflict, id, e.search.Status)
	case e.cancel != nil:
		e.cancel()
	default:
		e.end(aurea.StatusCancelled)
	}
	return e.search, nil
}
