package runs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A fleet is the workers of fake servers. A plan's jobs are executed one after
// the other and go on without a server. Its execution is named after it.
type fleet struct {
	each time.Duration // how long a job takes

	mu        sync.Mutex
	began     map[string]time.Time
	epochs    map[string]uint64 // the highest one that the workers have seen
	stoppedAt map[string]time.Duration
	calls     []string
	deaf      bool          // servers do not hear that the workers have another one
	slow      bool          // servers do not leave their workers
	absent    chan struct{} // closed when the workers are there; nil if they are from the start
}

// leave lets Begin wait until arrive is called.
func (f *fleet) leave() (arrive func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	absent := make(chan struct{})
	f.absent = absent
	return func() { close(absent) }
}

func (f *fleet) ready() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.absent == nil {
		f.absent = make(chan struct{})
		close(f.absent)
	}
	return f.absent
}

func newFleet() *fleet {
	return &fleet{
		each: time.Second, began: map[string]time.Time{}, epochs: map[string]uint64{},
		stoppedAt: map[string]time.Duration{},
	}
}

// stop lets the workers end an execution by themselves.
func (f *fleet) stop(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stoppedAt[name] = time.Since(f.began[name])
}

// forget lets the workers of an execution disappear.
func (f *fleet) forget(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.began, name)
}

// note adds a call to the list, if it happened.
func (f *fleet) note(happened bool, call string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if happened {
		f.calls = append(f.calls, call)
	}
}

func (f *fleet) called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.calls...)
}

var (
	errNoWorkers = errors.New("no worker has it")
	errRefused   = errors.New("refused: another server has it")
)

// attach makes a server the coordinator of an execution.
func (f *fleet) attach(call, name string, epoch uint64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call+" "+name)
	if _, ok := f.began[name]; !ok {
		return errNoWorkers
	}
	if f.epochs[name] >= epoch {
		return errRefused
	}
	f.epochs[name] = epoch
	return nil
}

// look returns how many jobs have ended and whether no more will.
func (f *fleet) look(name string, epoch uint64, planned int64) (ended int64, over bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.epochs[name] != epoch && !f.deaf {
		return 0, false, errRefused
	}
	elapsed, stopped := f.stoppedAt[name]
	if !stopped {
		elapsed = time.Since(f.began[name])
	}
	ended = min(int64(elapsed/f.each), planned)
	return ended, stopped || ended == planned, nil
}

// A fleetExecutor is a server's executor that has its jobs done by a fleet.
type fleetExecutor struct {
	resolver
	server string
	fleet  *fleet
}

func (x *fleetExecutor) Execute(
	context.Context, aurea.Plan, *workload.Resolved, <-chan aurea.Command, func(aurea.Progress),
) (aurea.Measurement, error) {
	return aurea.Measurement{}, errors.New("a resumer is not asked to execute")
}

func (x *fleetExecutor) Begin(
	ctx context.Context, plan aurea.Plan, _ *workload.Resolved, claim aurea.Claim, _ <-chan aurea.Command,
	observe func(aurea.Progress),
) (aurea.Measurement, error) {
	name := plan.Spec.Name
	select {
	case <-x.fleet.ready():
	case <-ctx.Done():
		return aurea.Measurement{Tally: aurea.NewTally(), Stopped: true}, nil
	}
	if name == "local" {
		return x.executeHere(ctx, plan, claim)
	}
	if err := claim.Note(ctx, []byte(name)); err != nil {
		return aurea.Measurement{}, err
	}
	x.fleet.mu.Lock()
	x.fleet.began[name] = time.Now()
	x.fleet.mu.Unlock()
	return x.coordinate(ctx, "begin", name, plan, claim, observe)
}

// executeHere executes a plan in the server itself, which no other can resume.
func (x *fleetExecutor) executeHere(
	ctx context.Context, plan aurea.Plan, claim aurea.Claim,
) (aurea.Measurement, error) {
	if err := claim.Note(ctx, nil); err != nil {
		return aurea.Measurement{}, err
	}
	x.fleet.note(true, x.server+": execute local")
	select {
	case <-time.After(time.Duration(plan.Jobs) * x.fleet.each):
	case <-ctx.Done():
	}
	return aurea.Measurement{Tally: aurea.NewTally(), Stopped: ctx.Err() != nil}, nil
}

func (x *fleetExecutor) Resume(
	ctx context.Context, plan aurea.Plan, claim aurea.Claim, _ <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	return x.coordinate(ctx, "resume", string(claim.Noted), plan, claim, observe)
}

func (x *fleetExecutor) coordinate(
	ctx context.Context, call, name string, plan aurea.Plan, claim aurea.Claim, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	if err := x.fleet.attach(x.server+": "+call, name, claim.Epoch); err != nil {
		return aurea.Measurement{}, err
	}
	m := aurea.Measurement{Start: time.Now(), Tally: aurea.NewTally(), MaxInFlight: 1}
	m.Tally.Planned = plan.Jobs
	for {
		ended, over, err := x.fleet.look(name, claim.Epoch, plan.Jobs)
		if err != nil {
			return aurea.Measurement{}, err
		}
		interval := aurea.NewTally()
		for job := m.Tally.OK; job < ended; job++ {
			at := time.Duration(job) * x.fleet.each
			interval.Started++
			interval.End(aurea.OK, at, at, at+x.fleet.each)
		}
		m.Tally.Merge(interval)
		m.Duration = time.Duration(ended) * x.fleet.each
		m.Interrupted = ctx.Err() == nil && ended < plan.Jobs && over
		if m.Stopped = ctx.Err() != nil || m.Interrupted; m.Stopped {
			m.Tally.Cancelled = plan.Jobs - ended
		}
		observe(aurea.Progress{Elapsed: m.Duration, Length: x.fleet.each, Interval: interval})
		if over || m.Stopped {
			x.fleet.note(ctx.Err() != nil, x.server+": stop "+name)
			return m, nil
		}
		select {
		case <-time.After(x.fleet.each):
		case <-ctx.Done():
		case <-claim.HandOver:
			if !x.fleet.slow {
				return aurea.Measurement{}, aurea.ErrHandedOver
			}
			time.Sleep(x.fleet.each)
		}
	}
}

// serveFleet starts a server of a fleet and waits until it accepts runs.
func serveFleet(t *testing.T, f *fleet, store *memoryStore, owner string, options Options) *service {
	t.Helper()
	options.Store, options.Owner = store, owner
	s := serveManager(t, New(&fleetExecutor{server: owner, fleet: f}, options))
	time.Sleep(10 * time.Millisecond)
	return s
}

// wait returns a run when it has finished.
func (s *service) wait(t *testing.T, id string) aurea.Run {
	t.Helper()
	run, err := s.manager.Wait(t.Context(), id)
	if err != nil {
		t.Fatalf("Wait for %s: %v", id, err)
	}
	if !run.Status.Finished() {
		t.Fatalf("run %s is %s, want it finished", id, run.Status)
	}
	return run
}

// checkOutcome checks how a run ended and how many of its jobs were ok.
func checkOutcome(t *testing.T, run aurea.Run, status aurea.Status, ok int64) {
	t.Helper()
	if run.Status != status {
		t.Errorf("run %s is %s (%s), want %s", run.Name, run.Status, run.Error, status)
	}
	got := "no result"
	if run.Result != nil {
		got = fmt.Sprint(run.Result.Counts.OK)
	}
	want := fmt.Sprint(ok)
	if ok < 0 {
		want = "no result"
	}
	if got != want {
		t.Errorf("run %s has %s jobs ok, want %s", run.Name, got, want)
	}
}
