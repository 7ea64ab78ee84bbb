// Package runs manages the lifecycle of runs: submitting, queueing, executing,
// watching, cancelling and persisting them.
//
// Its stance: benchmarks disturb each other, so a host executes one run at a
// time and the others wait in a short queue. A run is in the store before it is
// acknowledged: one whose client waits, with its end (see unwritten.go). Its
// final state gets there whatever happens. While a run is live, the manager
// holds it as a value and returns copies; afterwards, reads go to the store.
// Writes to the store never delay the jobs of a run.
//
// A run goes from submit.go through execute.go to persist.go; manager.go has
// the types. Runs of other servers come through adopt.go. Those of this one
// leave through handover.go when it ends, and through lost.go when another server
// took them. The package executes nothing itself: its Executor does.
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

// An Executor executes plans, one at a time. It may be a Resumer.
type Executor interface {
	// Resolve checks the workload of a plan when the run is submitted and returns
	// it with typed parameters. It acquires nothing. Its error is an
	// *aurea.InvalidError.
	Resolve(plan aurea.Plan) (*workload.Resolved, error)
	// Execute blocks until the plan is done or, when ctx is cancelled, until the
	// jobs have stopped; then it returns a partial measurement and a nil error. An
	// error fails the run; a measurement with it, whose Tally is not nil, is kept. It
	// calls observe from one goroutine at a time. It answers the commands that it
	// receives from controls, which may be nil, and receives none once it is about
	// to return.
	Execute(
		ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
		controls <-chan aurea.Command, observe func(aurea.Progress),
	) (aurea.Measurement, error)
}

// Options configure a manager. A zero field selects its default.
type Options struct {
	Queue  int             // maximum number of queued runs; default 16
	Grace  time.Duration   // how long a run may continue when the service ends; default 0
	Store  Store           // persists the runs; default: nothing is persisted
	Owner  string          // this server's name in the store; it survives restarts
	Shared bool            // other servers reach the workers when this one has ended, not its next start alone
	Keep   aurea.Retention // limits of the history; default: none
	Log    *slog.Logger    // default: discard

	// Budget limits the memory of requests and of the specs of live runs; nil
	// means no limit.
	Budget *budget.Budget

	// Began, unless nil, is called with every run whose execution begins. It must
	// neither block nor call the manager.
	Began func(aurea.Run)
	// Ended, unless nil, is called with every run that has ended, without its
	// large parts. It must neither block nor call the manager.
	Ended func(aurea.Run)
	// Trace, unless nil, returns the parent of the traces of a run's jobs, or
	// nil to trace none. Traced receives the traced jobs about once a second,
	// before Ended is called for the run. Neither may block or call the
	// manager.
	Trace  func(run string) *aurea.Trace
	Traced func(run string, jobs []aurea.TracedJob)
}

// A Manager accepts runs and executes them one after the other. Make one with
// New and start it with Run. Its methods are safe for concurrent use.
type Manager struct {
	executor Executor
	resumer  Resumer // the executor, or nil if it cannot resume
	store    Store
	options  Options
	lease    time.Duration // how long this server counts as alive without renewing
	wake     chan struct{} // signals that the queue may have runs
	started  chan struct{} // closed when start has succeeded
	// measuring passes the execution of a run to serveMeasuring.
	measuring chan func()

	executions   sync.WaitGroup // of resumed runs
	persisting   sync.WaitGroup // writes in progress, of new and finished runs
	persistSlots chan struct{}  // a semaphore for the writes of finished runs

	watchers atomic.Int64

	wall       func() time.Time // the wall clock
	began      time.Time        // creation of the manager
	clock      clockGuard
	clockAhead bool // no run is deleted by age

	mu          sync.Mutex
	closing     bool
	startErr    error                  // why start has not succeeded yet
	storeErr    error                  // why runs cannot be persisted; nil if they can
	reserved    int                    // reserved places of the queue
	sharedReads map[string]*sharedRead // by ID, of runs that are not live here
	live        map[string]*entry      // by ID, runs whose final state is not in the store
	queue       []*entry
	running     *entry
	resumed     []*entry // adopted runs that are executed beside the running one
	// stopCheck ends the check for damaged runs; nil before the first one.
	stopCheck   context.CancelFunc
	unpersisted []*entry    // finished runs that the store could not take
	recent      []aurea.Run // finished runs, oldest first, at most maxRecent
	stats       stats
}

const (
	// maxRecent limits the runs that Stats lists: the running one and the
	// latest that have ended.
	maxRecent = 20
	// maxPersisting limits the finished runs that are written to the store at
	// once.
	maxPersisting = 64
)

// An entry is a run with the manager's state of it. The manager's lock guards
// the fields that change; run no longer changes after done is closed.
type entry struct {
	run        aurea.Run
	plan       aurea.Plan
	workload   *workload.Resolved // of the plan
	submission aurea.Submission
	watch      func(aurea.Run)
	ctx        context.Context // its cause is the reason to stop the run
	cancel     context.CancelCauseFunc
	controls   chan aurea.Command // nil before the run is running
	givenUp    chan struct{}      // closed to abandon the run; nil before it is running
	giveUp     func()             // closes givenUp; idempotent
	leaving    chan struct{}      // closed to leave a run on workers to the next server; nil as above
	leave      func()             // closes leaving; idempotent
	done       chan struct{}      // closed when the final state is published
	changed    chan struct{}      // closed and replaced at each change
	past       past               // of this execution
	counted    aurea.RunProgress  // the progress of this execution, which the next interval is added to
	follower   *aurea.Follower    // of this execution
	resumes    bool               // whether another server, or an earlier life, has begun the run
	noted      []byte             // what that one has noted
	attended   bool               // whether a client is connected until the run's end
	persist    chan func()        // takes what persists the run to the client's goroutine; nil without a client
	noting     bool               // whether a Resumer may have begun to note the execution
	begun      bool               // whether it has noted it
	elsewhere  bool               // whether the jobs run on workers, so that the next server can go on with the run
	handedOver bool               // whether the run goes to other servers before it has begun
	released   bool               // this server has no part in the run any more
	saving     sync.Mutex         // held while the state of the run is saved; taken before the manager's lock
	dirty      bool               // the last change is not saved
	savedAt    time.Time          // time of the last save
	final      aurea.Run          // final state to persist, set by finish
	writing    chan struct{}      // acts as a lock: full while the run is created or persisted
	unwritten  atomic.Bool        // whether the run is not in the store yet; see unwritten.go
}

var (
	errInterrupted = errors.New("the service ended") // a cause of a run's context, like the next
	errCancelled   = errors.New("somebody asked for it")
	errAborted     = errors.New("a threshold failed")
	errClosing     = fmt.Errorf("%w: the service is shutting down", aurea.ErrUnavailable)
	errStarting    = fmt.Errorf("%w: the service is starting", aurea.ErrUnavailable)
)

// New returns a manager that executes runs with the given executor.
func New(executor Executor, options Options) *Manager {
	if options.Queue == 0 {
		options.Queue = 16
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	m := &Manager{
		executor:     executor,
		lease:        plainLease,
		store:        guardedStore{options.Store},
		options:      options,
		wake:         make(chan struct{}, 1),
		started:      make(chan struct{}),
		measuring:    make(chan func()),
		wall:         time.Now,
		began:        time.Now(),
		persistSlots: make(chan struct{}, maxPersisting),
		live:         map[string]*entry{},
		sharedReads:  map[string]*sharedRead{},
		stats:        newStats(),
	}
	if resumer, ok := executor.(Resumer); ok {
		m.resumer, m.lease = resumer, resumerLease
	}
	if options.Store == nil {
		m.store = discardStore{}
		close(m.started) // nothing to recover
	}
	return m
}

// Run recovers from an earlier process and then executes the queue until ctx is
// cancelled. It then accepts no more runs and hands over the queued ones and
// those on workers. It gives one that is executed here its grace before
// interrupting it, and returns nil when all of them are persisted. It returns an
// error only if the store fails permanently. Call Run once.
func (m *Manager) Run(ctx context.Context) error {
	if err := m.start(ctx); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, m.drain)
	defer stop()
	taskCtx, stopTasks := context.WithCancel(context.WithoutCancel(ctx))
	var tasks sync.WaitGroup
	defer tasks.Wait()
	defer stopTasks()
	if m.options.Store != nil {
		tasks.Go(func() { runPeriodic(taskCtx, m.heartbeatTasks()) })
		tasks.Go(func() { runPeriodic(taskCtx, m.maintenanceTasks()) })
	}
	m.work(ctx)
	m.executions.Wait()
	m.persisting.Wait()
	m.finalFlush(context.WithoutCancel(ctx))
	return nil
}

// work executes the queue until ctx is cancelled and the queue is drained.
func (m *Manager) work(ctx context.Context) {
	over := make(chan struct{})
	defer close(over)
	go m.serveMeasuring(over)
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

// serveMeasuring calls the functions of measuring, one after the other, until
// over is closed.
func (m *Manager) serveMeasuring(over <-chan struct{}) {
	for {
		select {
		case measure := <-m.measuring:
			measure()
		case <-over:
			return
		}
	}
}

// Ready returns nil if runs are accepted, or an ErrUnavailable.
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
		if m.startErr != nil {
			return fmt.Errorf("%w; it is tried again", m.startErr)
		}
		return errStarting
	}
	return m.storeErr
}
