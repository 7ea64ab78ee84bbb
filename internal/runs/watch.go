package runs

import (
	"context"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// heartbeat is the longest time without an update.
const heartbeat = 10 * time.Second

// Watch yields the updates of a run after the one with the given ID, until the
// run has finished, and a heartbeat after ten seconds without one. Watching
// does not slow the run: a slow watcher gets the latest state. One that comes
// late gets the run from its start, in a long run with intervals merged. The
// last value yielded may be an error: ErrNotFound, ErrUnavailable, or that of
// ctx.
func (m *Manager) Watch(ctx context.Context, id string, after int64) iter.Seq2[aurea.Update, error] {
	return func(yield func(aurea.Update, error) bool) {
		e := m.find(id)
		var p *sharedRead
		m.watchers.Add(1)
		defer m.watchers.Add(-1)
		heartbeatTimer := time.NewTimer(heartbeat)
		defer heartbeatTimer.Stop()
		for {
			if e != nil && m.isLeft(e) {
				e = nil
			}
			if e == nil && p == nil {
				var stopReading func()
				p, stopReading = m.joinSharedRead(id)
				defer stopReading()
			}
			run, past, changed, err := m.currentState(ctx, e, p, id)
			var poll <-chan time.Time
			if e == nil {
				poll = time.After(pollEvery)
			}
			if err != nil {
				yield(aurea.Update{}, err)
				return
			}
			for _, update := range run.Updates(after, past) {
				if !yield(update, nil) {
					return
				}
				after = update.ID
				heartbeatTimer.Reset(heartbeat)
			}
			if run.Status.Finished() {
				return
			}
			select {
			case <-changed:
				jitter(m.watchers.Load())
			case <-poll:
			case <-heartbeatTimer.C:
				heartbeatTimer.Reset(heartbeat)
				if !yield(aurea.Update{}, nil) {
					return
				}
			case <-ctx.Done():
				yield(aurea.Update{}, context.Cause(ctx))
				return
			}
		}
	}
}

// jitter spreads the reads of many watchers over 0.2 ms each, so that they do
// not disturb the run's jobs by reading all at once.
func jitter(watchers int64) {
	if watchers > 50 {
		time.Sleep(rand.N(min(time.Duration(watchers)*200*time.Microsecond, 500*time.Millisecond)))
	}
}

// currentState returns the run, its past intervals, which never change, and a
// channel that is closed at the next change; nil for another server's run.
func (m *Manager) currentState(
	ctx context.Context, e *entry, p *sharedRead, id string,
) (run aurea.Run, past []aurea.RunProgress, changed <-chan struct{}, err error) {
	if e == nil {
		run, err = p.get(ctx, m.store, id)
		return run, nil, nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.view(e), e.past.progress, e.changed, nil
}

// A sharedRead shares one read of the store among all watchers of a run. A copy
// of a large run for each of a thousand watchers would not fit into memory.
type sharedRead struct {
	reading  chan struct{} // acts as a lock for the next three fields
	run      aurea.Run
	err      error
	readAt   time.Time
	watchers int // guarded by the manager's lock
}

// joinSharedRead adds a watcher of a run that is not live here, until leave is
// called.
func (m *Manager) joinSharedRead(id string) (p *sharedRead, leave func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p = m.sharedReads[id]
	if p == nil {
		p = &sharedRead{reading: make(chan struct{}, 1)}
		m.sharedReads[id] = p
	}
	p.watchers++
	return p, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if p.watchers--; p.watchers == 0 {
			delete(m.sharedReads, id)
		}
	}
}

// get returns the run as of at most half a second ago.
func (p *sharedRead) get(ctx context.Context, store Store, id string) (aurea.Run, error) {
	select {
	case p.reading <- struct{}{}:
		defer func() { <-p.reading }()
	case <-ctx.Done():
		return aurea.Run{}, context.Cause(ctx)
	}
	if p.readAt.IsZero() || p.err != nil || time.Since(p.readAt) > pollEvery/2 {
		p.run, p.err = store.Get(ctx, id)
		p.readAt = time.Now()
	}
	return p.run, p.err
}

// notify wakes the watchers of a run. The caller holds the lock.
func (m *Manager) notify(e *entry) {
	close(e.changed)
	e.changed = make(chan struct{})
}

// notifyQueued wakes the watchers of the queued runs, whose positions have
// changed. The caller holds the lock.
func (m *Manager) notifyQueued() {
	for _, e := range m.queue {
		m.notify(e)
	}
}
