package cluster_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
)

// A begun is a run that a dispatcher has begun, in a goroutine of its own.
type begun struct {
	cancel   context.CancelFunc
	handOver func() // closes the claim's HandOver
	noted    []byte
	measured aurea.Measurement
	err      error
	ended    chan struct{}
}

// begin begins a run and returns once it is noted and has progressed.
func begin(t *testing.T, d *cluster.Dispatcher, plan aurea.Plan) *begun {
	t.Helper()
	resolved, err := d.Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	leaving := make(chan struct{})
	b := &begun{cancel: cancel, handOver: func() { close(leaving) }, ended: make(chan struct{})}
	progressed := make(chan struct{}, 1)
	note := func(_ context.Context, noted []byte) error {
		b.noted = noted
		return nil
	}
	go func() {
		defer close(b.ended)
		claim := aurea.Claim{Run: "benchmark-1", Epoch: 1, Note: note, HandOver: leaving}
		b.measured, b.err = d.Begin(ctx, plan, resolved, claim, nil, func(aurea.Progress) {
			select {
			case progressed <- struct{}{}:
			default:
			}
		})
	}()
	select {
	case <-progressed:
	case <-b.ended:
		t.Fatalf("the run ended: %v", b.err)
	}
	return b
}

// resume takes a run over and returns its result.
func resume(t *testing.T, d *cluster.Dispatcher, plan aurea.Plan, noted []byte) *aurea.Result {
	t.Helper()
	measured, err := d.Resume(t.Context(), plan, aurea.Claim{Epoch: 2, Noted: noted}, nil, func(aurea.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	recordsOf(t, measured) // every started job has one
	return aurea.NewResult(plan, measured)
}

const fourSeconds = `{"num_jobs": 4000, "rate": 1000, "workload": {"kind": "sleep", "duration": "5ms"}}`

// A run whose server dies goes on under another server, and every job counts
// once. The server before is refused from then on.
func TestResumeWithinLease(t *testing.T) {
	t.Parallel()
	s := startService(t, 2)
	plan := planOf(t, fourSeconds)
	first := begin(t, s.dispatcher, plan)
	for _, worker := range s.registry.Workers() {
		if worker.Run != "benchmark-1" {
			t.Errorf("worker %s is listed with run %q, want benchmark-1", worker.Name, worker.Run)
		}
	}
	result := resume(t, s.anotherDispatcher(t), plan, first.noted)
	if want := (aurea.Counts{Planned: 4000, OK: 4000}); result.Counts != want {
		t.Errorf("the counts are %+v, want %+v", result.Counts, want)
	}
	if result.Status != aurea.StatusCompleted {
		t.Errorf("the run is %s, want completed", result.Status)
	}
	if result.Latency.Count != 4000 {
		t.Errorf("the latency has %d values, want 4000", result.Latency.Count)
	}
	select {
	case <-first.ended:
		if !errors.Is(first.err, aurea.ErrConflict) {
			t.Errorf("the first server ended with %v, want a conflict", first.err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the first server does not know that it has lost the run")
	}
}

// A server that is to hand its run over leaves it at once, even if it is told to
// stop at the same time. The next server goes on with it, and every job counts once.
func TestHandOver(t *testing.T) {
	t.Parallel()
	s := startService(t, 2)
	plan := planOf(t, fourSeconds)
	first := begin(t, s.dispatcher, plan)
	first.handOver()
	first.cancel()
	<-first.ended
	if !errors.Is(first.err, aurea.ErrHandedOver) {
		t.Fatalf("the first server ended with %v, want %v", first.err, aurea.ErrHandedOver)
	}
	for _, worker := range s.registry.Workers() {
		if worker.Run != "" {
			t.Errorf("worker %s is listed with run %q, want none of this server", worker.Name, worker.Run)
		}
	}
	next := s.anotherDispatcher(t)
	left := make(chan struct{})
	close(left)
	_, err := next.Resume(t.Context(), plan, aurea.Claim{Epoch: 2, Noted: first.noted, HandOver: left}, nil,
		func(aurea.Progress) {})
	if !errors.Is(err, aurea.ErrHandedOver) {
		t.Fatalf("a server that ends while it takes the run over returns %v, want %v", err, aurea.ErrHandedOver)
	}
	measured, err := next.Resume(t.Context(), plan, aurea.Claim{Epoch: 3, Noted: first.noted}, nil,
		func(aurea.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := aurea.NewResult(plan, measured).Counts, (aurea.Counts{Planned: 4000, OK: 4000}); got != want {
		t.Errorf("the counts are %+v, want %+v", got, want)
	}
}

// A run that is taken over after its lease ends as interrupted, and its account
// is exact.
func TestResumeAfterLease(t *testing.T) {
	t.Parallel()
	s := startService(t, 2)
	plan := planOf(t, `{"num_jobs": 60000, "rate": 1000, "workload": {"kind": "sleep", "duration": "5ms"}}`)
	dying := s.anotherService(t)
	first := begin(t, dying.dispatcher, plan)
	dying.conn.Close()
	time.Sleep(cluster.Lease + time.Second)
	result := resume(t, s.dispatcher, plan, first.noted)
	if result.Status != aurea.StatusInterrupted {
		t.Errorf("the run is %s, want interrupted", result.Status)
	}
	if result.Counts.Lost != 0 {
		t.Errorf("%d jobs are lost, want none", result.Counts.Lost)
	}
	if err := result.Counts.Check(); err != nil {
		t.Error(err)
	}
	<-first.ended
	if result.Counts.OK == 0 || result.Counts.OK != result.Latency.Count {
		t.Errorf("%d jobs ended ok, and %d have a latency", result.Counts.OK, result.Latency.Count)
	}
}

// Nothing is measured of a run that its workers have forgotten. They are not lost:
// the run keeps the counts that are stored.
func TestResumeForgotten(t *testing.T) {
	t.Parallel()
	s := startService(t, 2)
	plan := planOf(t, fourSeconds)
	first := begin(t, s.dispatcher, plan)
	first.cancel()
	<-first.ended
	var noted map[string]any
	if err := json.Unmarshal(first.noted, &noted); err != nil {
		t.Fatal(err)
	}
	noted["exec"] = cluster.NewID() // unknown, as a minute after its end
	forgotten, err := json.Marshal(noted)
	if err != nil {
		t.Fatal(err)
	}
	measured, err := s.dispatcher.Resume(t.Context(), plan, aurea.Claim{Epoch: 2, Noted: forgotten}, nil,
		func(aurea.Progress) {})
	if err == nil || measured.Tally != nil {
		t.Errorf("the run is measured: %+v, %v", measured.Tally, err)
	}
	if lost := s.dispatcher.Stats().Lost; lost != 0 {
		t.Errorf("%d workers are lost, want none", lost)
	}
}
