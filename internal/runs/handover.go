package runs

import "context"

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

// release gives a run up in the store. If that fails, it interrupts the run. The
// caller holds the lock.
func (m *Manager) release(e *entry) {
	run := e.run
	m.persisting.Go(func() {
		m.persistSlots <- struct{}{}
		defer func() { <-m.persistSlots }()
		ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
		defer cancel()
		if err := m.store.Release(ctx, run); err != nil {
			m.options.Log.Warn("run not handed over", "run", run.ID, "error", err)
			m.mu.Lock()
			m.finish(e, outcome{})
			m.mu.Unlock()
			m.persist(e)
			return
		}
		m.options.Log.Info("run handed over to the server that takes it first", "run", run.ID)
		m.mu.Lock()
		m.forget(e)
		m.mu.Unlock()
		m.mirror(e)
	})
}
