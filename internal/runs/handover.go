package runs

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// handOver ends this server's part of a run that has not begun. Another server,
// or the next start of this one, begins it. A run that none can begin is
// interrupted. The caller holds the lock.
func (m *Manager) handOver(e *entry) {
	handsOver := m.canHandOver(e)
	e.cancel(errInterrupted)
	if handsOver {
		m.release(e)
		return
	}
	m.finish(e, outcome{})
	m.persistAsync(e)
}

// canHandOver reports whether another server can begin the run: no client is
// connected to this one until its end, it was not cancelled, and the store has all
// of its spec. The caller holds the lock.
func (m *Manager) canHandOver(e *entry) bool {
	return m.options.Store != nil && !e.attended && e.ctx.Err() == nil && e.run.Spec.CheckUnmasked() == nil
}

// isWaiting reports whether a running run waits for workers: in the store it is
// queued. The caller holds the lock.
func (m *Manager) isWaiting(e *entry) bool { return m.resumer != nil && !e.noting && !e.resumes }

// mayBegin reports whether the run may be noted as begun, and keeps drain from
// handing it over.
func (m *Manager) mayBegin(e *entry) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.noting = !e.handedOver
	return e.noting
}

// leaveFunc returns the function that leaves an executing run to the next server,
// if its jobs run on workers. They go on within their lease, which is short, and
// the next server attaches to them. It does nothing for a run that is being
// stopped: that ends here.
func (m *Manager) leaveFunc(e *entry) func() {
	return func() {
		if m.options.Store != nil && e.ctx.Err() == nil {
			e.leave()
		}
	}
}

// leavesAtOnce reports whether a run on workers is handed over as soon as this
// server drains. If its next start alone can take the run, this server follows it
// for as long as it lives for another run. The caller holds the lock.
func (m *Manager) leavesAtOnce(e *entry) bool {
	return m.options.Shared || !slices.ContainsFunc(m.executing(), func(other *entry) bool {
		return other != e && !other.elsewhere
	})
}

// canGiveUp reports whether the next server can go on with a run whose execution
// does not return.
func (m *Manager) canGiveUp(e *entry) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.options.Store != nil && e.elsewhere
}

// release gives a run up in the store. One that has begun goes on there; another
// one is interrupted if that fails. The caller holds the lock.
func (m *Manager) release(e *entry) {
	e.cancel(errInterrupted) // the cause stays what it was first
	if e.elsewhere {
		m.addHandOver(e)
	}
	e.released = true
	run := e.run
	m.persisting.Go(func() {
		m.persistSlots <- struct{}{}
		defer func() { <-m.persistSlots }()
		e.saving.Lock() // an earlier state must not be saved later
		defer e.saving.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
		defer cancel()
		err := m.releaseStored(ctx, e, run)
		switch {
		case err == nil:
			m.options.Log.Info("run handed over to the server that takes it first", "run", run.ID)
		case e.elsewhere:
			m.options.Log.Warn("run not handed over; it is taken over as after a crash", "run", run.ID, "error", err)
		default:
			m.options.Log.Warn("run not handed over", "run", run.ID, "error", err)
			m.mu.Lock()
			m.finish(e, outcome{})
			m.mu.Unlock()
			m.persist(e)
			return
		}
		m.mu.Lock()
		m.forget(e)
		m.mu.Unlock()
		m.mirror(e)
	})
}

// addHandOver appends the hand-over to the run's timeline. The caller holds the
// lock.
func (m *Manager) addHandOver(e *entry) {
	event := aurea.RunEvent{
		At: time.Now().UTC(), Kind: "handed_over", Detail: "its server ended; its workers go on for the next one",
	}
	if e.run.StartedAt != nil {
		event.T = max(event.At.Sub(*e.run.StartedAt).Seconds(), 0)
	}
	e.run.Timeline = append(slices.Clip(e.run.Timeline), event)
}

// releaseStored gives a run up in the store. A run that the next start alone can go
// on with stays this server's, so that no other takes it before. If the run was
// cancelled meanwhile, the store tells the next server.
func (m *Manager) releaseStored(ctx context.Context, e *entry, run aurea.Run) error {
	if cause := context.Cause(e.ctx); errors.Is(cause, errCancelled) || errors.Is(cause, context.Canceled) {
		if err := m.store.Cancel(ctx, run.ID); err != nil {
			m.options.Log.Warn("the next server does not learn that the run was cancelled", "run", run.ID, "error", err)
		}
	}
	if e.elsewhere && !m.options.Shared {
		return m.store.Save(ctx, run)
	}
	return m.store.Release(ctx, run)
}
