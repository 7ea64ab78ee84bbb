package runs

import (
	"context"
	"errors"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

var errLost = errors.New("another server took the run over") // a cause of a run's context

// isShared reports whether another server may begin or resume a run of this one.
func (m *Manager) isShared(e *entry) bool { return m.resumer != nil || e.submission.Detached }

// checkLost stops the execution of a run that another server has by now. A run
// that another server only declared interrupted goes on; see Store.Finish.
func (m *Manager) checkLost(ctx context.Context, e *entry, id string) {
	if !m.isShared(e) {
		return
	}
	if run, err := m.store.Get(ctx, id); err == nil && !run.Status.Finished() {
		m.options.Log.Warn("run stopped: another server took it over", "run", run.ID)
		e.cancel(errLost)
	}
}

// lose leaves a run to the server that has it by now. Reads of it go to the
// store from here on. Callers that wait for its end get the end in the store.
func (m *Manager) lose(e *entry) {
	m.mu.Lock()
	m.forget(e)
	m.mu.Unlock()
	m.options.Log.Warn("run lost to another server", "run", e.run.ID)
	m.persisting.Go(func() {
		for !m.mirror(e) {
			time.Sleep(pollEvery)
		}
	})
}

// mirror shows the run as it is in the store. It reports whether that is its
// end, or the last state before this service ends.
func (m *Manager) mirror(e *entry) (ended bool) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	run, err := m.store.Get(ctx, e.run.ID)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		e.run = run
	}
	ended = m.closing || errors.Is(err, aurea.ErrNotFound) || errors.Is(err, aurea.ErrDamaged) ||
		err == nil && run.Status.Finished()
	if ended {
		e.cancel(nil)
		close(e.done)
	}
	m.notify(e)
	return ended
}

// forget removes a run from the live ones, unless this server has adopted it
// again. The caller holds the lock.
func (m *Manager) forget(e *entry) {
	if m.live[e.run.ID] == e {
		delete(m.live, e.run.ID)
	}
}
