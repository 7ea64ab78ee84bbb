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
	searches []aurea.Search // newest first
}

// SaveSearch stores a search.
func (m *MemoryStore) SaveSearch(_ context.Context, search aurea.Search, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.index(search.ID); i >= 0 {
		m.searches[i] = search
		return nil
	}
	m.searches = append(m.searches, search)
	slices.SortStableFunc(m.searches, func(a, b aurea.Search) int { return -compareAge(a, b) })
	n := 0
	m.searches = slices.DeleteFunc(m.searches, func(s aurea.Search) bool {
		n++
		return n > maxKept && s.Status.Finished()
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

// index returns the place of a search, -1 for none. The caller holds the lock.
func (m *MemoryStore) index(id string) int {
	return slices.IndexFunc(m.searches, func(s aurea.Search) bool { return s.ID == id })
}
