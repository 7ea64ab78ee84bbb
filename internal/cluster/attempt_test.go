package cluster_test

import (
	"context"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A run waits until as many workers are there as it asks for, and says so.
func TestRunWaitsForWorkers(t *testing.T) {
	t.Parallel()
	s := startService(t, 1)
	plan := planOf(t, `{"num_jobs": 100, "workers": 2, "workload": {"kind": "noop"}}`)
	resolved, err := s.dispatcher.Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 100)
	ended := make(chan aurea.Measurement, 1)
	go func() {
		measured, err := s.dispatcher.Execute(context.Background(), plan, resolved, nil, func(p aurea.Progress) {
			said <- p.Activity.Describe(0)
		})
		if err != nil {
			t.Error(err)
		}
		ended <- measured
	}()
	if got, want := <-said, "waiting for workers: 1 of 2 are there"; got != want {
		t.Errorf("the run says %q, want %q", got, want)
	}
	s.startWorker(t, "b", testLog(t))
	measured := <-ended
	if got := len(measured.Workers.Of); got != 2 {
		t.Errorf("%d workers took part, want 2", got)
	}
	if want := (aurea.Counts{Planned: 100, OK: 100}); measured.Tally.Counts != want {
		t.Errorf("the counts are %+v, want %+v", measured.Tally.Counts, want)
	}
}

// A run that is cancelled while it waits for workers accounts for its jobs.
func TestCancelWhileWaiting(t *testing.T) {
	t.Parallel()
	s := startService(t, 0)
	plan := planOf(t, `{"num_jobs": 100, "workers": 2, "workload": {"kind": "noop"}}`)
	resolved, err := s.dispatcher.Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	measured, err := s.dispatcher.Execute(ctx, plan, resolved, nil, func(aurea.Progress) { cancel() })
	if err != nil {
		t.Fatal(err)
	}
	if want := (aurea.Counts{Planned: 100, Cancelled: 100}); measured.Tally.Counts != want {
		t.Errorf("the counts are %+v, want %+v", measured.Tally.Counts, want)
	}
	if !measured.Stopped {
		t.Error("the run was not stopped")
	}
}

// A worker that died without a word does not keep the others from a run.
func TestRunWithoutSilentWorker(t *testing.T) {
	t.Parallel()
	s := startService(t, 1)
	silent := s.startWorker(t, "b", testLog(t))
	s.awaitWorkers(t, 2)
	silent.Close()
	measured := execute(t, s.dispatcher, `{"num_jobs": 100, "workers": "all", "workload": {"kind": "noop"}}`)
	if got := measured.Workers.Of; len(got) != 1 || got[0].Name != "a" {
		t.Errorf("the workers are %+v, want a alone", got)
	}
	if want := (aurea.Counts{Planned: 100, OK: 100}); measured.Tally.Counts != want {
		t.Errorf("the counts are %+v, want %+v", measured.Tally.Counts, want)
	}
}
