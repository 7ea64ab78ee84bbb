package runs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// MaxKey limits the bytes of an idempotency key.
const MaxKey = 255

// Submit queues a run of the spec, which DecodeSpec must have made, and returns
// the run as soon as it is persisted. With an idempotency key that was used
// before, Submit queues nothing and returns the earlier run.
//
// The errors are ErrInvalid, ErrMismatch (the key was used with another spec),
// ErrQueueFull and ErrUnavailable. After an error nothing was submitted.
func (m *Manager) Submit(ctx context.Context, spec aurea.Spec, key string) (aurea.Run, error) {
	if len(key) > MaxKey {
		return aurea.Run{}, fmt.Errorf("%w: an idempotency key has up to %d characters; this one has %d",
			aurea.ErrInvalid, MaxKey, len(key))
	}
	e, err := m.newEntry(context.WithoutCancel(ctx), spec)
	if err != nil {
		return aurea.Run{}, err
	}
	e.submission.Key, e.submission.Detached = key, m.resumer != nil
	return m.admit(e)
}

// Do queues a run of the spec, which DecodeSpec must have made, and returns it
// when it has finished. Cancelling ctx stops the run: it leaves the queue, or
// ends with its partial result. watch, unless nil, is called with the current
// run after each interval; it must not call the manager.
//
// The errors are ErrInvalid, ErrQueueFull and ErrUnavailable. An accepted run
// is returned without an error, however it ended. A result that could not be
// persisted says so itself. A run that has not finished was handed over, because
// the service ends: its jobs go on, whatever happens to ctx.
func (m *Manager) Do(ctx context.Context, spec aurea.Spec, watch func(aurea.Run)) (aurea.Run, error) {
	e, err := m.newEntry(ctx, spec)
	if err != nil {
		return aurea.Run{}, err
	}
	e.watch, e.attended, e.persist = watch, true, make(chan func())
	e.unwritten.Store(m.writesOnce())
	if _, err := m.admit(e); err != nil {
		return aurea.Run{}, err
	}
	defer context.AfterFunc(e.ctx, func() { m.dequeue(e) })()
	for {
		select {
		case persist := <-e.persist:
			persist()
		case <-e.done:
			return e.run, nil
		}
	}
}

// Forecast returns what a run of the spec would do, without running it. The
// error is an ErrInvalid if Submit would refuse the spec.
func (m *Manager) Forecast(_ context.Context, spec aurea.Spec) (aurea.Forecast, error) {
	plan, _, err := m.plan(spec)
	if err != nil {
		return aurea.Forecast{}, err
	}
	return plan.Forecast(), nil
}

// plan makes a plan of a spec and resolves its workload. Only the plan has the
// secrets of the spec.
func (m *Manager) plan(spec aurea.Spec) (aurea.Plan, *workload.Resolved, error) {
	if err := spec.CheckUnmasked(); err != nil {
		return aurea.Plan{}, nil, err
	}
	if err := spec.CheckOnce(); err != nil {
		return aurea.Plan{}, nil, err
	}
	plan := aurea.NewPlan(spec, newSeed())
	plan, resolved, err := m.resolve(plan)
	return plan, resolved, spec.Secrets.MaskError(err)
}

// resolve resolves the workload of a plan. It limits the plan to the jobs that
// there is data for, and has them start at the moments of a replay.
func (m *Manager) resolve(plan aurea.Plan) (aurea.Plan, *workload.Resolved, error) {
	resolved, err := m.executor.Resolve(plan)
	if err != nil {
		return plan, nil, err
	}
	return resolved.Limit(plan), resolved, nil
}

func (m *Manager) newEntry(ctx context.Context, spec aurea.Spec) (*entry, error) {
	plan, resolved, err := m.plan(spec)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("runs: make an id: %w", err)
	}
	encoded, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("runs: encode a spec: %w", err)
	}
	held := budget.DecodedSize(encoded)
	if err := m.options.Budget.Reserve(held, "the spec"); err != nil {
		return nil, err
	}
	masked := spec.Mask()
	run := aurea.Run{
		ID:        "benchmark-" + id.String(),
		Name:      masked.Name,
		Labels:    masked.Labels,
		Status:    aurea.StatusQueued,
		CreatedAt: time.Now().UTC().Truncate(time.Microsecond),
		Spec:      masked,
		Timeline:  []aurea.RunEvent{},
	}
	if run.Labels == nil {
		run.Labels = map[string]string{}
	}
	e := m.entryOf(ctx, run, aurea.Submission{Owner: m.options.Owner, Body: digest(encoded)}, held)
	e.plan, e.workload = plan, resolved
	if m.options.Trace != nil {
		e.plan.Trace = m.options.Trace(run.ID)
	}
	return e, nil
}

// entryOf returns the entry of a run without its plan. It releases the bytes
// that are held of the budget when the run has ended or was not admitted.
func (m *Manager) entryOf(ctx context.Context, run aurea.Run, by aurea.Submission, held int64) *entry {
	e := &entry{run: run, submission: by, done: make(chan struct{}), changed: make(chan struct{}),
		writing: make(chan struct{}, 1)}
	e.ctx, e.cancel = context.WithCancelCause(ctx)
	context.AfterFunc(e.ctx, func() { m.options.Budget.Release(held) })
	return e
}

// digest returns the same text for equal encoded specs.
func digest(spec []byte) string {
	sum := sha256.Sum256(spec)
	return hex.EncodeToString(sum[:])
}

// newSeed returns a seed that JSON readers with 64-bit floats preserve.
func newSeed() uint64 { return rand.Uint64N(1 << 53) }

// admit persists a run, unless it may be written with its end, queues it and
// returns it as queued. If its idempotency key was used before, admit returns the
// earlier run instead.
func (m *Manager) admit(e *entry) (run aurea.Run, err error) {
	id := e.run.ID // the run itself is the manager's once it is queued
	defer func() {
		if err != nil || run.ID != id {
			e.cancel(err) // releases the caller's context
		}
	}()
	m.awaitStart(e.ctx)
	if earlier, err := m.reserve(e); earlier != nil {
		return *earlier, nil
	} else if err != nil {
		return aurea.Run{}, err
	}
	defer m.persisting.Done()
	if e.unwritten.Load() {
		return m.enqueue(e)
	}
	// The write completes even if the caller goes away.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), storeTimeout)
	defer cancel()
	stored, err := m.store.Create(ctx, e.run, e.submission)
	err = asUnavailable(err)
	if err == nil && stored.ID == id {
		return m.enqueue(e)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reserved--
	delete(m.live, e.run.ID)
	if err != nil {
		m.noteStoreError(err)
		return aurea.Run{}, err
	}
	if earlier := m.live[stored.ID]; earlier != nil {
		stored = m.view(earlier)
	}
	return stored, nil
}

// awaitStart waits briefly for a service that is starting, so that clients need
// not retry. It does not wait for a store that failed already.
func (m *Manager) awaitStart(ctx context.Context) {
	m.mu.Lock()
	failed := m.startErr != nil
	m.mu.Unlock()
	if failed {
		return
	}
	select {
	case <-m.started:
	case <-ctx.Done():
	case <-time.After(startWait):
	}
}

// reserve reserves a place in the queue. It finds a live run of the same
// idempotency key even when the queue is full.
func (m *Manager) reserve(e *entry) (earlier *aurea.Run, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(); err != nil {
		return nil, err
	}
	if len(m.queue)+m.reserved >= m.options.Queue {
		if earlier, err := m.findByKey(e.submission); earlier != nil || err != nil {
			return earlier, err
		}
		return nil, fmt.Errorf("%w: its limit of waiting runs is %d", aurea.ErrQueueFull,
			m.options.Queue)
	}
	m.reserved++
	m.persisting.Add(1)
	m.live[e.run.ID] = e
	return nil, nil
}

// findByKey returns the live run of an idempotency key. The caller holds the
// lock.
func (m *Manager) findByKey(by aurea.Submission) (*aurea.Run, error) {
	for _, other := range append(slices.Clone(m.queue), m.running) {
		if by.Key == "" || other == nil || other.submission.Key != by.Key {
			continue
		}
		if other.submission.Body != by.Body {
			return nil, fmt.Errorf("%w: the idempotency key %q came with another spec before", aurea.ErrMismatch,
				by.Key)
		}
		run := m.view(other)
		return &run, nil
	}
	return nil, nil
}

// enqueue takes the reserved place and returns the run as queued, because it
// may be running a moment later. If the service has begun to shut down
// meanwhile, enqueue interrupts the run and returns an error.
func (m *Manager) enqueue(e *entry) (aurea.Run, error) {
	m.mu.Lock()
	m.reserved--
	if m.closing {
		e.cancel(errInterrupted)
		m.finish(e, outcome{})
		m.mu.Unlock()
		m.persist(e)
		return aurea.Run{}, errClosing
	}
	defer m.mu.Unlock()
	m.appendQueued(e)
	return m.view(e), nil
}

// appendQueued puts a run at the end of the queue. The caller holds the lock.
func (m *Manager) appendQueued(e *entry) {
	m.queue = append(m.queue, e)
	m.wakeUp()
}

// wakeUp lets work look at the queue. The caller holds the lock.
func (m *Manager) wakeUp() {
	select {
	case m.wake <- struct{}{}:
	default: // a signal is pending already
	}
}

// dequeue ends a queued run whose context was cancelled. It does nothing for a
// running one, which its context stops.
func (m *Manager) dequeue(e *entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.Index(m.queue, e); i >= 0 {
		m.queue = slices.Delete(m.queue, i, i+1)
		m.finish(e, outcome{})
		m.persistAsync(e)
		m.notifyQueued()
	}
}
