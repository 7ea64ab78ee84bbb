package runs

import (
	"context"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

const (
	// heartbeat is how often whoever watches hears something.
	heartbeat = 10 * time.Second
	// keepPast is how many intervals a watcher who comes late, or is slow, is told
	// of.
	keepPast = 120
)

// Watch yields what becomes known of a run, from after the update with the given
// id on, until it has finished; a heartbeat when nothing happens for ten seconds.
// Watching costs the run nothing: whoever is slow is told the latest, and does
// not hold anything up. The last thing yielded may be an error: ErrNotFound,
// ErrUnavailable, or that of ctx.
func (m *Manager) Watch(ctx context.Context, id string, after int64) iter.Seq2[aurea.Update, error] {
	return func(yield func(aurea.Update, error) bool) {
		e := m.find(id)
		var p *peek
		if e == nil {
			var leave func()
			p, leave = m.join(id)
			defer leave()
		}
		m.watchers.Add(1)
		defer m.watchers.Add(-1)
		quiet := time.NewTimer(heartbeat)
		defer quiet.Stop()
		for {
			run, past, changed, err := m.look(ctx, e, p, id)
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
				quiet.Reset(heartbeat)
			}
			if run.Status.Finished() {
				return
			}
			select {
			case <-changed:
				spread(m.watchers.Load())
			case <-poll:
			case <-quiet.C:
				quiet.Reset(heartbeat)
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

// spread lets many watchers look one after the other and not all at once, which
// the jobs of the run would feel: for each of them there are two tenths of a
// millisecond.
func spread(watchers int64) {
	if watchers > 50 {
		time.Sleep(rand.N(min(time.Duration(watchers)*200*time.Microsecond, 500*time.Millisecond)))
	}
}

// look is a run as it stands, with its intervals, which nobody changes any more,
// and what is closed when there is more to see; nil for another server's run.
func (m *Manager) look(ctx context.Context, e *entry, p *peek, id string) (run aurea.Run, past []aurea.RunProgress, changed <-chan struct{}, err error) {
	if e == nil {
		run, err = p.get(ctx, m.store, id)
		return run, nil, nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.view(e), e.past, e.changed, nil
}

// A peek is what the store has of a run, for all who watch it: a thousand copies of
// a large run would not fit.
type peek struct {
	turn     chan struct{} // holds one while the store is asked, which guards the rest
	run      aurea.Run
	err      error
	at       time.Time
	watchers int // guarded by the manager's lock
}

// join adds a watcher of a run that is not live here, until leave is called.
func (m *Manager) join(id string) (p *peek, leave func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p = m.peeks[id]
	if p == nil {
		p = &peek{turn: make(chan struct{}, 1)}
		m.peeks[id] = p
	}
	p.watchers++
	return p, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if p.watchers--; p.watchers == 0 {
			delete(m.peeks, id)
		}
	}
}

// get returns the run as it was within the last half of a second.
func (p *peek) get(ctx context.Context, store Store, id string) (aurea.Run, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return aurea.Run{}, context.Cause(ctx)
	}
	if p.at.IsZero() || p.err != nil || time.Since(p.at) > pollEvery/2 {
		p.run, p.err = store.Get(ctx, id)
		p.at = time.Now()
	}
	return p.run, p.err
}

// show lets everybody who watches the run look at it. The lock is held.
func (m *Manager) show(e *entry) {
	close(e.changed)
	e.changed = make(chan struct{})
}

// moved shows the queued runs, which have other places now. The lock is held.
func (m *Manager) moved() {
	for _, e := range m.queue {
		m.show(e)
	}
}

// remember keeps an interval for those who come late. What was handed out stays
// as it is: the list is only added to, and cut at its front.
func (e *entry) remember(p aurea.RunProgress) {
	if len(e.past) == keepPast {
		e.past = e.past[1:]
	}
	e.past = append(e.past, p)
}
