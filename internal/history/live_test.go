package history

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// execute executes a spec as a process of its own would, and keeps the run. It
// returns the run's id, and a channel of the finished run.
func execute(t *testing.T, h *History, spec aurea.Spec) (id string, ended <-chan aurea.Run) {
	t.Helper()
	began, done := make(chan string, 1), make(chan aurea.Run, 1)
	var live *Live
	manager := runs.New(engine.New("test", kinds.New(kinds.Options{})), runs.Options{
		Began: func(run aurea.Run) { live.Begin(run.ID); began <- run.ID },
	})
	live = h.Live(manager)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	managed := make(chan error, 1)
	go func() { managed <- manager.Run(ctx) }()
	go func() {
		run, err := manager.Do(ctx, spec, nil)
		if err != nil {
			t.Error(err)
		}
		if _, err := h.Keep(ctx, run); err != nil {
			t.Error(err)
		}
		live.End()
		stop()
		if err := <-managed; err != nil {
			t.Error(err)
		}
		done <- run
	}()
	return <-began, done
}

// longRun is a run that only ends when it is cancelled.
func longRun(t *testing.T, name string) aurea.Spec {
	t.Helper()
	spec, err := aurea.DecodeSpec([]byte(
		`{"duration": "1h", "rate": 20, "job_duration_ms": 1, "name": "` + name + `", "labels": {"team": "a"}}`))
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// awaitLive waits until the run can be reached.
func awaitLive(t *testing.T, s *Service, id string) aurea.Run {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		run, err := s.Get(t.Context(), id)
		if err == nil {
			return run
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// A run of another process is listed, watched and controlled as at a server,
// and is stored when it has ended.
func TestLiveRun(t *testing.T) {
	t.Parallel()
	h := In(t.TempDir())
	keepRuns(t, h, 1)
	id, ended := execute(t, h, longRun(t, "long"))
	s := openService(t, h)
	if run := awaitLive(t, s, id); run.Status != aurea.StatusRunning {
		t.Errorf("the run is %s", run.Status)
	}
	if ids := listIDs(t, s, aurea.RunQuery{}); len(ids) != 2 || ids[0] != id {
		t.Errorf("the list is %q, want %s first of two", ids, id)
	}
	for _, query := range []aurea.RunQuery{
		{Name: "long"}, {Labels: map[string]string{"team": "a"}}, {Statuses: []aurea.Status{aurea.StatusRunning}},
		{Workload: "sleep", Since: time.Now().Add(-time.Hour)},
	} {
		if diff := cmp.Diff([]string{id}, listIDs(t, s, query)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", query, diff)
		}
	}
	for _, query := range []aurea.RunQuery{
		{Name: "other"}, {Labels: map[string]string{"team": "b"}}, {Statuses: []aurea.Status{aurea.StatusQueued}},
		{Workload: "noop"}, {Baseline: true}, {Since: time.Now().Add(time.Hour)},
	} {
		if ids := listIDs(t, s, query); len(ids) > 0 {
			t.Errorf("%+v finds %q", query, ids)
		}
	}
	for _, kind := range []string{aurea.Pause, aurea.Resume} {
		run, err := s.Control(t.Context(), id, aurea.Control{Kind: kind})
		if err != nil {
			t.Fatal(err)
		}
		if last := run.Timeline[len(run.Timeline)-1].Kind; last != kind {
			t.Errorf("the last event is %s, want %s", last, kind)
		}
	}
	if _, err := s.Control(t.Context(), id, aurea.Control{Kind: aurea.ChangeLoad, Rate: 40}); err != nil {
		t.Error(err)
	}
	for what, err := range map[string]error{
		"delete": s.Delete(t.Context(), id), "verify": s.Verify(t.Context(), id),
	} {
		if !errors.Is(err, aurea.ErrConflict) || !strings.Contains(err.Error(), "is still running") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.Cancel(t.Context(), id); err != nil {
		t.Error(err)
	}
	run := <-ended
	stored, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run.Result.Counts, stored.Result.Counts); diff != "" {
		t.Errorf("the stored counts differ (-want +got):\n%s", diff)
	}
	if stored.Status != aurea.StatusCancelled || stored.Digest == "" {
		t.Errorf("the stored run is %s with digest %q", stored.Status, stored.Digest)
	}
}

// A watcher sees a run to its end, and the result, though the process of the
// run ends with it. It may be the first run of all.
func TestWatchToTheEnd(t *testing.T) {
	t.Parallel()
	h := In(t.TempDir())
	id, ended := execute(t, h, longRun(t, "watched"))
	awaitSocket(t, h, id)
	s := openService(t, h)
	var kinds []aurea.UpdateKind
	var last aurea.Update
	cancelled := false
	for update, err := range s.Watch(t.Context(), id, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if update.Kind == aurea.UpdateProgress && !cancelled {
			cancelled = true
			if _, err := s.Cancel(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
		kinds, last = append(kinds, update.Kind), update
	}
	if kinds[0] != aurea.UpdateStatus {
		t.Errorf("the first update is %s", kinds[0])
	}
	if last.Kind != aurea.UpdateResult || last.Run.Result == nil {
		t.Errorf("the last update is %s", last.Kind)
	}
	if run, err := s.Wait(t.Context(), id); err != nil || run.Status != aurea.StatusCancelled {
		t.Errorf("the run is %s: %v", run.Status, err)
	}
	<-ended
}

// awaitSocket waits until another process can reach the run.
func awaitSocket(t *testing.T, h *History, id string) {
	t.Helper()
	set := liveSet{history: h}
	for deadline := time.Now().Add(time.Minute); len(set.ids()) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("run %s has no socket", id)
		}
	}
}

// No process of the run is asked to take another one.
func TestLiveRunTakesNoOthers(t *testing.T) {
	t.Parallel()
	h := In(t.TempDir())
	id, ended := execute(t, h, longRun(t, "alone"))
	awaitSocket(t, h, id)
	set := liveSet{history: h, clients: map[string]*client.Client{}}
	defer set.close()
	process := set.find(id)
	for process == nil {
		process = set.find(id)
	}
	if _, err := process.Submit(t.Context(), aurea.Spec{NumJobs: 1}, ""); !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("to submit: %v", err)
	}
	if _, err := process.Cancel(t.Context(), id); err != nil {
		t.Error(err)
	}
	<-ended
}

// A process that is suspended holds up no list of runs.
func TestSuspendedRunIsNotListed(t *testing.T) {
	t.Parallel()
	h := In(t.TempDir())
	keepRuns(t, h, 1)
	_, release, err := h.listen("benchmark-suspended") // its connections are not accepted
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	s := openService(t, h)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	page, err := s.List(ctx, aurea.RunQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Runs) != 1 || page.Runs[0].ID != storetest.NewRun(0).ID {
		t.Errorf("the list has %d runs, want the stored one", len(page.Runs))
	}
}
