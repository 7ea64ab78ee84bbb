//go:build unix

package torture

import (
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func (r *rig) control(id string, control aurea.Control) {
	r.t.Helper()
	if _, err := r.client.Control(r.t.Context(), id, control); err != nil {
		r.t.Fatalf("%+v: %v", control, err)
	}
}

// A run on workers is paused, resumed and given another load, and completes with
// every job.
func TestControls(t *testing.T) {
	r := startRig(t, 2)
	id := r.submit(`"rate": 100, "num_jobs": 400, "workers": 2`)
	r.target.await(t, 100)
	r.control(id, aurea.Control{Kind: aurea.Pause})
	// The last requests before the pause come late on a busy machine.
	paused := -1
	for deadline := time.Now().Add(10 * time.Second); paused < len(r.target.seen()) && time.Now().Before(deadline); {
		paused = len(r.target.seen())
		time.Sleep(300 * time.Millisecond) // 30 requests without a pause
	}
	time.Sleep(time.Second)
	if n := len(r.target.seen()); n != paused {
		t.Errorf("%d requests came in the pause", n-paused)
	}
	r.control(id, aurea.Control{Kind: aurea.Resume})
	r.control(id, aurea.Control{Kind: aurea.ChangeLoad, Rate: 200})
	run := r.finish(id)
	r.exact(run)
	if n := len(run.Result.Timeline); n != 3 {
		t.Errorf("the timeline has %d events, want 3: %+v", n, run.Result.Timeline)
	}
}

// A cancelled run ends with exact books, also if a worker stands still when the
// others are stopped.
func TestCancelled(t *testing.T) {
	t.Parallel()
	for name, suspended := range map[string]bool{"all there": false, "one suspended": true} {
		t.Run(name, func(t *testing.T) {
			r := startRig(t, 2)
			id := r.submit(`"rate": 100, "duration": "60s", "workers": 2`)
			r.target.await(t, 100)
			if suspended {
				r.workers[0].suspend(t, 2*time.Second)
				go func() { // the control does not reach the suspended worker yet
					_, _ = r.client.Control(t.Context(), id, aurea.Control{Kind: aurea.ChangeLoad, Rate: 120})
				}()
				time.Sleep(300 * time.Millisecond)
			}
			cancelled := time.Now()
			if _, err := r.client.Cancel(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			run := r.finish(id)
			if run.Status != aurea.StatusCancelled {
				t.Errorf("the run is %s: %s", run.Status, run.Error)
			}
			if c := run.Result.Counts; c.Lost != 0 || c.OK == 0 {
				t.Errorf("the counts are %+v", c)
			}
			owner := r.workersOfJobs(run.Result)
			for _, a := range r.target.seen() {
				if late := a.at.Sub(cancelled); late > time.Second && owner(a.job).name == "b" {
					t.Fatalf("job %d came %s after the run was cancelled", a.job, late)
				}
			}
		})
	}
}
