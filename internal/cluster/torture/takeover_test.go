//go:build unix

package torture

import (
	"syscall"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A run goes on when its server is killed and started again within the lease,
// and every job counts once.
func TestServerRestarted(t *testing.T) {
	r := startRigAt(t, startNATS(t), 2)
	id := r.submit(`"rate": 100, "num_jobs": 800, "workers": 2`)
	r.target.await(t, 150)
	r.server.kill()
	r.serve()
	run := r.finish(id)
	r.exact(run)
	if !hasEvent(run, "adopted") {
		t.Errorf("the timeline %+v does not say that the run was taken over", run.Timeline)
	}
}

// A run whose server comes back after the lease ends as interrupted. What its
// workers did until then is accounted for.
func TestServerRestartedAfterLease(t *testing.T) {
	r := startRigAt(t, startNATS(t), 2)
	id := r.submit(`"rate": 100, "num_jobs": 3000, "workers": 2`)
	r.target.await(t, 150)
	r.server.kill()
	time.Sleep(6 * time.Second)
	r.serve()
	run := r.finish(id)
	if run.Status != aurea.StatusInterrupted {
		t.Errorf("the run is %s (%s), want interrupted", run.Status, run.Error)
	}
	if run.Result == nil {
		t.Fatal("the run has no result")
	}
	r.exactBooks(run)
}

// When one of two servers on one database dies, the other takes its runs over:
// the one under way and the ones that wait. None that was acknowledged is lost.
func TestAnotherServerTakesOver(t *testing.T) {
	r := startOnPostgres(t)
	other := r.another()
	other.awaitIdle(2)

	const load = `"rate": 100, "num_jobs": 3000, "workers": 2`
	running, waiting := r.submit(load), r.submit(`"num_jobs": 50, "concurrency": 2, "workers": 2`)
	r.target.await(t, 150)
	if shown, err := other.client.Get(t.Context(), running); err != nil || shown.Status != aurea.StatusRunning {
		t.Errorf("the other server shows the run as %s (%v), want running", shown.Status, err)
	}
	r.server.kill()

	taken := other.await(running)
	if taken.Status != aurea.StatusCompleted && taken.Status != aurea.StatusInterrupted {
		t.Errorf("the run that was under way is %s (%s)", taken.Status, taken.Error)
	}
	if taken.Result == nil {
		t.Fatal("the run that was under way has no result")
	}
	if err := taken.Result.Counts.Check(); err != nil {
		t.Error(err)
	}
	if lost := taken.Result.Counts.Lost; lost != 0 {
		t.Errorf("%d jobs of it are lost, want none", lost)
	}
	if next := other.await(waiting); next.Status != aurea.StatusCompleted || next.Result.Counts.OK != 50 {
		t.Errorf("the run that waited is %s (%s), want 50 jobs ok", next.Status, next.Error)
	}
	other.verify()
}

// A server without NATS leaves a run on workers to those that have it. One that
// comes when the others would be dead for long still collects what was done.
func TestServerWithoutNATSLeavesRuns(t *testing.T) {
	r := startOnPostgres(t)
	plain := r.withoutNATS()
	id := r.submit(`"rate": 100, "num_jobs": 3000, "workers": 2`)
	r.target.await(t, 150)
	r.server.kill()
	r.expireLeases()
	time.Sleep(11 * time.Second) // twice the interval at which the plain server looks
	if shown, err := plain.client.Get(t.Context(), id); err != nil || shown.Status != aurea.StatusRunning {
		t.Errorf("the server without NATS shows the run as %s (%v), want running", shown.Status, err)
	}
	other := r.another()
	run := other.await(id)
	if run.Status != aurea.StatusInterrupted || run.Result == nil {
		t.Fatalf("the run is %s (%s), want interrupted with a result", run.Status, run.Error)
	}
	r.exactBooks(run)
}

// A server that gets SIGTERM hands over its runs: the one under way, those behind
// it, and one that waits for workers.
func TestServerTerminated(t *testing.T) {
	r := startOnPostgres(t)
	other := r.another()
	other.awaitIdle(2)
	running := r.submit(`"rate": 100, "num_jobs": 1000, "workers": 2`)
	var queued []string
	for range 3 {
		queued = append(queued, r.submit(`"num_jobs": 50, "concurrency": 2, "workers": 2`))
	}
	waiting := other.submit(`"num_jobs": 50, "concurrency": 3, "workers": 3`)
	r.target.await(t, 50)
	r.server.signal(syscall.SIGTERM)
	for _, id := range queued {
		if shown, err := other.client.Get(t.Context(), id); err != nil || shown.Status == aurea.StatusInterrupted {
			t.Errorf("a queued run is %s (%v)", shown.Status, err)
		}
	}
	if run := other.await(running); run.Status != aurea.StatusCompleted || run.Result.Counts.OK != 1000 {
		t.Errorf("the run under way is %s (%s), want 1000 jobs ok", run.Status, run.Error)
	}
	<-r.server.ended
	third := r.another()
	third.awaitIdle(2)
	other.server.signal(syscall.SIGTERM)
	<-other.server.ended
	third.addWorker("c")
	for _, id := range append(queued, waiting) {
		if run := third.await(id); run.Status != aurea.StatusCompleted || run.Result.Counts.OK != 50 {
			t.Errorf("the run is %s (%s), want 50 jobs ok", run.Status, run.Error)
		}
	}
	third.verify()
}

// hasEvent reports whether a run's timeline has an event of a kind.
func hasEvent(run aurea.Run, kind string) bool {
	for _, event := range run.Timeline {
		if event.Kind == kind {
			return true
		}
	}
	return false
}
