package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Submit queues a search of the request, which DecodeSearch must have made, and
// returns it. The errors are ErrInvalid, ErrQueueFull and ErrUnavailable.
func (m *Manager) Submit(ctx context.Context, request aurea.SearchRequest) (aurea.Search, error) {
	loads, _ := request.Range()
	for _, check := range []func(aurea.Spec) error{aurea.Spec.CheckUnmasked, m.Check} {
		if err := check(request.At(loads.From, 0)); err != nil {
			return aurea.Search{}, request.Locate(err)
		}
	}
	e, err := m.reserve(request)
	if err != nil {
		return aurea.Search{}, err
	}
	s := e.search
	if err := m.Store.SaveSearch(ctx, s, m.Owner); err != nil {
		m.drop(e)
		return aurea.Search{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e.accepted = true
	select {
	case m.wake <- struct{}{}:
	default: // a signal is pending already
	}
	return s, nil
}

// reserve adds a search that is not accepted yet. The errors are ErrQueueFull
// and ErrUnavailable.
func (m *Manager) reserve(request aurea.SearchRequest) (*entry, error) {
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
		return nil, fmt.Errorf("%w: the service is shutting down", aurea.ErrUnavailable)
	case waiting >= maxWaiting:
		return nil, fmt.Errorf("%w: %d searches are waiting already, which is the limit", aurea.ErrQueueFull, waiting)
	}
	m.entries = append(m.entries, e)
	return e, nil
}

// find returns the entry of an id in memory, or nil. The caller holds the lock.
func (m *Manager) find(id string) *entry {
	for _, e := range m.entries {
		if e.accepted && e.search.ID == id {
			return e
		}
	}
	return nil
}

// Wait returns a search when it has finished, or its current state when ctx ends.
// The errors are ErrNotFound and those of the store.
func (m *Manager) Wait(ctx context.Context, id string) (aurea.Search, error) {
	m.mu.Lock()
	e := m.find(id)
	m.mu.Unlock()
	if e == nil {
		return m.waitStored(ctx, id)
	}
	select {
	case <-e.done:
	case <-ctx.Done():
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return e.search, nil
}

// waitStored is Wait for a search that is in the store only: it has ended, or
// another server has it.
func (m *Manager) waitStored(ctx context.Context, id string) (aurea.Search, error) {
	for {
		s, err := m.Store.Search(context.WithoutCancel(ctx), id)
		if err != nil || s.Status.Finished() || ctx.Err() != nil {
			return s, err
		}
		sleep(ctx, pollEvery)
	}
}

// List returns all searches, newest first.
func (m *Manager) List(ctx context.Context) ([]aurea.Search, error) {
	searches, err := m.Store.Searches(ctx)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.entries { // what is in memory is newer
		isSame := func(s aurea.Search) bool { return s.ID == e.search.ID }
		if i := slices.IndexFunc(searches, isSame); i >= 0 {
			searches[i] = e.search
		} else if e.accepted {
			searches = append(searches, e.search)
		}
	}
	slices.SortStableFunc(searches, func(a, b aurea.Search) int {
		return -compareAge(a, b)
	})
	return searches, nil
}

// compareAge orders searches by their creation.
func compareAge(a, b aurea.Search) int {
	if order := a.CreatedAt.Compare(b.CreatedAt); order != 0 {
		return order
	}
	return strings.Compare(a.ID, b.ID)
}

// Cancel stops a search with its run and returns its current state. A search of
// another server ends within a few seconds. The errors are ErrNotFound, those of the
// store and, for a search that has finished, ErrConflict.
func (m *Manager) Cancel(ctx context.Context, id string) (aurea.Search, error) {
	s, cancelled, err := m.cancelLive(id)
	switch {
	case err != nil:
		return aurea.Search{}, err
	case cancelled:
		m.storeEnded(ctx)
		return s, nil
	}
	if s, err = m.Store.Search(ctx, id); err != nil {
		return aurea.Search{}, err
	}
	if s.Status.Finished() {
		return aurea.Search{}, finishedError(s)
	}
	if err := m.Store.CancelSearch(ctx, id); err != nil {
		return aurea.Search{}, err
	}
	return s, nil
}

// cancelLive cancels a search in memory; false if there is none with the id.
func (m *Manager) cancelLive(id string) (s aurea.Search, cancelled bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.find(id)
	switch {
	case e == nil:
		return aurea.Search{}, false, nil
	case e.search.Status.Finished():
		return aurea.Search{}, false, finishedError(e.search)
	case e.cancel != nil:
		e.cancel()
	default:
		e.end(aurea.StatusCancelled)
	}
	return e.search, true, nil
}

func finishedError(s aurea.Search) error {
	return fmt.Errorf("%w: search %s is %s already", aurea.ErrConflict, s.ID, s.Status)
}
