package runs

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// quickExecutor is an executor whose runs take 20 ms.
type quickExecutor struct{ resolver }

func (quickExecutor) Execute(
	_ context.Context, plan aurea.Plan, _ *workload.Resolved, _ <-chan aurea.Command, _ func(aurea.Progress),
) (aurea.Measurement, error) {
	m := aurea.Measurement{Start: time.Now(), Tally: aurea.NewTally(), Jobs: aurea.NewJobLog(aurea.MaxJobs)}
	time.Sleep(20 * time.Millisecond)
	m.Duration = time.Since(m.Start)
	m.Tally.Planned = plan.Jobs
	return m, nil
}

// writes returns how many rows were stored, and how many of them in one write
// with their end.
func (m *memoryStore) writes() (rows, keeps int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.rows), m.keeps
}

// A short run whose client waits is written once: with its end, and before its
// answer. One that is submitted is there when it is acknowledged.
func TestShortRunIsWrittenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveManager(t, New(quickExecutor{}, Options{Store: store.open(), Owner: "one"}))
		time.Sleep(10 * time.Millisecond)
		call := s.jobs("waited for", 1)
		if rows, _ := store.writes(); rows != 0 {
			t.Errorf("%d runs are stored while it runs, want none", rows)
		}
		run := call.end(t)
		if rows, keeps := store.writes(); rows != 1 || keeps != 1 {
			t.Errorf("%d runs are stored, %d of them at once, want 1 of 1", rows, keeps)
		}
		got, err := store.Get(t.Context(), run.ID)
		if err != nil || got.Status != aurea.StatusCompleted {
			t.Errorf("the stored run is %s, %v; want completed", got.Status, err)
		}
		if run.Digest == "" || run.Digest != got.Digest {
			t.Errorf("the answer has the digest %q, the store %q", run.Digest, got.Digest)
		}
		submitted := s.submit(t, `{"num_jobs": 1}`, "")
		if _, err := store.Get(t.Context(), submitted.ID); err != nil {
			t.Errorf("the acknowledged run is not stored: %v", err)
		}
		if _, err := s.manager.Wait(t.Context(), submitted.ID); err != nil {
			t.Error(err)
		}
		if rows, keeps := store.writes(); rows != 2 || keeps != 1 {
			t.Errorf("%d runs are stored, %d of them at once, want 1 of 2", rows, keeps)
		}
	})
}

// A run that lasts is stored while it runs or waits in the queue, so that other
// servers list it and a crash leaves a trace of it.
func TestLongRunIsStoredBeforeItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveStore(t, store, "one", Options{})
		first, second := s.jobs("running", 2), s.jobs("queued", 1)
		time.Sleep(firstSave + 2*tick)
		page, err := store.List(t.Context(), aurea.RunQuery{})
		if err != nil {
			t.Fatal(err)
		}
		status := map[string]aurea.Status{}
		for _, run := range page.Runs {
			status[run.Name] = run.Status
		}
		if got := status["running"]; got != aurea.StatusRunning {
			t.Errorf("the running run is stored as %q", got)
		}
		if got := status["queued"]; got != aurea.StatusQueued {
			t.Errorf("the queued run is stored as %q", got)
		}
		first.end(t)
		second.end(t)
		if _, keeps := store.writes(); keeps != 0 {
			t.Errorf("%d of the two runs were stored twice", keeps)
		}
	})
}

// A list and a note see a run from its first moment.
func TestUnwrittenRunIsListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveStore(t, store, "one", Options{})
		noted := s.jobs("noted", 1)
		page, err := s.manager.List(t.Context(), aurea.RunQuery{})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Runs) != 1 || page.Runs[0].Name != "noted" {
			t.Fatalf("the list has %+v, want the run", page.Runs)
		}
		waiting := s.jobs("waiting", 1)
		note := "why"
		for _, name := range []string{"noted", "waiting"} {
			run := findLive(t, s.manager, name)
			if _, err := s.manager.Change(t.Context(), run.ID, aurea.RunChange{Note: &note}); err != nil {
				t.Errorf("note of the run %s: %v", name, err)
			}
		}
		for _, call := range []*call{noted, waiting} {
			run := call.end(t)
			if got, err := store.Get(t.Context(), run.ID); err != nil || got.Note != note {
				t.Errorf("the run %s is stored with the note %q, %v", run.Name, got.Note, err)
			}
		}
	})
}

// findLive returns the live run with a name.
func findLive(t *testing.T, m *Manager, name string) aurea.Run {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.live {
		if e.run.Name == name {
			return e.run
		}
	}
	t.Fatalf("no run %s is live", name)
	return aurea.Run{}
}

// A short run that the store cannot take says so in its answer, and is stored when
// the store takes runs again.
func TestShortRunOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		s := serveManager(t, New(quickExecutor{}, Options{Store: store.open(), Owner: "one"}))
		time.Sleep(10 * time.Millisecond)
		store.setFull(true)
		run := s.jobs("full", 1).end(t)
		if run.Result == nil || run.Result.Stored == nil || *run.Result.Stored {
			t.Errorf("the answer does not say that the run is not stored: %+v", run.Result)
		}
		if err := s.manager.Ready(); err == nil {
			t.Error("runs are accepted although they cannot be stored")
		}
		store.setFull(false)
		time.Sleep(3 * retryEvery)
		if got, err := store.Get(t.Context(), run.ID); err != nil || got.Status != aurea.StatusCompleted {
			t.Errorf("the stored run is %q, %v; want completed", got.Status, err)
		}
		if _, keeps := store.writes(); keeps != 1 {
			t.Errorf("%d runs were stored at once, want 1", keeps)
		}
	})
}
