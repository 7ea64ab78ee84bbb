//go:build unix

package torture

import (
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A server that is killed leaves no load behind: its workers stop within their
// lease. They serve the next server at once.
func TestServerKilled(t *testing.T) {
	r := startRig(t, 2)
	r.submit(`"rate": 200, "duration": "60s", "workers": 2`)
	r.target.await(t, 300)
	r.server.kill()
	killed := time.Now()
	time.Sleep(6 * time.Second)
	before := r.target.seen()
	last := before[len(before)-1].at
	if d := last.Sub(killed); d > 4200*time.Millisecond {
		t.Errorf("the last request came %s after the server was killed", d)
	}
	t.Logf("the last request came %s after the server was killed", last.Sub(killed))
	r.serve()
	r.awaitIdle(2)
	r.target.forget()
	run := r.finish(r.submit(`"num_jobs": 100, "concurrency": 4, "workers": 2`))
	r.exact(run)
}

// A server that stands still for less than the lease takes the reports that came
// meanwhile: nothing is lost.
func TestServerSuspended(t *testing.T) {
	r := startRigAt(t, startNATS(t), 2)
	id := r.submit(load)
	r.target.await(t, 150)
	r.server.stopFor(2 * time.Second)
	r.exact(r.finish(id))
}

// A server that stands still for longer finds that its workers have stopped, with
// exact books.
func TestServerSuspendedBeyondLease(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{4500 * time.Millisecond, 8 * time.Second} {
		t.Run(d.String(), func(t *testing.T) {
			r := startRigAt(t, startNATS(t), 2)
			id := r.submit(`"rate": 100, "num_jobs": 3000, "workers": 2`)
			r.target.await(t, 150)
			r.server.stopFor(d)
			run := r.finish(id)
			r.failed(run)
			r.exactBooks(run)
			t.Logf("%s: %+v", run.Error, run.Result.Counts)
		})
	}
}

// Two servers that want the same workers have them one after the other.
func TestServersShareWorkers(t *testing.T) {
	nats := startNATS(t)
	r := startRigAt(t, nats, 2)
	other := &rig{t: t, dir: t.TempDir(), nats: nats, target: startTarget(t, 0), workers: r.workers}
	other.serve()
	other.awaitIdle(2)
	const load = `"rate": 100, "num_jobs": 150, "workers": 2`
	var mine, others []string
	for range 3 {
		mine, others = append(mine, r.submit(load)), append(others, other.submit(load))
	}
	for i := range mine {
		for _, run := range []aurea.Run{r.await(mine[i]), other.await(others[i])} {
			if run.Status != aurea.StatusCompleted || run.Result.Counts.OK != 150 {
				t.Errorf("the run is %s: %s", run.Status, run.Error)
			}
		}
	}
	r.verify()
	other.verify()
}

// A worker of another version is listed with the reason why it gets no run.
func TestOtherVersion(t *testing.T) {
	r := startRig(t, 1)
	r.announceOther("b")
	r.awaitState("b", aurea.WorkerRefused)
	list, err := r.client.Workers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range list {
		if w.Name == "b" && w.Reason == "" {
			t.Error("the refused worker has no reason")
		}
	}
	run := r.finish(r.submit(`"num_jobs": 10, "concurrency": 2, "workers": "all"`))
	r.exact(run)
	if n := run.Result.Workers.Count; n != 1 {
		t.Errorf("%d workers ran the run, want 1", n)
	}
}

// A start that reaches a worker too late is made again with a longer lead, and
// the result says so.
func TestFalseStart(t *testing.T) {
	r := startRig(t, 2)
	r.workers[1].proxy.holdFirst(`"kind":"start"`, 300*time.Millisecond)
	run := r.finish(r.submit(`"rate": 100, "num_jobs": 200, "workers": 2`))
	if run.Status != aurea.StatusCompleted || run.Result.Counts.OK != 200 {
		t.Errorf("the run is %s: %s", run.Status, run.Error)
	}
	if !startGivenUp(run.Result) {
		t.Errorf("the warnings are %q, want one on the first start", run.Result.Warnings)
	}
}
