package runs

import (
	"context"
	"errors"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// keepAside stores a run that has finished while other things go on. The lock
// may be held.
func (m *Manager) keepAside(e *entry) {
	m.keeping.Go(func() {
		m.room <- struct{}{}
		defer func() { <-m.room }()
		m.keep(e)
	})
}

// keep stores a run that has finished, and then shows its end to everybody. One
// that the store cannot take ends nevertheless, and says so; it is tried again
// when the store can.
func (m *Manager) keep(e *entry) {
	err := m.put(e)
	shown := e.end
	later := errors.Is(err, aurea.ErrUnavailable)
	if err != nil {
		m.options.Log.Error("run not stored", "run", e.run.ID, "error", err)
		if shown.Result != nil {
			shown.Result = shown.Result.NotStored(err)
		}
	}
	if err != nil && !later && !errors.Is(err, aurea.ErrConflict) { // in a conflict the store has another end of it
		m.putWithout(e, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil && shown.Result != nil {
		m.stats.notStored++
	}
	if later {
		m.unkept = append(m.unkept, e)
		m.doubt(err)
	} else {
		delete(m.live, e.run.ID)
	}
	shown.Note, shown.Baseline = e.run.Note, e.run.Baseline // which may have been changed meanwhile
	e.run = shown
	m.count(e)
	close(e.done)
	m.show(e)
	m.options.Log.Info("run ended", "run", e.run.ID, "status", e.run.Status)
}

// putWithout gives a run an end in the store whose result cannot be stored through
// a fault that waiting does not mend.
func (m *Manager) putWithout(e *entry, why error) {
	e.end.Result = nil
	e.end.Error = "its result could not be stored: " + why.Error()
	if err := m.put(e); err != nil {
		m.options.Log.Error("run has no end in the store", "run", e.run.ID, "error", err)
	}
}

// put is one attempt to store the end of a run.
func (m *Manager) put(e *entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), finishTimeout)
	defer cancel()
	digest, err := m.store.Finish(ctx, e.end)
	if errors.Is(err, aurea.ErrNotFound) {
		digest, err = m.putAnew(ctx, e)
	}
	if err != nil {
		return late(err)
	}
	e.end.Digest = digest
	return nil
}

// putAnew stores a run that is not in the store any more, as after the database
// was restored from an earlier copy while the run went on.
func (m *Manager) putAnew(ctx context.Context, e *entry) (digest string, err error) {
	m.options.Log.Warn("the run was not in the store any more and is kept anew", "run", e.run.ID)
	queued := e.end
	queued.Status, queued.StartedAt, queued.FinishedAt, queued.Progress, queued.Result = aurea.StatusQueued, nil, nil, nil, nil
	if _, err := m.store.Create(ctx, queued, aurea.Submission{Owner: e.by.Owner, Body: e.by.Body}); err != nil {
		return "", err
	}
	return m.store.Finish(ctx, e.end)
}

// doubt notes an error of the store. From one that says that runs cannot be kept
// until it is mended, no run is accepted. The lock is held.
func (m *Manager) doubt(err error) {
	if !errors.Is(err, aurea.ErrUnavailable) || m.trouble != nil || m.closing {
		return
	}
	m.trouble = fmt.Errorf("runs cannot be kept: %w", err)
	m.options.Log.Error("no runs are accepted until they can be kept", "error", err)
}

// lastTry is for what the store could not take before the service ends.
func (m *Manager) lastTry(ctx context.Context) {
	m.mu.Lock()
	left := len(m.unkept)
	m.mu.Unlock()
	if left == 0 {
		return
	}
	m.mend(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.unkept {
		m.options.Log.Error("run is lost: the store could not take it to the end", "run", e.run.ID)
	}
}

// mend tries whether the store can keep runs again, stores what it could not
// before, and then has runs accepted.
func (m *Manager) mend(ctx context.Context) {
	if err := m.store.Ready(ctx); err != nil {
		return
	}
	m.mu.Lock()
	waiting := m.unkept
	m.mu.Unlock()
	for _, e := range waiting {
		switch err := m.put(e); {
		case errors.Is(err, aurea.ErrUnavailable):
			return
		case errors.Is(err, aurea.ErrConflict):
			m.options.Log.Warn("run has another end in the store", "run", e.run.ID)
		case err != nil:
			m.putWithout(e, err)
		}
		m.mu.Lock()
		m.unkept = m.unkept[1:]
		delete(m.live, e.run.ID)
		m.mu.Unlock()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.unkept) == 0 && m.trouble != nil {
		m.trouble = nil
		m.options.Log.Info("runs can be kept again", "stored", len(waiting))
	}
}
