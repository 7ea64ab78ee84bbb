package search

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/aurea-orchestrator/aurea"
)

// maxKept is how many searches are kept, the newest ones.
const maxKept = 100

// A MemoryStore is a Store that ends with the process. Its zero value is empty.
type MemoryStore struct {
	mu       sync.Mutex
	searches []aurea.Search    // newest first
	owners   map[string]string // of the searches, by ID
	stopped  map[string]bool   // IDs of searches that are to be stopped
}

// SaveSearch stores a search.
func (m *MemoryStore) SaveSearch(_ context.Context, search aurea.Search, owner string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.index(search.ID); i >= 0 {
		m.searches[i] = search
		return nil
	}
	if m.owners == nil {
		m.owners, m.stopped = map[string]string{}, map[string]bool{}
	}
	m.owners[search.ID] = owner
	m.searches = append(m.searches, search)
	slices.SortStableFunc(m.searches, func(a, b aurea.Search) int { return -compareAge(a, b) })
	n := 0
	m.searches = slices.DeleteFunc(m.searches, func(s aurea.Search) bool {
		n++
		forgotten := n > maxKept && s.Status.Finished()
		if forgotten {
			delete(m.owners, s.ID)
			delete(m.stopped, s.ID)
		}
		return forgotten
	})
	return nil
}

// Search returns a search.
func (m *MemoryStore) Search(_ context.Context, id string) (aurea.Search, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.index(id); i >= 0 {
		return m.searches[i], nil
	}
	return aurea.Search{}, fmt.Errorf("%w: there is no search %s", aurea.ErrNotFound, id)
}

// Searches returns all searches, newest first.
func (m *MemoryStore) Searches(context.Context) ([]aurea.Search, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.searches), nil
}

// CancelSearch asks the server of a search to stop it.
func (m *MemoryStore) CancelSearch(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.index(id)
	switch {
	case i < 0:
		return fmt.Errorf("%w: there is no search %s", aurea.ErrNotFound, id)
	case m.searches[i].Status.Finished():
		return finishedError(m.searches[i])
	}
	m.stopped[id] = true
	return nil
}

// CancelledSearches returns the unfinished searches of a server that are to be
// stopped.
func (m *MemoryStore) CancelledSearches(_ context.Context, owner string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []string
	for _, s := range m.searches {
		if m.stopped[s.ID] && m.owners[s.ID] == owner && !s.Status.Finished() {
			ids = append(ids, s.ID)
		}
	}
	return ids, nil
}

// index returns the place of a search, -1 for none. The caller holds the lock.
func (m *MemoryStore) index(id string) int {
	return slices.IndexFunc(m.searches, func(s aurea.Search) bool { return s.ID == id })
}
