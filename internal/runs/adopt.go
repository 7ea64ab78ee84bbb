package runs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
)

// recoverRuns recovers the unfinished runs of dead servers, and takes those that
// servers have handed over. It adopts the runs that the executor can begin or go
// on with, and interrupts the others.
func (m *Manager) recoverRuns(ctx context.Context, owner string) (interrupted []aurea.Run, err error) {
	// An adopted run needs an owner that is known to be alive.
	if _, err := m.store.Renew(ctx, m.options.Owner, m.lease); err != nil {
		return nil, err
	}
	var adoptable []string
	if m.resumer == nil {
		interrupted, adoptable, err = m.store.Recover(ctx, owner)
	} else {
		interrupted, adoptable, err = m.store.RecoverAdoptable(ctx, m.options.Owner)
	}
	for _, id := range adoptable {
		if err == nil {
			err = m.adopt(ctx, id)
		}
	}
	return interrupted, err
}

// adopt takes a run over. It leaves a queued run to others, or to a later time,
// if the queue is full.
func (m *Manager) adopt(ctx context.Context, id string) error {
	e, err := m.reserveAdopted(ctx, id)
	if e == nil || err != nil {
		return ignoreTaken(err)
	}
	defer m.persisting.Done()
	run, noted, err := m.store.Adopt(ctx, id, m.options.Owner)
	if err != nil {
		m.mu.Lock()
		m.reserved--
		m.mu.Unlock()
		e.cancel(nil)
		return ignoreTaken(err)
	}
	m.options.Log.Warn("run taken over from a server that ended", "run", id, "status", run.Status)
	e.run.Epoch, e.run.Status, e.run.Progress = run.Epoch, run.Status, run.Progress
	e.run.StartedAt, e.run.Timeline = run.StartedAt, run.Timeline
	problem := m.prepareAdopted(e, noted)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reserved--
	m.live[id] = e
	switch {
	case problem == nil && m.closing && e.resumes:
		m.release(e)
	case problem == nil && m.closing:
		m.handOver(e)
	case problem != nil:
		e.run.Error = "its server ended, and another one could not go on with it: " + problem.Error()
		e.cancel(errInterrupted)
		m.finish(e, outcome{})
		m.persistAsync(e)
	case e.resumes:
		m.resume(e)
	default:
		m.appendQueued(e)
	}
	return nil
}

// ignoreTaken drops the errors of a run that another server took first, that has
// ended meanwhile, or that is damaged, which interrupts it.
func ignoreTaken(err error) error {
	if errors.Is(err, aurea.ErrConflict) || errors.Is(err, aurea.ErrNotFound) || errors.Is(err, aurea.ErrDamaged) {
		return nil
	}
	return err
}

// reserveAdopted returns an entry for a run that is to be adopted, with a place
// in the queue and memory for its spec. It returns nil if there is none.
func (m *Manager) reserveAdopted(ctx context.Context, id string) (*entry, error) {
	run, err := m.store.Get(ctx, id)
	if errors.Is(err, aurea.ErrDamaged) {
		_, _, err = m.store.Adopt(ctx, id, m.options.Owner) // interrupts it
	}
	if err != nil {
		return nil, err
	}
	if m.resumer == nil && run.Spec.Workers != nil && !run.Spec.Workers.Local() {
		return nil, nil //nolint:nilnil // it waits for a server that has workers
	}
	encoded, err := json.Marshal(run.Spec)
	if err != nil {
		return nil, fmt.Errorf("runs: encode a spec: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	full := len(m.queue)+m.reserved >= m.options.Queue && run.Status == aurea.StatusQueued
	held := budget.DecodedSize(encoded)
	if full || m.closing || m.options.Budget.Reserve(held, "the spec") != nil {
		return nil, nil //nolint:nilnil // it is left to others
	}
	m.reserved++
	m.persisting.Add(1)
	by := aurea.Submission{Owner: m.options.Owner, Body: digest(encoded), Detached: true}
	return m.entryOf(context.WithoutCancel(ctx), run, by, held), nil
}

// prepareAdopted makes the plan of an adopted run. It returns an error if this
// server cannot go on with the run.
func (m *Manager) prepareAdopted(e *entry, noted []byte) (err error) {
	n := notedRun{Seed: newSeed()} // of a run that has not begun
	if noted == nil {
		err = e.run.Spec.CheckUnmasked()
	} else {
		n, err = decodeNoted(noted)
		e.noted, e.resumes, e.elsewhere = n.Execution, true, true
	}
	e.plan = aurea.NewPlan(e.run.Spec, n.Seed).Limited(n.Rows)
	if m.options.Trace != nil {
		e.plan.Trace = m.options.Trace(e.run.ID)
	}
	if err == nil && (noted == nil || e.run.Spec.Replay != nil) { // of a replay the moments are in its file
		e.plan, e.workload, err = m.resolve(e.plan)
	}
	return err
}

// resume executes an adopted run beside whatever is executed here, because its
// jobs run elsewhere and do not wait. The queue waits until it has ended. The
// caller holds the lock.
func (m *Manager) resume(e *entry) {
	if e.run.Status == aurea.StatusQueued {
		m.transition(&e.run, aurea.StatusRunning)
	}
	event := aurea.RunEvent{At: time.Now().UTC(), Kind: "adopted", Detail: "its server ended; another one went on with it"}
	if e.run.StartedAt != nil {
		event.T = max(event.At.Sub(*e.run.StartedAt).Seconds(), 0)
	}
	e.run.Timeline = append(slices.Clip(e.run.Timeline), event)
	m.makeExecutable(e)
	e.begun = true
	m.resumed = append(m.resumed, e)
	m.executions.Go(func() {
		o := m.await(e)
		handedOver := errors.Is(o.err, aurea.ErrHandedOver)
		m.mu.Lock()
		m.resumed = slices.DeleteFunc(m.resumed, func(other *entry) bool { return other == e })
		m.wakeUp()
		if handedOver {
			m.release(e)
		} else {
			m.finish(e, o)
		}
		m.mu.Unlock()
		if !handedOver {
			m.persist(e)
		}
	})
}
