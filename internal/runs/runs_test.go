package runs

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// everyKind is all kinds of job, with the safest policy.
var everyKind = kinds.New(kinds.Options{})

// A resolver is the part of an executor that the fakes share.
type resolver struct{}

// Resolve checks a workload as the engine does.
func (resolver) Resolve(plan aurea.Plan) (*workload.Resolved, error) { return everyKind.Resolve(plan) }

// An executor is a fake for synctest: each job takes a second, one after the
// other, and it reports after each. Every fourth job fails with class odd, and
// the job after it times out. A plan named "broken" cannot be executed, and one
// named "bereft" loses its worker.
type executor struct {
	resolver
	mu                sync.Mutex
	started           []string // names of the plans, in order of execution
	active, maxActive int
}

func (x *executor) enter(name string) (leave func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.started = append(x.started, name)
	x.active++
	x.maxActive = max(x.maxActive, x.active)
	return func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.active--
	}
}

func outcomeOf(job int64) aurea.Outcome {
	return []aurea.Outcome{aurea.OK, aurea.OK, aurea.Failed, aurea.TimedOut}[job%4]
}

func (x *executor) Execute(
	ctx context.Context, plan aurea.Plan, _ *workload.Resolved, _ <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	defer x.enter(plan.Spec.Name)()
	if plan.Spec.Name == "broken" {
		return aurea.Measurement{}, fmt.Errorf("the target cannot be reached")
	}
	m := aurea.Measurement{Start: time.Now(), Tally: aurea.NewTally(), Jobs: aurea.NewJobLog(aurea.MaxJobs), MaxInFlight: 1}
	interval := aurea.NewTally() // reused, as an executor may do
	for job := int64(0); job < plan.Jobs && !m.Stopped; job++ {
		interval.Reset()
		interval.Started = 1
		begun := time.Since(m.Start)
		inFlight := int64(1)
		select {
		case <-time.After(time.Second):
			interval.End(outcomeOf(job), begun, begun, begun+time.Second)
			m.Jobs.Put(job, outcomeOf(job), begun, begun, begun+time.Second)
		case <-ctx.Done():
			m.Stopped = true
			inFlight = 0
			interval.Cancelled = plan.Jobs - job
		}
		if job == plan.Jobs-1 {
			inFlight = 0
		}
		m.Duration = time.Since(m.Start)
		m.Tally.Merge(interval)
		failures := map[string]int64{}
		if interval.Failed > 0 {
			failures["odd"] = interval.Failed
		}
		observe(aurea.Progress{Elapsed: m.Duration, Length: m.Duration - begun, Interval: interval, Judged: interval,
			Failures: failures, InFlight: inFlight})
	}
	m.Tally.Planned = plan.Jobs
	if plan.Spec.Name == "bereft" {
		m.Stopped = true
		m.Workers = &aurea.Workers{Of: []aurea.WorkerResult{{Name: "two", State: aurea.WorkerLost}}}
	}
	return m, nil
}

// A service is a running manager with its calls.
type service struct {
	t        *testing.T
	manager  *Manager
	executor *executor
	drain    context.CancelFunc
	ended    chan struct{} // closed when Run has returned
	calls    sync.WaitGroup
}

// serve starts a manager. When the test ends, it is drained and awaited.
func serve(t *testing.T, options Options) *service {
	t.Helper()
	x := &executor{}
	s := serveManager(t, New(x, options))
	s.executor = x
	return s
}

// serveManager is serve for a manager that was made elsewhere.
func serveManager(t *testing.T, m *Manager) *service {
	t.Helper()
	s := &service{t: t, manager: m, ended: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	s.drain = cancel
	go func() {
		defer close(s.ended)
		if err := s.manager.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	t.Cleanup(func() {
		s.drain()
		<-s.ended
		s.calls.Wait()
	})
	return s
}

// A call is a call of Do in progress.
type call struct {
	run   aurea.Run
	err   error
	at    time.Time // when it returned
	leave context.CancelFunc
	ended chan struct{}
}

// do calls Do in the background. It returns when the manager can do no more
// without time passing.
func (s *service) do(spec string, watch func(aurea.Run)) *call {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := &call{leave: cancel, ended: make(chan struct{})}
	decoded := decode(s.t, spec)
	s.calls.Go(func() {
		defer cancel()
		defer close(c.ended)
		c.run, c.err = s.manager.Do(ctx, decoded, watch)
		c.at = time.Now()
	})
	synctest.Wait()
	return c
}

// jobs submits a run with a name and n jobs, which takes n seconds.
func (s *service) jobs(name string, n int) *call {
	s.t.Helper()
	return s.do(fmt.Sprintf(`{"name": %q, "num_jobs": %d}`, name, n), nil)
}

// end waits for the call and returns the run, which must have been accepted.
func (c *call) end(t *testing.T) aurea.Run {
	t.Helper()
	<-c.ended
	if c.err != nil {
		t.Fatalf("Do: %v", c.err)
	}
	return c.run
}

func decode(t testing.TB, spec string) aurea.Spec {
	t.Helper()
	decoded, err := aurea.DecodeSpec([]byte(spec))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

// wantStatus checks the status of a finished run and when it started and ended,
// in whole seconds from the start of the test. A negative start means never.
func wantStatus(t *testing.T, run aurea.Run, status aurea.Status, epoch time.Time, started, finished int) {
	t.Helper()
	if run.Status != status {
		t.Errorf("run %s is %s, want %s", run.Name, run.Status, status)
	}
	if started < 0 && run.StartedAt != nil {
		t.Errorf("run %s was started at %v", run.Name, run.StartedAt)
	}
	start := epoch.Add(time.Duration(started) * time.Second)
	if started >= 0 && (run.StartedAt == nil || !run.StartedAt.Equal(start)) {
		t.Errorf("run %s was started at %v, want %d s after %v", run.Name, run.StartedAt, started, epoch)
	}
	if run.FinishedAt == nil || !run.FinishedAt.Equal(epoch.Add(time.Duration(finished)*time.Second)) {
		t.Errorf("run %s ended at %v, want %d s after %v", run.Name, run.FinishedAt, finished, epoch)
	}
}
