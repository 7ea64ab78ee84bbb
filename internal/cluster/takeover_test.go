package cluster_test

import (
	"context"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

var _ runs.Resumer = cluster.Placement{}

// serveRuns starts a service's manager of runs on a database.
func (s *service) serveRuns(t *testing.T, folder string) (*runs.Manager, *store.Store) {
	t.Helper()
	opened, err := store.Open(t.Context(), folder, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	placement := cluster.Placement{Local: s.engine, Workers: s.dispatcher}
	m := runs.New(placement, runs.Options{Store: opened, Owner: "server", Log: testLog(t)})
	run(t, "runs", m.Run)
	return m, opened
}

// A run on workers goes on when its server is restarted: the database says what
// the next life of the server takes over, and every job counts once.
func TestRunSurvivesItsServer(t *testing.T) {
	t.Parallel()
	workers := startService(t, 2)
	folder := t.TempDir()
	before := workers.anotherService(t)
	manager, opened := before.serveRuns(t, folder)
	spec, err := aurea.DecodeSpec([]byte(`{"num_jobs": 8000, "rate": 1000, "workers": "all",
		"workload": {"kind": "sleep", "duration": "5ms"}}`))
	if err != nil {
		t.Fatal(err)
	}
	submitted, err := manager.Submit(t.Context(), spec, "")
	if err != nil {
		t.Fatal(err)
	}
	for update, err := range manager.Watch(t.Context(), submitted.ID, 0) {
		if err != nil || update.Run.Progress != nil && update.Run.Progress.OK > 0 {
			break
		}
	}
	if err := opened.Close(); err != nil { // as when its process ends
		t.Fatal(err)
	}
	before.conn.Close()

	after, _ := workers.serveRuns(t, folder)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := after.Ready(); err != nil {
		waitForStart(ctx, t, after)
	}
	ended, err := after.Wait(ctx, submitted.ID)
	if err != nil || ended.Result == nil {
		t.Fatalf("the run is %s (%s), %v; want it completed", ended.Status, ended.Error, err)
	}
	if want := (aurea.Counts{Planned: 8000, OK: 8000}); ended.Result.Counts != want {
		t.Errorf("the counts are %+v, want %+v", ended.Result.Counts, want)
	}
	if ended.Status != aurea.StatusCompleted {
		t.Errorf("the run is %s, want completed", ended.Status)
	}
	if len(ended.Timeline) != 1 || ended.Timeline[0].Kind != "adopted" {
		t.Errorf("the timeline is %+v, want the adoption", ended.Timeline)
	}
}

func waitForStart(ctx context.Context, t *testing.T, m *runs.Manager) {
	t.Helper()
	for m.Ready() != nil {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			t.Fatal(m.Ready())
		}
	}
}
