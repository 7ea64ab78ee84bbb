package runs

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
)

// startRunning starts a manager with the real engine and a run that has
// started. ended returns the run when it has finished.
func startRunning(t *testing.T, spec string) (m *Manager, id string, ended func() aurea.Run) {
	t.Helper()
	m = New(engine.New("test", everyKind), Options{Store: newMemoryStore(), Owner: "test"})
	ctx, drain := context.WithCancel(context.Background())
	over, done := make(chan struct{}), make(chan aurea.Run, 1)
	go func() {
		defer close(over)
		_ = m.Run(ctx)
	}()
	t.Cleanup(func() {
		drain()
		<-over
	})
	go func() {
		run, _ := m.Do(ctx, decode(t, spec), nil)
		done <- run
	}()
	for id == "" {
		time.Sleep(time.Millisecond)
		id = m.startedRun()
	}
	return m, id, func() aurea.Run { return <-done }
}

// startedRun returns the id of the latest run that has started, or "".
func (m *Manager) startedRun() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running != nil {
		return m.running.run.ID
	}
	if len(m.recent) > 0 {
		return m.recent[0].ID
	}
	return ""
}

// A control takes effect, and is in the run's timeline at once and in its
// result.
func TestControl(t *testing.T) {
	m, id, ended := startRunning(t,
		`{"rate": 100, "num_jobs": 1000, "concurrency": 50, "workload": {"kind": "sleep", "duration": "1ms"}}`)
	var timelines [][]aurea.RunEvent
	for _, control := range []aurea.Control{
		{Kind: aurea.Pause}, {Kind: aurea.ChangeLoad, Rate: 1e6, Concurrency: 900},
		{Kind: aurea.Resume},
	} {
		run, err := m.Control(t.Context(), id, control)
		if err != nil {
			t.Fatalf("%+v: %v", control, err)
		}
		if run.ID != id || run.Status != aurea.StatusRunning {
			t.Fatalf("%+v: %s is %s, want %s running", control, run.ID, run.Status, id)
		}
		timelines = append(timelines, run.Timeline)
	}
	run := ended()
	var kinds []string
	for i, event := range run.Timeline {
		kinds = append(kinds, event.Kind)
		if diff := cmp.Diff(run.Timeline[:i+1], timelines[i]); diff != "" {
			t.Errorf("the timeline after control %d (-at the end +then):\n%s", i, diff)
		}
	}
	if !slices.Equal(kinds, []string{"pause", "load", "resume"}) ||
		run.Timeline[1].Detail != "rate 100 to 1000000, concurrency 50 to 900" {
		t.Errorf("the timeline is %+v", run.Timeline)
	}
	r := run.Result
	if diff := cmp.Diff(run.Timeline, r.Timeline); diff != "" {
		t.Errorf("timeline (-run +result):\n%s", diff)
	}
	if r.Counts.OK != 1000 || r.Validity.State != aurea.Degraded {
		t.Errorf("%+v, %+v; want 1000 ok and degraded", r.Counts, r.Validity)
	}
	if paused := run.Timeline[2].T - run.Timeline[0].T; math.Abs(r.Paused-paused) > 1e-9 {
		t.Errorf("the result was paused for %v s, want %v", r.Paused, paused)
	}
	for job := range run.Samples.Jobs.All() {
		if start := job.Start.Seconds(); start > run.Timeline[0].T && start < run.Timeline[2].T {
			t.Errorf("job %d started at %v, during the pause", job.Index, job.Start)
		}
	}
}

// An impossible control is refused with the reason.
func TestRefusedControl(t *testing.T) {
	m, id, ended := startRunning(t,
		`{"num_jobs": 2, "concurrency": 1, "workload": {"kind": "sleep", "duration": "1h"}, "timeout": "500ms"}`)
	caller, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() {
		defer close(left)
		_, _ = m.Do(caller, decode(t, `{"num_jobs": 1}`), nil)
	}()
	var queued string
	for queued == "" {
		m.mu.Lock()
		if len(m.queue) > 0 {
			queued = m.queue[0].run.ID
		}
		m.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	refused := func(id string, control aurea.Control, want error, say string) {
		t.Helper()
		run, err := m.Control(t.Context(), id, control)
		if !errors.Is(err, want) || !strings.Contains(err.Error(), say) {
			t.Errorf("%+v of %q: %v, want %v with %q", control, id, err, want, say)
		}
		if run.ID != "" {
			t.Errorf("%+v of %q returned the run %s", control, id, run.ID)
		}
	}
	refused("benchmark-unknown", aurea.Control{Kind: aurea.Pause}, aurea.ErrNotFound, "benchmark-unknown")
	refused(queued, aurea.Control{Kind: aurea.Pause}, aurea.ErrConflict, "is queued")
	refused(id, aurea.Control{Kind: aurea.Resume}, aurea.ErrConflict, "is not paused")
	refused(id, aurea.Control{Kind: aurea.ChangeLoad, Rate: 5}, aurea.ErrConflict, "change its concurrency")
	refused(id, aurea.Control{Kind: aurea.ChangeLoad, Concurrency: -5}, aurea.ErrInvalid, "from 1 to 10000000")
	leave()
	<-left
	run := ended()
	if len(run.Timeline) > 0 {
		t.Errorf("the timeline is %+v", run.Timeline)
	}
	refused(id, aurea.Control{Kind: aurea.Pause}, aurea.ErrConflict, "is completed")
}

// A control of a run that is ending takes effect or returns an error.
func TestControlAtTheEnd(t *testing.T) {
	m, id, ended := startRunning(t,
		`{"num_jobs": 200000, "concurrency": 10, "workload": {"kind": "noop"}, "include_jobs": false}`)
	for {
		run, err := m.Control(t.Context(), id, aurea.Control{Kind: aurea.ChangeLoad, Concurrency: 10})
		if err != nil {
			if !errors.Is(err, aurea.ErrConflict) {
				t.Error(err)
			}
			break
		}
		if len(run.Timeline) == 0 {
			t.Error("the timeline lacks a control that took effect")
		}
	}
	if run := ended(); run.Result.Counts.OK != 200_000 || !slices.Equal(run.Timeline, run.Result.Timeline) {
		t.Errorf("%+v, %d events of the run, %d of its result", run.Result.Counts, len(run.Timeline),
			len(run.Result.Timeline))
	}
}
