// Package runs is the life of a run: it is submitted, waits for its turn, is
// executed and watched, and ends, by itself or because someone stopped it.
//
// Its stance: benchmarks disturb each other, so a host measures one run at a
// time and the others wait in a short queue. A run that was acknowledged has an
// end, whatever happens. What the outside wants to know (a run's state, the
// service's numbers) is kept here once, as values, and handed out as copies;
// metrics and API are views of it.
//
// In the flow it stands between Result and Run. It executes nothing itself:
// that is its Executor's part.
package runs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// An Executor executes plans. Execute blocks until the plan is done, or, when
// ctx is cancelled, until it has stopped; then it returns the partial result
// without an error. It calls observe from one goroutine at a time. The manager
// calls Execute for one plan at a time.
type Executor interface {
	Execute(ctx context.Context, plan aurea.Plan, observe func(aurea.Progress)) (*aurea.Result, error)
}

// Options are the manager's limits. The zero value of each takes the default.
type Options struct {
	Queue int           // runs that may wait; more are refused; default 16
	Grace time.Duration // how long a running run may go on when the service ends; default 0
	Host  workload.Host // what jobs may do; default: as little as there is
	Log   *slog.Logger  // default: discard

	// Ended, unless nil, is told of every run that has ended, without what is as
	// large as the run was. It must not wait, nor call the manager.
	Ended func(aurea.Run)
}

// A Manager accepts runs and executes them one after the other. Make one with
// New and start it with Run. Its methods may be called from any goroutine.
type Manager struct {
	executor Executor
	options  Options
	wake     chan struct{} // there may be something in the queue

	mu      sync.Mutex
	closing bool
	queue   []*entry
	running *entry
	recent  []aurea.Run // finished, oldest first, at most keepRecent
	stats   stats
}

// keepRecent is how many runs the manager tells of: the running one and those
// that finished last.
const keepRecent = 20

// An entry is a run with what the manager needs around it. The manager's lock
// guards run until done is closed; then it does not change any more.
type entry struct {
	run    aurea.Run
	plan   aurea.Plan
	watch  func(aurea.Run)
	ctx    context.Context // cancelled with the reason why the run shall stop
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when the run is finished
}

// errInterrupted is why the service stops a run; the cause of its context.
var errInterrupted = errors.New("the service ended")

var errClosing = fmt.Errorf("%w: the service is shutting down", aurea.ErrUnavailable)

// New returns a manager that executes with the given executor.
func New(executor Executor, options Options) *Manager {
	if options.Queue == 0 {
		options.Queue = 16
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	return &Manager{executor: executor, options: options, wake: make(chan struct{}, 1), stats: newStats()}
}

// Run executes what is submitted until ctx is cancelled. Then it accepts
// nothing more, interrupts what is queued, gives the running run its grace,
// interrupts it too, and returns nil. It is called once.
func (m *Manager) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, m.drain)
	defer stop()
	for {
		if e := m.next(); e != nil {
			m.execute(e)
			continue
		}
		select {
		case <-m.wake:
		case <-ctx.Done():
			m.drain()
			return nil
		}
	}
}

// Do has the spec, which DecodeSpec must have made, executed and returns the
// run when it is finished. When ctx is cancelled the run is stopped: it leaves
// the queue, or ends with its partial result. watch, unless nil, is called with
// the run as it stands once an interval; it must not call the manager.
//
// The errors are ErrInvalid, ErrQueueFull and ErrUnavailable; a run that was
// accepted is returned without one, however it ended.
func (m *Manager) Do(ctx context.Context, spec aurea.Spec, watch func(aurea.Run)) (aurea.Run, error) {
	e, err := m.newEntry(ctx, spec, watch)
	if err != nil {
		return aurea.Run{}, err
	}
	if err := m.enqueue(e); err != nil {
		e.cancel(err) // lets go of ctx
		return aurea.Run{}, err
	}
	defer context.AfterFunc(e.ctx, func() { m.leave(e) })()
	<-e.done
	return e.run, nil
}

func (m *Manager) newEntry(ctx context.Context, spec aurea.Spec, watch func(aurea.Run)) (*entry, error) {
	plan := aurea.NewPlan(spec, newSeed())
	if err := m.options.Host.Check(plan); err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("runs: make an id: %w", err)
	}
	e := &entry{plan: plan, watch: watch, done: make(chan struct{})}
	e.ctx, e.cancel = context.WithCancelCause(ctx)
	e.run = aurea.Run{
		ID:        "benchmark-" + id.String(),
		Name:      spec.Name,
		Labels:    spec.Labels,
		Status:    aurea.StatusQueued,
		CreatedAt: time.Now().UTC(),
		Spec:      spec,
	}
	return e, nil
}

func (m *Manager) enqueue(e *entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closing {
		return errClosing
	}
	if len(m.queue) >= m.options.Queue {
		return fmt.Errorf("%w: %d runs are waiting already, which is the limit", aurea.ErrQueueFull, m.options.Queue)
	}
	m.queue = append(m.queue, e)
	select {
	case m.wake <- struct{}{}:
	default: // it will look at the queue anyway
	}
	return nil
}

// newSeed chooses a seed that a JSON reader with 64-bit floats keeps intact.
func newSeed() uint64 { return rand.Uint64N(1 << 53) }

// Ready reports whether runs are accepted: nil, or an ErrUnavailable.
func (m *Manager) Ready() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closing {
		return errClosing
	}
	return nil
}

// leave ends a run whose context was cancelled while it waited. One that is
// running is stopped by the context itself.
func (m *Manager) leave(e *entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.Index(m.queue, e); i >= 0 {
		m.queue = slices.Delete(m.queue, i, i+1)
		m.finish(e, nil, nil)
	}
}
