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
)

// MaxKey is the most bytes of an idempotency key.
const MaxKey = 255

// Submit has the spec, which DecodeSpec must have made, executed when its turn
// comes, and returns the run as soon as it is kept. With a key that came before
// it submits nothing and returns the run that the key made.
//
// The errors are ErrInvalid, ErrMismatch (the key came with another spec),
// ErrQueueFull and ErrUnavailable; then nothing was submitted.
func (m *Manager) Submit(ctx context.Context, spec aurea.Spec, key string) (aurea.Run, error) {
	if len(key) > MaxKey {
		return aurea.Run{}, fmt.Errorf("%w: an idempotency key has up to %d characters; this one has %d", aurea.ErrInvalid, MaxKey, len(key))
	}
	e, err := m.newEntry(context.WithoutCancel(ctx), spec)
	if err != nil {
		return aurea.Run{}, err
	}
	e.by.Key = key
	return m.admit(e)
}

// Do has the spec, which DecodeSpec must have made, executed and returns the
// run when it is finished. When ctx is cancelled the run is stopped: it leaves
// the queue, or ends with its partial result. watch, unless nil, is called with
// the run as it stands once an interval; it must not call the manager.
//
// The errors are ErrInvalid, ErrQueueFull and ErrUnavailable; a run that was
// accepted is returned without one, however it ended. A result that could not be
// kept says so itself.
func (m *Manager) Do(ctx context.Context, spec aurea.Spec, watch func(aurea.Run)) (aurea.Run, error) {
	e, err := m.newEntry(ctx, spec)
	if err != nil {
		return aurea.Run{}, err
	}
	e.watch = watch
	if _, err := m.admit(e); err != nil {
		return aurea.Run{}, err
	}
	defer context.AfterFunc(e.ctx, func() { m.leave(e) })()
	<-e.done
	return e.run, nil
}

func (m *Manager) newEntry(ctx context.Context, spec aurea.Spec) (*entry, error) {
	if err := spec.CheckUnmasked(); err != nil {
		return nil, err
	}
	plan := aurea.NewPlan(spec, newSeed()) // which alone has the secrets of the spec
	if err := m.options.Host.Check(plan); err != nil {
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
	if err := m.options.Budget.Take(held, "the spec"); err != nil {
		return nil, err
	}
	e := &entry{plan: plan, by: aurea.Submission{Owner: m.options.Owner, Body: digest(encoded)}, done: make(chan struct{}), changed: make(chan struct{})}
	e.ctx, e.cancel = context.WithCancelCause(ctx)
	context.AfterFunc(e.ctx, func() { m.options.Budget.Give(held) }) // done when the run has ended, or was not admitted
	e.run = aurea.Run{
		ID:        "benchmark-" + id.String(),
		Name:      spec.Name,
		Labels:    spec.Labels,
		Status:    aurea.StatusQueued,
		CreatedAt: time.Now().UTC().Truncate(time.Microsecond),
		Spec:      spec.Mask(),
		Timeline:  []aurea.RunEvent{},
	}
	if m.options.Trace != nil {
		e.plan.Trace = m.options.Trace(e.run.ID)
	}
	if e.run.Labels == nil {
		e.run.Labels = map[string]string{}
	}
	return e, nil
}

// digest is equal for encoded specs that ask for the same.
func digest(spec []byte) string {
	sum := sha256.Sum256(spec)
	return hex.EncodeToString(sum[:])
}

// newSeed chooses a seed that a JSON reader with 64-bit floats keeps intact.
func newSeed() uint64 { return rand.Uint64N(1 << 53) }

// admit stores a run, queues it and returns it as it is queued; or it returns
// the run that its idempotency key made earlier.
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
	defer m.keeping.Done()
	// The caller may go away in the middle of it; the store shall not.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), storeTimeout)
	defer cancel()
	kept, err := m.store.Create(ctx, e.run, e.by)
	err = late(err)
	if err == nil && kept.ID == id {
		return m.enqueue(e)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.coming--
	delete(m.live, e.run.ID)
	if err != nil {
		m.doubt(err)
		return aurea.Run{}, err
	}
	if earlier := m.live[kept.ID]; earlier != nil {
		kept = m.view(earlier)
	}
	return kept, nil
}

// awaitStart gives a service that is just starting a moment: whoever sees it
// listen need not ask twice. One whose store is away is not waited for.
func (m *Manager) awaitStart(ctx context.Context) {
	m.mu.Lock()
	away := m.notStarted != nil
	m.mu.Unlock()
	if away {
		return
	}
	select {
	case <-m.started:
	case <-ctx.Done():
	case <-time.After(startPatience):
	}
}

// reserve promises a place in the queue. A key that a live run came with is
// known even when there is none.
func (m *Manager) reserve(e *entry) (earlier *aurea.Run, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(); err != nil {
		return nil, err
	}
	if len(m.queue)+m.coming >= m.options.Queue {
		if earlier, err := m.known(e.by); earlier != nil || err != nil {
			return earlier, err
		}
		return nil, fmt.Errorf("%w: %d runs are waiting already, which is the limit", aurea.ErrQueueFull, m.options.Queue)
	}
	m.coming++
	m.keeping.Add(1)
	m.live[e.run.ID] = e
	return nil, nil
}

// known is the live run that a key came with. The lock is held.
func (m *Manager) known(by aurea.Submission) (*aurea.Run, error) {
	for _, other := range append(slices.Clone(m.queue), m.running) {
		if by.Key == "" || other == nil || other.by.Key != by.Key {
			continue
		}
		if other.by.Body != by.Body {
			return nil, fmt.Errorf("%w: the idempotency key %q came with another spec before", aurea.ErrMismatch, by.Key)
		}
		run := m.view(other)
		return &run, nil
	}
	return nil, nil
}

// enqueue takes the place that was promised, and returns the run as it is in the
// queue: a moment later it may be running. A service that has begun to shut down
// meanwhile interrupts the run instead, and has not accepted it.
func (m *Manager) enqueue(e *entry) (aurea.Run, error) {
	m.mu.Lock()
	m.coming--
	if m.closing {
		e.cancel(errInterrupted)
		m.finish(e, nil, nil)
		m.mu.Unlock()
		m.keep(e)
		return aurea.Run{}, errClosing
	}
	defer m.mu.Unlock()
	m.queue = append(m.queue, e)
	queued := m.view(e)
	select {
	case m.wake <- struct{}{}:
	default: // it will look at the queue anyway
	}
	return queued, nil
}

// leave ends a run whose context was cancelled while it waited. One that is
// running is stopped by the context itself.
func (m *Manager) leave(e *entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.Index(m.queue, e); i >= 0 {
		m.queue = slices.Delete(m.queue, i, i+1)
		m.finish(e, nil, nil)
		m.keepAside(e)
		m.moved()
	}
}
