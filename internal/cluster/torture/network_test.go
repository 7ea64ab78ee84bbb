//go:build unix

package torture

import (
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A worker that the network cuts off for longer than its lease is lost, and starts
// no job after its lease. It is there again when the network is.
func TestNetworkOfWorker(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]mode{"cut": cut, "half-open": swallow, "stalled": stall} {
		t.Run(name, func(t *testing.T) {
			r := startRig(t, 2)
			id := r.submit(`"rate": 100, "duration": "30s", "workers": 2`)
			r.target.await(t, 200)
			r.workers[0].proxy.setFor(m, 12*time.Second)
			run := r.finish(id)
			r.failed(run)
			if run.Result.Counts.Lost == 0 {
				t.Errorf("no job is lost: %+v", run.Result.Counts)
			}
			t.Logf("%s: %+v", run.Error, run.Result.Counts)
			r.awaitState("a", aurea.WorkerIdle)
		})
	}
}

// A connection that dies within the lease is replaced in time: nothing is lost.
func TestConnectionReplaced(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mode mode
		d    time.Duration
	}{
		"cut": {cut, 1500 * time.Millisecond}, "half-open": {swallow, 500 * time.Millisecond},
		"stalled": {stall, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			r := startRig(t, 2)
			id := r.submit(load)
			r.target.await(t, 150)
			r.workers[0].proxy.setFor(test.mode, test.d)
			r.exact(r.finish(id))
		})
	}
}

// A run survives that NATS is away for less than the lease. If it is away for
// longer, workers stop and deliver their books when it is back.
func TestNATSRestarts(t *testing.T) {
	t.Parallel()
	for _, away := range []time.Duration{500 * time.Millisecond, 2 * time.Second} {
		t.Run(away.String(), func(t *testing.T) {
			r := startRigAt(t, startNATS(t), 2)
			id := r.submit(load)
			r.target.await(t, 150)
			r.nats.awayFor(away)
			r.exact(r.finish(id))
		})
	}
	t.Run("beyond the lease", func(t *testing.T) {
		r := startRigAt(t, startNATS(t), 2)
		id := r.submit(`"rate": 100, "num_jobs": 3000, "workers": 2`)
		r.target.await(t, 150)
		r.nats.awayFor(6 * time.Second)
		run := r.finish(id)
		r.failed(run)
		r.exactBooks(run)
		t.Logf("%s: %+v", run.Error, run.Result.Counts)
		r.awaitIdle(2)
	})
}
