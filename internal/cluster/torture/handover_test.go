//go:build unix

package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// underWay is the load of a run that is handed over under way.
const underWay = `"rate": 100, "num_jobs": 1000, "workers": 2`

// terminate ends the server with SIGTERM and waits until it has ended.
func (r *rig) terminate() {
	r.t.Helper()
	asked := time.Now()
	r.server.signal(syscall.SIGTERM)
	<-r.server.ended
	if code := r.server.command.ProcessState.ExitCode(); code != 0 {
		r.t.Errorf("the server ended with %d, want 0", code)
	}
	r.t.Logf("the server ended %s after SIGTERM", time.Since(asked))
}

// handedOver wants a run that another life or server has taken over as it was left,
// and has completed.
func (r *rig) handedOver(run aurea.Run) {
	r.t.Helper()
	r.exact(run)
	var kinds []string
	for _, event := range run.Timeline {
		kinds = append(kinds, event.Kind)
	}
	if want := []string{"handed_over", "adopted"}; !slices.Equal(kinds, want) {
		r.t.Errorf("the timeline has %q, want %q", kinds, want)
	}
}

// A run goes on when its server gets SIGTERM and is started again within the
// lease, whoever has the NATS server. Every job counts once.
func TestServerTerminatedAndRestarted(t *testing.T) {
	withEitherNATS(t, func(t *testing.T, r *rig) {
		id := r.submit(underWay)
		r.target.await(t, 150)
		r.terminate()
		r.serve()
		r.handedOver(r.finish(id))
	})
}

// withEitherNATS runs a test with two workers whose server has the NATS server
// too, and with others whose NATS server is a process of its own.
func withEitherNATS(t *testing.T, test func(*testing.T, *rig)) {
	t.Parallel()
	for _, own := range []bool{false, true} {
		t.Run(fmt.Sprintf("own NATS %v", own), func(t *testing.T) {
			var nats *natsBox
			if !own {
				nats = startNATS(t)
			}
			test(t, startRigAt(t, nats, 2))
		})
	}
}

// A run goes on when its server, which has the NATS server too, is killed and
// started again within the lease.
func TestServerWithNATSRestarted(t *testing.T) {
	r := startRig(t, 2)
	id := r.submit(underWay)
	r.target.await(t, 150)
	r.server.kill()
	r.serve()
	r.exact(r.finish(id))
}

// A run whose server got SIGTERM and comes back after the lease ends as
// interrupted. What its workers did until then is accounted for, and no job begins
// after the lease.
func TestServerTerminatedBeyondLease(t *testing.T) {
	withEitherNATS(t, func(t *testing.T, r *rig) {
		id := r.submit(`"rate": 100, "num_jobs": 3000, "workers": 2`)
		r.target.await(t, 150)
		r.terminate()
		time.Sleep(6 * time.Second)
		r.serve()
		run := r.finish(id)
		if run.Status != aurea.StatusInterrupted || run.Result == nil {
			t.Fatalf("the run is %s (%s), want interrupted with a result", run.Status, run.Error)
		}
		r.exactBooks(run)
	})
}

// A run goes on at the other server of the database when its own gets SIGTERM. A
// client that waits for its result learns where.
func TestServerTerminatedBesideAnother(t *testing.T) {
	r := startOnPostgres(t)
	other := r.another()
	other.awaitIdle(2)
	answered := make(chan aurea.Run, 1)
	go func() {
		defer close(answered)
		if run, err := r.runBenchmark(underWay); err != nil {
			t.Error(err)
		} else {
			answered <- run
		}
	}()
	r.target.await(t, 150)
	r.terminate()
	left, ok := <-answered
	if !ok {
		t.FailNow()
	}
	if left.Status != aurea.StatusRunning {
		t.Errorf("the client is told that the run is %s, want running", left.Status)
	}
	other.handedOver(other.finish(left.ID))
}

// Another server of the database that meets its workers elsewhere leaves the run to
// the next start of the one that got SIGTERM.
func TestServerWithNATSTerminatedBesideAnother(t *testing.T) {
	r := startOnPostgresAt(t, func(*testing.T) *natsBox { return nil })
	r.another()
	id := r.submit(underWay)
	r.target.await(t, 150)
	r.terminate()
	r.serve()
	r.handedOver(r.finish(id))
}

// Two servers hand a run to each other: each start of one ends the other.
func TestServersReplaced(t *testing.T) {
	r := startOnPostgres(t)
	id := r.submit(`"rate": 100, "num_jobs": 1500, "workers": 2`)
	r.target.await(t, 100)
	for range 3 {
		next := r.another()
		next.awaitStates(2, aurea.WorkerRunning)
		r.terminate()
		r = next
		r.server.await(`(msg="run taken over from a server that ended")`)
	}
	run := r.finish(id)
	r.exact(run)
	if n := len(run.Timeline); n != 6 {
		t.Errorf("the timeline has %d events, want 6: %+v", n, run.Timeline)
	}
}

// runBenchmark posts a run to /benchmark/run. It returns the run of an answer that
// says that it goes on.
func (r *rig) runBenchmark(load string) (run aurea.Run, err error) {
	spec := fmt.Sprintf(`{%s, "seed": 7, "workload": {"kind": "http", "url": "%s/{{job}}"}}`, load, r.target.URL)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/benchmark/run", strings.NewReader(spec))
	if err != nil {
		return run, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return run, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&run); err != nil {
		return run, err
	}
	if location := response.Header.Get("Location"); response.StatusCode != 202 || location != "/v1/runs/"+run.ID {
		return run, fmt.Errorf("the answer is %s with Location %q, want 202 and %s", response.Status, location, run.ID)
	}
	return run, nil
}
