package runs

import (
	"context"
	"errors"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A Resumer is an Executor whose executions can outlive this process, because
// their jobs run elsewhere. Its manager takes over the runs of dead servers: the
// noted ones are resumed, and queued ones begun. Resume may be called during
// other calls of Begin and Resume.
type Resumer interface {
	Executor
	// Begin is Execute. It notes an execution before the first job starts: with
	// what Resume needs, or with nil if no server can resume it. Before that another
	// server may begin the run instead. After an aurea.ErrConflict of Note the
	// jobs must not start, or stop. When the claim's HandOver is closed, Begin and
	// Resume leave jobs that run elsewhere to the next server.
	Begin(
		ctx context.Context, plan aurea.Plan, resolved *workload.Resolved, claim aurea.Claim,
		controls <-chan aurea.Command, observe func(aurea.Progress),
	) (aurea.Measurement, error)
	// Resume goes on with a noted execution of a dead server, or of an earlier
	// life of this one, and blocks like Execute. The plan has masked secrets. The
	// first progress and the measurement hold everything since the run's start.
	// If the jobs have stopped meanwhile, Resume returns what they did as an
	// interrupted measurement. An error without a measurement means that nothing
	// of it can be found.
	Resume(
		ctx context.Context, plan aurea.Plan, claim aurea.Claim,
		controls <-chan aurea.Command, observe func(aurea.Progress),
	) (aurea.Measurement, error)
}

// measure executes or resumes the entry's plan. It stops the execution when a
// threshold fails that ends the run.
func (m *Manager) measure(e *entry) (aurea.Measurement, error) {
	aborter := aurea.NewAborter(e.plan)
	var abort *aurea.Abort
	measured, err := m.executePlan(e, func(p aurea.Progress) {
		m.observe(e, p)
		if abort == nil {
			if abort = aborter.Observe(p); abort != nil {
				m.options.Log.Info("a threshold ends the run", "run", e.run.ID, "threshold", abort.Expression)
				e.cancel(errAborted)
			}
		}
	})
	if errors.Is(context.Cause(e.ctx), errAborted) {
		measured.Aborted = abort
	}
	return measured, err
}

// executePlan executes or resumes the entry's plan.
func (m *Manager) executePlan(e *entry, observe func(aurea.Progress)) (aurea.Measurement, error) {
	switch {
	case m.resumer == nil:
		if err := m.noteLocal(e.ctx, e); err != nil {
			return aurea.Measurement{}, err
		}
		return m.executor.Execute(e.ctx, e.plan, e.workload, e.controls, observe)
	case e.resumes:
		return m.resumer.Resume(e.ctx, e.plan, m.claim(e), e.controls, observe)
	}
	return m.resumer.Begin(e.ctx, e.plan, e.workload, m.claim(e), e.controls, observe)
}

// claim returns the executor's hold on the run. The manager notes the seed too,
// because a plan is its spec and its seed.
func (m *Manager) claim(e *entry) aurea.Claim {
	epoch := m.snapshot(e).Epoch
	claim := aurea.Claim{Run: e.run.ID, Epoch: epoch, Noted: e.noted, HandOver: e.leaving}
	claim.Note = func(ctx context.Context, noted []byte) error {
		if !m.mayBegin(e) {
			return errClosing
		}
		err := m.note(ctx, e, noted)
		if err == nil {
			m.mu.Lock()
			defer m.mu.Unlock()
			e.begun, e.elsewhere = true, noted != nil
		}
		return err
	}
	return claim
}

// note stores that the run has begun, so that no other server begins it, and
// what another one needs to resume it.
func (m *Manager) note(ctx context.Context, e *entry, noted []byte) error {
	if noted != nil {
		encoded, err := encodeNoted(e.plan, noted)
		if err != nil {
			return err
		}
		return asUnavailable(m.store.Note(ctx, m.snapshot(e), encoded))
	}
	return m.noteLocal(ctx, e)
}

// noteLocal stores that a run has begun that no server can resume. It waits for an
// unavailable store, because without it another server may have the run by now.
// It does nothing for a run that no other server begins.
func (m *Manager) noteLocal(ctx context.Context, e *entry) error {
	for e.submission.Detached {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		err := asUnavailable(m.store.Save(limited, m.snapshot(e)))
		cancel()
		if errors.Is(err, aurea.ErrNotFound) {
			return nil // the database was restored from a copy; see persistAnew
		}
		if !errors.Is(err, aurea.ErrUnavailable) {
			return err
		}
		m.checkWrite(err)
		select {
		case <-time.After(retryEvery):
		case <-ctx.Done():
			return nil // it ends at once
		}
	}
	return nil
}
