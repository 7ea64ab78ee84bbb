package runs

import (
	"context"
	"errors"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A run whose client waits for its end is acknowledged by that end, so it need not
// be in the store before. A short one is written once, with its result. One that
// lasts, in the queue or running, is created as queued when the periodic save sees
// it, or when its list or its note is asked for before.

// writesOnce reports whether runs of waiting clients may be written with their end.
// Runs that a Resumer executes are noted while they run, so they must be there.
func (m *Manager) writesOnce() bool { return m.options.Store != nil && m.resumer == nil }

// createUnwritten creates the unfinished runs that have the age and are not in the
// store.
func (m *Manager) createUnwritten(ctx context.Context, age time.Duration) {
	m.mu.Lock()
	var found []*entry
	for _, e := range m.live {
		if m.storeErr == nil && e.unwritten.Load() && e.final.ID == "" && time.Since(e.run.CreatedAt) >= age {
			found = append(found, e)
		}
	}
	m.mu.Unlock()
	for _, e := range found {
		m.checkWrite(m.create(ctx, e))
	}
}

// create creates a run as queued, unless the store has it already.
func (m *Manager) create(ctx context.Context, e *entry) error {
	e.writing <- struct{}{}
	defer func() { <-e.writing }()
	if !e.unwritten.Load() {
		return nil
	}
	m.mu.Lock()
	queued := e.run.AsQueued()
	m.mu.Unlock()
	_, err := m.store.Create(ctx, queued, e.submission)
	if err != nil && !errors.Is(err, aurea.ErrConflict) { // a conflict: an earlier try succeeded after its timeout
		return err
	}
	e.unwritten.Store(false)
	return nil
}
