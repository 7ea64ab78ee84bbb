//go:build unix

package torture

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
)

// A fault is something that happens to a rig.
type fault struct {
	what string
	at   time.Duration // since the run's first request
	last time.Duration // how long it lasts, if it does
	hit  func(r *rig, last time.Duration)
}

func (f fault) String() string { return fmt.Sprintf("at %s %s for %s", f.at, f.what, f.last) }

// leases returns a time of half a lease, one or three.
func leases(random *rand.Rand) time.Duration {
	return []time.Duration{cluster.Lease / 2, cluster.Lease, 3 * cluster.Lease}[random.IntN(3)]
}

// drawFault draws a fault that hits a worker, NATS or the server.
func drawFault(random *rand.Rand, workers int) fault {
	f := fault{at: time.Duration(random.IntN(2500)) * time.Millisecond, last: leases(random)}
	victim := random.IntN(workers)
	network := func(m mode) func(r *rig, last time.Duration) {
		return func(r *rig, last time.Duration) { r.workers[victim].proxy.setFor(m, last) }
	}
	switch kind := random.IntN(12); kind {
	case 0:
		f.what, f.last = "kill", 0
		f.hit = func(r *rig, _ time.Duration) { r.workers[victim].kill() }
	case 1, 2, 3:
		f.what = "suspend"
		f.hit = func(r *rig, last time.Duration) { r.workers[victim].stopFor(last) }
	case 4:
		f.what, f.hit = "cut off", network(cut)
	case 5:
		f.what, f.hit = "half-open", network(swallow)
	case 6:
		f.what, f.hit = "stall", network(stall)
	case 7:
		f.what, f.last = "NATS away", time.Duration(random.IntN(7000))*time.Millisecond
		f.hit = func(r *rig, last time.Duration) { r.nats.awayFor(last) }
		return f
	case 8:
		f.what = "server suspended"
		f.hit = func(r *rig, last time.Duration) { r.server.stopFor(last) }
		return f
	case 9:
		f.what = "server overloaded"
		f.hit = func(r *rig, last time.Duration) { r.overloadFor(last) }
		return f
	case 10:
		f.what, f.last = "server terminated", time.Duration(random.IntN(5000))*time.Millisecond
		f.hit = func(r *rig, last time.Duration) {
			r.terminate()
			time.Sleep(last)
			r.serve()
		}
		return f
	default:
		f.what, f.last = "server killed", time.Duration(random.IntN(5000))*time.Millisecond
		f.hit = func(r *rig, last time.Duration) {
			r.server.kill()
			time.Sleep(last)
			r.serve()
		}
		return f
	}
	f.what += " worker " + string(rune('a'+victim))
	return f
}

// A scenario is a run with faults. It depends on its seed and its number only.
type scenario struct {
	workers int
	load    string
	faults  []fault
}

func drawScenario(seed, number uint64) scenario {
	random := rand.New(rand.NewPCG(seed, number))
	s := scenario{workers: 1 + random.IntN(3)}
	s.load = []string{
		`"rate": 150, "num_jobs": 600`,
		`"rate": 150, "duration": "4s", "arrival": "poisson", "warmup": "500ms"`,
		`"num_jobs": 6000, "concurrency": 6`,
		`"duration": "4s", "concurrency": 6`,
		`"stages": [{"duration": "2s", "rate": 200}, {"duration": "2s", "rate": 50}]`,
		`"rate": 150, "duration": "4s", "max_lost_fraction": 0.7`,
	}[random.IntN(6)] + fmt.Sprintf(`, "workers": %d`, s.workers)
	s.faults = append(s.faults, drawFault(random, s.workers))
	if random.IntN(3) == 0 {
		second := drawFault(random, s.workers)
		second.at = 0 // right after the first
		s.faults = append(s.faults, second)
	}
	return s
}

// Whatever happens to a run, its books add up, no job runs twice or after its
// worker's lease, what is stored is what was shown, nothing stays open, and the
// workers that are left serve the next run. make torture-cluster tries 200 runs.
func TestTorture(t *testing.T) {
	t.Parallel()
	runs, seed := uint64(10), rand.Uint64()
	if testing.Short() {
		runs = 3
	}
	if n, err := strconv.ParseUint(os.Getenv("AUREA_TORTURE_CLUSTER"), 10, 64); err == nil {
		runs = n
	}
	if n, err := strconv.ParseUint(os.Getenv("AUREA_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("seed %d", seed)
	for number := range runs {
		t.Run(strconv.FormatUint(number, 10), func(t *testing.T) {
			drawScenario(seed, number).play(t, fmt.Sprintf(
				"AUREA_SEED=%d AUREA_TORTURE_CLUSTER=%d go test -run 'TestTorture/^%d$' ./internal/cluster/torture",
				seed, number+1, number))
		})
	}
}

// play plays a scenario. again is the command that plays it again.
func (s scenario) play(t *testing.T, again string) {
	r := startRigAt(t, startNATS(t), s.workers)
	var faults []string
	for _, f := range s.faults {
		faults = append(faults, f.String())
	}
	title := fmt.Sprintf("%s, %s: %s", s.load, strings.Join(faults, ", "), again)
	defer func() {
		if t.Failed() {
			t.Log(title)
		}
	}()
	r.target.delay = time.Millisecond
	id := r.submit("%s", s.load)
	r.target.await(t, 1)
	for _, f := range s.faults {
		time.Sleep(f.at)
		f.hit(r, f.last)
	}
	run := r.finish(id)
	t.Logf("%s is %s %s", title, run.Status, cmp.Or(run.Error, "-"))
	r.nothingOpen()
	if s.alive(r) {
		r.target.forget()
		next := r.await(r.submit(`"num_jobs": 12, "concurrency": 6, "workers": "all"`))
		if next.Status != aurea.StatusCompleted || next.Result.Counts.OK != 12 {
			t.Errorf("the next run is %s: %s", next.Status, next.Error)
		}
	}
}

// alive reports whether a worker is left.
func (s scenario) alive(r *rig) bool {
	for _, w := range r.workers {
		select {
		case <-w.ended:
		default:
			return true
		}
	}
	return false
}

// nothingOpen wants every stored run to have finished.
func (r *rig) nothingOpen() {
	r.t.Helper()
	page, err := r.client.List(context.Background(), aurea.RunQuery{})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, run := range page.Runs {
		if !run.Status.Finished() {
			r.t.Errorf("run %s is %s", run.ID, run.Status)
		}
	}
}
