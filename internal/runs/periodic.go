package runs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// How often the store is tended.
const (
	tick          = 250 * time.Millisecond
	firstSave     = 100 * time.Millisecond // of a run; one that is over by then needs none
	saveEvery     = time.Second            // the progress of the running run
	renewEvery    = 2 * time.Second        // this server's sign of life
	lease         = 20 * time.Second       // without one, others begin to watch whether it is dead
	mendEvery     = time.Second            // look whether a store in trouble is well again
	recoverEvery  = 5 * time.Second        // look for runs whose server is dead
	pruneEvery    = time.Minute
	checkEvery    = time.Second            // look for damaged runs while nothing runs
	checkTime     = 200 * time.Millisecond // how long, each time
	startPatience = 5 * time.Second        // of a new run with a service that is starting
	storeTimeout  = 10 * time.Second       // for a small write
	finishTimeout = 5 * time.Minute        // for a result with its records
)

// start tidies up after this server's earlier life: what it left unfinished is
// interrupted. A store that is away is waited for, until ctx is cancelled.
func (m *Manager) start(ctx context.Context) error {
	if m.options.Store == nil {
		return nil
	}
	for said := false; ; said = true {
		interrupted, err := m.store.Recover(ctx, m.options.Owner)
		if err == nil {
			_, err = m.store.Renew(ctx, m.options.Owner, lease)
		}
		err = late(err)
		switch {
		case err == nil:
			for _, run := range interrupted {
				m.options.Log.Warn("run interrupted by the end of an earlier life", "run", run.ID)
			}
			close(m.started)
			return nil
		case ctx.Err() != nil:
			return nil
		case !errors.Is(err, aurea.ErrUnavailable):
			return err
		case !said:
			m.options.Log.Error("the store does not answer; no runs are accepted until it does", "error", err)
		}
		m.mu.Lock()
		m.notStarted = err
		m.mu.Unlock()
		select {
		case <-time.After(mendEvery):
		case <-ctx.Done():
			return nil
		}
	}
}

// A chore is something that is done for the store again and again.
type chore struct {
	every, atMost time.Duration // atMost is how long it may take
	do            func(context.Context)
	next          time.Time
}

// signs are the chores that others wait for: how runs are, and that this server is
// alive.
func (m *Manager) signs() []chore {
	return []chore{
		{every: tick, atMost: storeTimeout, do: m.save},
		{every: renewEvery, atMost: storeTimeout, do: m.renew},
		{every: recoverEvery, atMost: storeTimeout, do: m.adopt},
	}
}

// repairs are the chores that may take long.
func (m *Manager) repairs() []chore {
	return []chore{
		{every: mendEvery, atMost: finishTimeout, do: m.mendIfNeeded},
		{every: pruneEvery, atMost: finishTimeout, do: m.prune},
		{every: checkEvery, atMost: finishTimeout, do: m.check},
	}
}

// tend does the chores, one at a time, until ctx is cancelled.
func tend(ctx context.Context, chores []chore) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		for i := range chores {
			c := &chores[i]
			if now := time.Now(); ctx.Err() == nil && !now.Before(c.next) {
				c.next = now.Add(c.every)
				limited, cancel := context.WithTimeout(ctx, c.atMost)
				c.do(limited)
				cancel()
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// save tells the store how far the running run has come, so that as much is
// known of it if this process dies.
func (m *Manager) save(ctx context.Context) {
	m.mu.Lock()
	e := m.running
	now := time.Now()
	if m.trouble != nil || e == nil || !e.unsaved || now.Sub(*e.run.StartedAt) < firstSave || now.Sub(e.saved) < saveEvery {
		m.mu.Unlock()
		return
	}
	run := e.run
	e.unsaved, e.saved = false, now
	m.mu.Unlock()
	// A run that has finished meanwhile is stored as such: a conflict, and fine.
	m.note(m.store.Save(ctx, run))
}

// renew says that this server is alive, and stops those of its runs that someone
// wants stopped who talks to another server.
func (m *Manager) renew(ctx context.Context) {
	ids, err := m.store.Renew(ctx, m.options.Owner, lease)
	m.note(err)
	for _, id := range ids {
		m.mu.Lock()
		e := m.live[id]
		m.mu.Unlock()
		if e != nil {
			e.cancel(errCancelled)
			m.leave(e)
		}
	}
}

func (m *Manager) mendIfNeeded(ctx context.Context) {
	m.mu.Lock()
	trouble := m.trouble
	m.mu.Unlock()
	if trouble != nil {
		m.mend(ctx)
	}
}

// adopt gives an end to the runs of servers that are dead. It comes after renew:
// this one is alive.
func (m *Manager) adopt(ctx context.Context) {
	interrupted, err := m.store.Recover(ctx, "")
	m.note(err)
	for _, run := range interrupted {
		m.options.Log.Warn("run interrupted by the end of its server", "run", run.ID)
	}
}

// check looks for runs that are not what was kept. It disturbs no run: it begins
// when none runs, and ends when one begins.
func (m *Manager) check(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.mu.Lock()
	busy := m.running != nil || m.trouble != nil
	m.stopCheck = cancel
	m.mu.Unlock()
	if busy {
		return
	}
	m.note(m.store.Check(ctx, checkTime))
}

// late gives an error of a store that was not waited for any longer its kind.
func late(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: the store did not answer in time", aurea.ErrUnavailable)
	}
	return err
}

// note takes in how a write for the store's own sake went.
func (m *Manager) note(err error) {
	err = late(err)
	if err == nil || errors.Is(err, aurea.ErrConflict) || errors.Is(err, context.Canceled) {
		return
	}
	m.options.Log.Warn("the store could not be tended", "error", err)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.doubt(err)
}
