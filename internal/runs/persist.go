package runs

import (
	"context"
	"errors"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// persistAsync persists a finished run on the goroutine of Do, which waits for
// it, or else on a new one. A new one has to grow its stack for SQLite. The
// caller may hold the lock.
func (m *Manager) persistAsync(e *entry) {
	m.persisting.Add(1)
	persist := func() {
		defer m.persisting.Done()
		m.persistSlots <- struct{}{}
		defer func() { <-m.persistSlots }()
		m.persist(e)
	}
	select {
	case e.persist <- persist:
	default: // Do does not wait for this run, or not yet
		go persist()
	}
}

// persist stores a finished run, then publishes its final state. If the store
// is unavailable, the run is published as not stored, and recoverStore retries
// it.
func (m *Manager) persist(e *entry) {
	err := m.tryPersist(e)
	if m.isShared(e) && errors.Is(err, aurea.ErrConflict) {
		m.lose(e)
		return
	}
	published := e.final
	retry := errors.Is(err, aurea.ErrUnavailable)
	if err != nil {
		m.options.Log.Error("run not stored", "run", e.run.ID, "error", err)
		if published.Result != nil {
			published.Result = published.Result.NotStored(err)
		}
	}
	// After a conflict the store already has another final state of the run.
	if err != nil && !retry && !errors.Is(err, aurea.ErrConflict) {
		m.persistWithoutResult(e, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil && published.Result != nil {
		m.stats.notStored++
	}
	if retry {
		m.unpersisted = append(m.unpersisted, e)
		m.noteStoreError(err)
	} else {
		m.forget(e)
	}
	published.Note, published.Baseline = e.run.Note, e.run.Baseline // may have changed meanwhile
	e.run = published
	m.countFinished(e)
	close(e.done)
	m.notify(e)
	m.options.Log.Info("run ended", "run", e.run.ID, "status", e.run.Status)
}

// persistWithoutResult stores the final state without the result, after a
// permanent failure to store the result.
func (m *Manager) persistWithoutResult(e *entry, why error) {
	e.final.Result = nil
	e.final.Error = "its result could not be stored: " + why.Error()
	if err := m.tryPersist(e); err != nil {
		m.options.Log.Error("run has no end in the store", "run", e.run.ID, "error", err)
	}
}

// tryPersist tries once to store the final state of a run.
func (m *Manager) tryPersist(e *entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), finishTimeout)
	defer cancel()
	e.writing <- struct{}{}
	defer func() { <-e.writing }()
	var digest string
	var err error
	if !e.unwritten.Load() {
		if digest, err = m.store.Finish(ctx, e.final); errors.Is(err, aurea.ErrNotFound) {
			// As after the database was restored from an older copy.
			m.options.Log.Warn("the run was not in the store any more and is kept anew", "run", e.run.ID)
			e.unwritten.Store(true)
		}
	}
	if e.unwritten.Load() {
		by := aurea.Submission{Owner: e.submission.Owner, Body: e.submission.Body}
		digest, err = m.store.Keep(ctx, e.final, by)
	}
	if err != nil {
		return asUnavailable(err)
	}
	e.unwritten.Store(false)
	e.final.Digest = digest
	return nil
}

// noteStoreError records an error of the store. While the store is unavailable,
// no run is accepted. The caller holds the lock.
func (m *Manager) noteStoreError(err error) {
	if !errors.Is(err, aurea.ErrUnavailable) || m.storeErr != nil || m.closing {
		return
	}
	m.storeErr = fmt.Errorf("runs cannot be kept: %w", err)
	m.options.Log.Error("no runs are accepted until they can be kept", "error", err)
}

// finalFlush retries the unpersisted runs once before the service ends, and
// logs those that are lost.
func (m *Manager) finalFlush(ctx context.Context) {
	m.mu.Lock()
	count := len(m.unpersisted)
	m.mu.Unlock()
	if count == 0 {
		return
	}
	m.recoverStore(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.unpersisted {
		m.options.Log.Error("run is lost: the store could not take it to the end", "run", e.run.ID)
	}
}

// recoverStore checks whether the store works again, stores the unpersisted
// runs, and then lets runs be accepted.
func (m *Manager) recoverStore(ctx context.Context) {
	if err := m.store.Ready(ctx); err != nil {
		return
	}
	m.mu.Lock()
	pending := m.unpersisted
	m.mu.Unlock()
	for _, e := range pending {
		switch err := m.tryPersist(e); {
		case errors.Is(err, aurea.ErrUnavailable):
			return
		case errors.Is(err, aurea.ErrConflict):
			m.options.Log.Warn("run has another end in the store", "run", e.run.ID)
		case err != nil:
			m.persistWithoutResult(e, err)
		}
		m.mu.Lock()
		m.unpersisted = m.unpersisted[1:]
		m.forget(e)
		m.mu.Unlock()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.unpersisted) == 0 && m.storeErr != nil {
		m.storeErr = nil
		m.options.Log.Info("runs can be kept again", "stored", len(pending))
	}
}
