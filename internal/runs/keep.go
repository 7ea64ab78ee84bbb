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
	m.mu.Lock()
	defer m.mu.Unlock()
	shown := e.end
	if err != nil {
		m.doubt(err)
		m.options.Log.Error("run not stored", "run", e.run.ID, "error", err)
		if shown.Result != nil {
			shown.Result = shown.Result.NotStored(err)
		}
		if !errors.Is(err, aurea.ErrConflict) { // the store has another end of it
			m.unkept = append(m.unkept, e)
		}
	}
	e.run = shown
	m.count(e)
	if !errors.Is(err, aurea.ErrUnavailable) {
		delete(m.live, e.run.ID)
	}
	close(e.done)
	m.show(e)
	m.options.Log.Info("run ended", "run", e.run.ID, "status", e.run.Status)
}

// put is one attempt to store the end of a run.
func (m *Manager) put(e *entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), finishTimeout)
	defer cancel()
	digest, err := m.store.Finish(ctx, e.end)
	if err != nil {
		return err
	}
	e.end.Digest = digest
	return nil
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
		if err := m.put(e); errors.Is(err, aurea.ErrUnavailable) {
			return
		} else if err != nil {
			m.options.Log.Error("run lost", "run", e.run.ID, "error", err)
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
