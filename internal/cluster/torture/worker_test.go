//go:build unix

package torture

import (
	"syscall"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// load is a run of six seconds on two workers. A job that is due just before the
// end of a run by time may be cancelled, so it is one by number.
const load = `"rate": 100, "num_jobs": 600, "workers": 2`

// A run whose worker is killed fails, and its books say what was lost.
func TestWorkerKilled(t *testing.T) {
	r := startRig(t, 2)
	id := r.submit(`"rate": 100, "duration": "30s", "workers": 2`)
	r.target.await(t, 150)
	r.workers[0].kill()
	run := r.finish(id)
	r.failed(run)
	if lost := run.Result.Counts.Lost; lost == 0 {
		t.Errorf("no job is lost: %+v", run.Result.Counts)
	}
	t.Logf("%s: %+v", run.Error, run.Result.Counts)
}

// A worker that stands still for less than its lease catches up: nothing is lost.
func TestWorkerSuspended(t *testing.T) {
	r := startRig(t, 2)
	id := r.submit(load)
	r.target.await(t, 150)
	r.workers[0].stopFor(2500 * time.Millisecond)
	run := r.finish(id)
	r.exact(run)
	if reason(run.Result, "report_gap") == nil {
		t.Errorf("the gap is not among the reasons %+v", run.Result.Validity.Reasons)
	}
}

// A worker that stands still for longer than its lease is lost. It starts no job
// when it continues.
func TestWorkerSuspendedBeyondLease(t *testing.T) {
	r := startRig(t, 2)
	id := r.submit(`"rate": 400, "duration": "30s", "workers": 2`)
	r.target.await(t, 600)
	r.workers[0].stopFor(7 * time.Second)
	run := r.finish(id)
	r.failed(run)
	t.Logf("%s: %+v", run.Error, run.Result.Counts)
	r.awaitIdle(2)
}

// The same, with the only worker, in a closed run.
func TestOnlyWorkerSuspendedBeyondLease(t *testing.T) {
	r := startRig(t, 1)
	r.target.delay = time.Millisecond
	id := r.submit(`"num_jobs": 90000, "concurrency": 8, "workers": 1`)
	r.target.await(t, 100)
	r.workers[0].stopFor(7 * time.Second)
	run := r.finish(id)
	r.failed(run)
	t.Logf("%s: %+v", run.Error, run.Result.Counts)
}

// A worker that gets SIGTERM finishes its share and takes no other.
func TestWorkerDrains(t *testing.T) {
	r := startRig(t, 2)
	id := r.submit(load)
	r.target.await(t, 100)
	r.workers[0].signal(syscall.SIGTERM)
	r.awaitState("a", aurea.WorkerDraining)
	r.exact(r.finish(id))
	<-r.workers[0].ended
	if code := r.workers[0].command.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the worker ended with %d", code)
	}
	r.target.forget()
	run := r.finish(r.submit(`"num_jobs": 10, "concurrency": 2, "workers": "all"`))
	r.exact(run)
	if n := run.Result.Workers.Count; n != 1 {
		t.Errorf("%d workers ran the next run, want 1", n)
	}
}

// A worker that joins during a run is idle until the next.
func TestWorkerJoins(t *testing.T) {
	r := startRig(t, 1)
	id := r.submit(`"rate": 100, "num_jobs": 500, "workers": "all"`) // a worker takes seconds to start, sometimes
	r.target.await(t, 50)
	r.addWorker("b")
	r.awaitIdle(1)
	if states := r.states(); states["a"] != aurea.WorkerRunning || states["b"] != aurea.WorkerIdle {
		t.Errorf("the workers are %v", states)
	}
	run := r.finish(id)
	r.exact(run)
	if n := run.Result.Workers.Count; n != 1 {
		t.Errorf("%d workers ran the run, want 1", n)
	}
	r.target.forget()
	run = r.finish(r.submit(`"num_jobs": 20, "concurrency": 2, "workers": "all"`))
	r.exact(run)
	if n := run.Result.Workers.Count; n != 2 {
		t.Errorf("%d workers ran the next run, want 2", n)
	}
}

// A run goes on without a lost worker if its spec says so.
func TestToleratedLoss(t *testing.T) {
	r := startRig(t, 2)
	id := r.submit(`"rate": 100, "num_jobs": 1200, "workers": 2, "max_lost_fraction": 0.6`)
	r.target.await(t, 300)
	r.workers[0].kill()
	run := r.finish(id)
	if run.Status != aurea.StatusCompleted {
		t.Fatalf("the run is %s: %s", run.Status, run.Error)
	}
	if state := run.Result.Validity.State; state != aurea.Degraded {
		t.Errorf("the result is %s", state)
	}
	if reason(run.Result, aurea.WorkerLostCode) == nil {
		t.Errorf("no reason of %+v is %s", run.Result.Validity.Reasons, aurea.WorkerLostCode)
	}
	if c := run.Result.Counts; c.Planned != 1200 || c.Lost == 0 || c.OK+c.Lost != c.Planned {
		t.Errorf("the counts are %+v", c)
	}
	t.Logf("%+v", run.Result.Counts)
}
