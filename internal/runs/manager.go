// Package runs is the life of a run: it is submitted, kept, waits for its turn,
// is executed and watched, and ends, by itself or because someone stopped it.
//
// Its stance: benchmarks disturb each other, so a host measures one run at a
// time and the others wait in a short queue. A run is in the store before it is
// acknowledged, and it has an end there, whatever happens. While it lives it is
// kept here once, as a value, and handed out as copies; afterwards the store is
// asked. Writing to the store never holds up the jobs of a run.
//
// In the flow it stands between Result and Run. It executes nothing itself:
// that is its Executor's part. Read manager.go, submit.go, execute.go, keep.go.
package runs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// An Executor executes plans. Execute blocks until the plan is done, or, when
// ctx is cancelled, until it has stopped; then it returns the partial result
// without an error. It calls observe from one goroutine at a time, and answers
// the commands that it takes from controls, which may be nil; when it is about to
// return it takes none. The manager calls Execute for one plan at a time.
type Executor interface {
	Execute(ctx context.Context, plan aurea.Plan, controls <-chan aurea.Command, observe func(aurea.Progress)) (*aurea.Result, error)
}

// Options are the manager's limits. The zero value of each takes the default.
type Options struct {
	Queue int             // runs that may wait; more are refused; default 16
	Grace time.Duration   // how long a running run may go on when the service ends; default 0
	Host  workload.Host   // what jobs may do; default: as little as there is
	Store Store           // keeps the runs; default: nothing is kept
	Owner string          // this server's name in the store, the same in its every life
	Keep  aurea.Retention // what is forgotten; default: nothing
	Log   *slog.Logger    // default: discard

	// Budget is the memory that requests and specs of live runs may take together;
	// nil has no limit.
	Budget *budget.Budget

	// Ended, unless nil, is told of every run that has ended, without what is as
	// large as the run was. It must not wait, nor call the manager.
	Ended func(aurea.Run)
	// Trace, unless nil, says what the jobs of a run are traced as part of; nil: not
	// at all. Traced is told of those that were, about once a second, before the run
	// is Ended. What goes for Ended goes for both.
	Trace  func(run string) *aurea.Trace
	Traced func(run string, jobs []aurea.TracedJob)
}

// A Manager accepts runs and executes them one after the other. Make one with
// New and start it with Run. Its methods may be called from any goroutine.
type Manager struct {
	executor Executor
	store    Store
	options  Options
	wake     chan struct{} // there may be something in the queue
	started  chan struct{} // closed when the store is in order

	keeping sync.WaitGroup // what is being stored: new runs, and ended ones
	room    chan struct{}  // holds one for each ended one

	watchers atomic.Int64

	wall  func() time.Time // the wall clock
	began time.Time        // when the manager was made
	clock clockGuard
	held  bool // nothing is forgotten by age

	mu         sync.Mutex
	closing    bool
	notStarted error             // why the store could not be put in order so far
	trouble    error             // why runs cannot be kept at the moment
	coming     int               // places of the queue that are promised
	peeks      map[string]*peek  // of other servers' runs, and finished ones
	live       map[string]*entry // runs whose end is not in the store
	queue      []*entry
	running    *entry
	// stopCheck ends the check for damaged runs; nil before the first one.
	stopCheck context.CancelFunc
	unkept    []*entry    // have ended, and the store could not take them
	recent    []aurea.Run // finished, oldest first, at most keepRecent
	stats     stats
}

const (
	// keepRecent is how many runs the manager tells of: the running one and those
	// that finished last.
	keepRecent = 20
	// mostKeeping is how many runs may be on their way into the store at once.
	mostKeeping = 64
)

// An entry is a run with what the manager needs around it. The manager's lock
// guards what changes of it; run does not change any more once done is closed.
type entry struct {
	run      aurea.Run
	plan     aurea.Plan
	by       aurea.Submission
	watch    func(aurea.Run)
	ctx      context.Context // cancelled with the reason why the run shall stop
	cancel   context.CancelCauseFunc
	controls chan aurea.Command // what is to be done to it while it runs; nil before
	givenUp  chan struct{}      // closed when the service ends and cannot wait for it; nil before it runs
	giveUp   func()             // closes givenUp, once
	done     chan struct{}      // closed when the run is finished, and kept if it can be
	changed  chan struct{}      // closed, and replaced, when there is something to see
	past     []aurea.RunProgress
	unsaved  bool      // the store does not know of its last change
	saved    time.Time // when it was told the last time
	end      aurea.Run // as it is to be kept, once it has ended
}

var (
	errInterrupted = errors.New("the service ended") // the cause of a run's context, as is the next
	errCancelled   = errors.New("somebody asked for it")
	errClosing     = fmt.Errorf("%w: the service is shutting down", aurea.ErrUnavailable)
	errStarting    = fmt.Errorf("%w: the service is starting", aurea.ErrUnavailable)
)

// New returns a manager that executes with the given executor.
func New(executor Executor, options Options) *Manager {
	if options.Queue == 0 {
		options.Queue = 16
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	m := &Manager{
		executor: executor,
		store:    guardedStore{options.Store},
		options:  options,
		wake:     make(chan struct{}, 1),
		started:  make(chan struct{}),
		wall:     time.Now,
		began:    time.Now(),
		room:     make(chan struct{}, mostKeeping),
		live:     map[string]*entry{},
		peeks:    map[string]*peek{},
		stats:    newStats(),
	}
	if options.Store == nil {
		m.store = nowhere{}
		close(m.started) // there is no earlier life to tidy up after
	}
	return m
}

// Run puts the store in order after an earlier life and executes what is
// submitted until ctx is cancelled. Then it accepts nothing more, interrupts
// what is queued, gives the running run its grace, interrupts it too, and
// returns nil when all of it is kept. An error is one of the store's that
// waiting does not mend. Run is called once.
func (m *Manager) Run(ctx context.Context) error {
	if err := m.start(ctx); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, m.drain)
	defer stop()
	tending, ended := context.WithCancel(context.WithoutCancel(ctx))
	var tenders sync.WaitGroup
	defer tenders.Wait()
	defer ended()
	if m.options.Store != nil {
		tenders.Go(func() { tend(tending, m.signs()) })
		tenders.Go(func() { tend(tending, m.repairs()) })
	}
	m.work(ctx)
	m.keeping.Wait()
	m.lastTry(context.WithoutCancel(ctx))
	return nil
}

// work executes the queue until ctx is cancelled and the queue drained.
func (m *Manager) work(ctx context.Context) {
	for {
		if e := m.next(); e != nil {
			m.execute(e)
			continue
		}
		select {
		case <-m.wake:
		case <-ctx.Done():
			m.drain()
			return
		}
	}
}

// Ready reports whether runs are accepted: nil, or an ErrUnavailable.
func (m *Manager) Ready() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ready()
}

// ready is Ready with the lock held.
func (m *Manager) ready() error {
	if m.closing {
		return errClosing
	}
	select {
	case <-m.started:
	default:
		if m.notStarted != nil {
			return fmt.Errorf("%w; it is tried again", m.notStarted)
		}
		return errStarting
	}
	return m.trouble
}
