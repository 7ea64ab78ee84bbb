package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A shardRun is one shard at a worker, from its reservation to its last report.
// It passes through three states: reserved until the start is ordered, running,
// and closing until the last report is acknowledged.
type shardRun struct {
	worker   *Worker
	request  Prepare
	plan     aurea.Plan
	resolved *workload.Resolved
	files    *sentFiles      // that the jobs read; nil if there are none
	ctx      context.Context // of the execution
	cancel   context.CancelCauseFunc
	sending  context.Context // of the reports
	discard  context.CancelFunc
	ready    chan struct{} // closed when the shard could start, or has failed
	start    chan aurea.Start
	controls chan aurea.Command
	reporter *reporter

	mu      sync.Mutex
	failure error          // why the shard never became ready
	clock   *Estimate      // nil until the server has sent it
	epoch   uint64         // of the server that gives orders
	seq     uint64         // of the last order obeyed
	course  []TimedControl // the controls ordered so far
	started aurea.Start
	state   State
}

// newShardRun returns a shard that has the given files. It acquires nothing.
func newShardRun(w *Worker, request Prepare, sent *sentFiles) *shardRun {
	s := &shardRun{
		worker: w, request: request, files: sent, epoch: request.Epoch, state: Reserved,
		ready: make(chan struct{}), start: make(chan aurea.Start, 1), controls: make(chan aurea.Command),
	}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	s.sending, s.discard = context.WithCancel(context.Background())
	s.reporter = newReporter(s)
	return s
}

// resolve makes the plan of the shard and checks its workload.
func (s *shardRun) resolve() (err error) {
	whole, weights := s.request.Plan, s.request.Weights
	s.plan = whole.Shard(s.request.Shard, weights)
	if s.resolved, err = s.worker.options.Executor.ResolveWith(s.plan, s.files.source()); err != nil {
		return err
	}
	if s.resolved.Starts != nil { // they do not travel with the plan
		s.plan = whole.Replayed(slices.Clone(s.resolved.Starts)).Shard(s.request.Shard, weights)
	}
	if s.plan.Trace != nil {
		trace := s.plan.Trace.Shard(len(weights))
		s.plan.Trace = &trace
	}
	return nil
}

// log returns the worker's log for this shard.
func (s *shardRun) log() *slog.Logger { return s.worker.options.Log.With("exec", s.request.Exec) }

// awaitReady returns when the shard could start at once, or why it cannot.
func (s *shardRun) awaitReady() error {
	<-s.ready
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure
}

// run executes the shard. The function that it returns reports the end, and
// returns when the last report is acknowledged or given up.
func (s *shardRun) run() (report func()) {
	defer s.cancel(nil)
	var measured aurea.Measurement
	err := s.resolve()
	if err == nil {
		measured, err = s.worker.options.Executor.ExecuteAt(
			s.ctx, s.plan, s.resolved, s.awaitStart, s.controls, s.reporter.observe)
	}
	s.mu.Lock()
	started := s.state == Running
	if !started {
		s.fail(err)
	}
	s.mu.Unlock()
	if !started {
		s.discard()
		return func() {}
	}
	if err == nil {
		s.worker.records.keep(s.request.Exec, measured.Jobs, recordCount(measured))
	}
	return func() {
		s.reporter.close(measured, err)
		s.worker.records.expire(s.request.Exec)
	}
}

// fail records why the shard never started, for those who wait for it. The
// caller holds the lock.
func (s *shardRun) fail(err error) {
	if err == nil {
		err = context.Cause(s.ctx)
	}
	select {
	case <-s.ready:
	default:
		s.failure = err
		close(s.ready)
	}
}

// awaitStart announces that the shard is ready and waits for the order to
// start. It gives up after a while, so that a server that died does not
// keep the worker reserved.
func (s *shardRun) awaitStart(ctx context.Context) (aurea.Start, error) {
	close(s.ready)
	patience := offerTime(s.files.size())
	expired := time.NewTimer(patience)
	defer expired.Stop()
	select {
	case start := <-s.start:
		return start, nil
	case <-ctx.Done():
		return aurea.Start{}, context.Cause(ctx)
	case <-expired.C:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == Running { // the order came at the last moment
		return <-s.start, nil
	}
	s.state = Idle
	return aurea.Start{}, fmt.Errorf("no order to start came within %s", patience)
}

// presentState returns whether the shard is reserved or running.
func (s *shardRun) presentState() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// setClock records the offset of the worker's clock.
func (s *shardRun) setClock(e Estimate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = &e
}

// obey carries out an order. An order that was obeyed before changes nothing.
func (s *shardRun) obey(order Order) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case order.Epoch != s.epoch: // attach makes it another
		return errFenced
	case order.Seq <= s.seq:
		return nil
	}
	switch order.Kind {
	case OrderStart:
		if err := s.arm(order); err != nil {
			return err
		}
	case OrderStop:
		s.cancel(errStopped)
	case OrderDiscard:
		s.cancel(errStopped)
		s.discard()
	case OrderControl:
		if s.state != Running {
			return errUnknownExec
		}
		at := s.runTime(order.At)
		s.course = append(s.course, TimedControl{Control: *order.Control, At: at})
		go s.control(*order.Control, at)
	}
	s.seq = order.Seq
	return nil
}

// arm starts the shard at the moment of the order. The caller holds the lock.
func (s *shardRun) arm(order Order) error {
	if s.clock == nil {
		return errNoClock
	}
	if s.state != Reserved {
		return errUnknownExec
	}
	at := time.Duration(order.At) + s.clock.Offset
	if at <= s.worker.clock() {
		return errTooLate
	}
	s.started = aurea.Start{At: s.worker.base.Add(at), Lease: aurea.NewLease(order.Lease)}
	s.state = Running
	s.reporter.start(s.started)
	s.start <- s.started
	// Processes of one machine can be compared by this time: it is as of now,
	// and not of when the worker's clock was set up.
	now := time.Now()
	s.log().Debug("the shard starts", "at", now.Add(s.started.At.Sub(now)).Format(time.RFC3339Nano))
	return nil
}

// runTime converts a moment of the coordinator's clock to the run's clock. The
// caller holds the lock.
func (s *shardRun) runTime(moment int64) time.Duration {
	return s.worker.base.Add(time.Duration(moment) + s.clock.Offset).Sub(s.started.At)
}

// control passes a control to the engine. The server has checked it against the
// same plan, so an error is a fault and is logged.
func (s *shardRun) control(control aurea.Control, at time.Duration) {
	command := aurea.Command{Control: control, At: at, Answer: func(_ aurea.RunEvent, err error) {
		if err != nil {
			s.log().Error("a control was not applied", "error", err)
		}
	}}
	select {
	case s.controls <- command:
	case <-s.ctx.Done():
	}
}

// attach makes the shard report to the server that has taken the run over, and
// returns what it did so far. Reports of a lower epoch are not sent any more.
func (s *shardRun) attach(epoch uint64) (Attached, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case epoch < s.epoch:
		return Attached{}, errFenced
	case s.state != Running:
		return Attached{}, errUnknownExec
	}
	// Orders of the new server have numbers from 1 again.
	s.epoch, s.seq = epoch, 0
	sum, err := s.reporter.attach(epoch)
	return Attached{
		Start: int64(s.started.At.Sub(s.worker.base)), Controls: slices.Clone(s.course), Sum: sum,
	}, err
}
