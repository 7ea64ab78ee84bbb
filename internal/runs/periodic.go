package runs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// The intervals and timeouts of the periodic tasks.
const (
	tick          = 250 * time.Millisecond
	firstSave     = 100 * time.Millisecond // age of a run at its first save; shorter runs need none
	saveEvery     = time.Second            // interval of saving progress
	renewEvery    = 2 * time.Second        // interval of renewing the lease
	plainLease    = 20 * time.Second       // validity of a lease; others then watch this server
	resumerLease  = 10 * time.Second       // the same if others can take over; workers wait for a minute
	retryEvery    = time.Second            // interval of retrying an unavailable store
	recoverEvery  = 5 * time.Second        // interval of recovering runs of dead servers
	adoptEvery    = time.Second            // the same if the runs can be taken over
	pruneEvery    = time.Minute
	checkEvery    = time.Second            // interval of checking for damage while idle
	checkBudget   = 200 * time.Millisecond // duration of one check
	startWait     = 5 * time.Second        // how long a new run waits for a starting service
	storeTimeout  = 10 * time.Second       // for small writes
	finishTimeout = 5 * time.Minute        // for results with job records
)

// start recovers the unfinished runs of this server's earlier process. It waits
// for an unavailable store until ctx is cancelled.
func (m *Manager) start(ctx context.Context) error {
	if m.options.Store == nil {
		return nil
	}
	for logged := false; ; logged = true {
		interrupted, err := m.recoverRuns(ctx, m.options.Owner)
		if err == nil {
			_, err = m.store.Renew(ctx, m.options.Owner, m.lease)
		}
		err = asUnavailable(err)
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
		case !logged:
			m.options.Log.Error("the store does not answer; no runs are accepted until it does", "error", err)
		}
		m.mu.Lock()
		m.startErr = err
		m.mu.Unlock()
		select {
		case <-time.After(retryEvery):
		case <-ctx.Done():
			return nil
		}
	}
}

// A task is periodic work on the store.
type task struct {
	every, atMost time.Duration // atMost is the timeout of one execution
	do            func(context.Context)
	next          time.Time
}

// heartbeatTasks are the tasks that others depend on: saving progress, renewing
// the lease, and recovering the runs of dead servers.
func (m *Manager) heartbeatTasks() []task {
	recovering := recoverEvery
	if m.resumer != nil {
		recovering = adoptEvery
	}
	return []task{
		{every: tick, atMost: storeTimeout, do: m.save},
		{every: renewEvery, atMost: storeTimeout, do: m.renew},
		{every: recovering, atMost: storeTimeout, do: m.recoverOrphans},
	}
}

// maintenanceTasks are the tasks that may take long.
func (m *Manager) maintenanceTasks() []task {
	return []task{
		{every: retryEvery, atMost: finishTimeout, do: m.recoverStoreIfNeeded},
		{every: pruneEvery, atMost: finishTimeout, do: m.prune},
		{every: checkEvery, atMost: finishTimeout, do: m.check},
	}
}

// runPeriodic runs each task at its interval, one at a time, until ctx is
// cancelled.
func runPeriodic(ctx context.Context, tasks []task) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		for i := range tasks {
			t := &tasks[i]
			if now := time.Now(); ctx.Err() == nil && !now.Before(t.next) {
				t.next = now.Add(t.every)
				limited, cancel := context.WithTimeout(ctx, t.atMost)
				t.do(limited)
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

// save stores the progress of the executing runs, so that it is known if this
// process dies. It creates those that are not in the store yet.
func (m *Manager) save(ctx context.Context) {
	m.createUnwritten(ctx, firstSave)
	m.mu.Lock()
	executing := m.executing()
	m.mu.Unlock()
	for _, e := range executing {
		m.saveIfDue(ctx, e)
	}
}

func (m *Manager) saveIfDue(ctx context.Context, e *entry) {
	e.saving.Lock()
	defer e.saving.Unlock()
	m.mu.Lock()
	now := time.Now()
	adoptable := m.resumer != nil && !e.begun // in the store it is still queued, so that another server may begin it
	off := m.storeErr != nil || adoptable || e.released || e.unwritten.Load()
	if off || !e.dirty || now.Sub(*e.run.StartedAt) < firstSave || now.Sub(e.savedAt) < saveEvery {
		m.mu.Unlock()
		return
	}
	run := e.run
	e.dirty, e.savedAt = false, now
	m.mu.Unlock()
	err := m.store.Save(ctx, run)
	if errors.Is(err, aurea.ErrConflict) { // it has finished meanwhile, or another server has it
		m.checkLost(ctx, e, run.ID)
	}
	m.checkWrite(err)
}

// renew extends this server's lease and stops those of its runs that were
// cancelled through another server.
func (m *Manager) renew(ctx context.Context) {
	ids, err := m.store.Renew(ctx, m.options.Owner, m.lease)
	m.checkWrite(err)
	for _, id := range ids {
		m.mu.Lock()
		e := m.live[id]
		m.mu.Unlock()
		if e != nil {
			e.cancel(errCancelled)
			m.dequeue(e)
		}
	}
}

func (m *Manager) recoverStoreIfNeeded(ctx context.Context) {
	m.mu.Lock()
	failing := m.storeErr
	m.mu.Unlock()
	if failing != nil {
		m.recoverStore(ctx)
	}
}

// recoverOrphans recovers the runs of dead servers. It runs after renew, so that
// this server counts as alive.
func (m *Manager) recoverOrphans(ctx context.Context) {
	interrupted, err := m.recoverRuns(ctx, "")
	m.checkWrite(err)
	for _, run := range interrupted {
		m.options.Log.Warn("run interrupted by the end of its server", "run", run.ID)
	}
}

// check looks for damaged runs. It starts only while no run executes, and stops
// when one starts.
func (m *Manager) check(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.mu.Lock()
	busy := len(m.executing()) > 0 || m.storeErr != nil
	m.stopCheck = cancel
	m.mu.Unlock()
	if busy {
		return
	}
	m.checkWrite(m.store.Check(ctx, checkBudget))
}

// asUnavailable turns a timeout of the store into an aurea.ErrUnavailable.
func asUnavailable(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: the store did not answer in time", aurea.ErrUnavailable)
	}
	return err
}

// checkWrite logs and records a failed write of a periodic task.
func (m *Manager) checkWrite(err error) {
	err = asUnavailable(err)
	if err == nil || errors.Is(err, aurea.ErrConflict) || errors.Is(err, context.Canceled) {
		return
	}
	m.options.Log.Warn("the store could not be tended", "error", err)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.noteStoreError(err)
}
