package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform/platformtest"
)

// suspendedRun is the environment variable that makes the test's binary execute
// the spec in it instead, see runSuspended.
const suspendedRun = "AUREA_TEST_SUSPENDED_RUN"

// suspendedLease is how long the lease of a suspended run is.
const suspendedLease = 2 * time.Second

// runSuspended executes a spec with a lease that is not renewed, and prints its
// counts.
func runSuspended(spec string) {
	decoded, err := aurea.DecodeSpec([]byte(spec))
	if err != nil {
		panic(err)
	}
	p, e := aurea.NewPlan(decoded, 1), New("test", everyKind)
	resolved, err := e.Resolve(p)
	if err != nil {
		panic(err)
	}
	m, err := e.ExecuteAt(context.Background(), p, resolved, func(context.Context) (aurea.Start, error) {
		return aurea.Start{At: time.Now().Add(10 * time.Millisecond), Lease: aurea.NewLease(suspendedLease)}, nil
	}, nil, ignore)
	if err != nil {
		panic(err)
	}
	_ = json.NewEncoder(os.Stdout).Encode(m.Tally.Counts)
}

// A process that is suspended while it sends requests, until its lease is over,
// sends none when it resumes, and its books are exact. A thread may have been
// suspended between its last look at the clock and its write: that is at most one
// request a core.
func TestSuspendedProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("takes three seconds a load")
	}
	for _, load := range []string{
		`"concurrency": 16, "workload": {"kind": "http", "url": "URL"}`,
		`"rate": 2000, "workload": {"kind": "http", "url": "URL"}`,
		`"concurrency": 16, "workload": {"kind": "steps", "steps": [{"kind": "http", "url": "URL"},
			{"kind": "sleep", "duration": "10ms"}, {"kind": "http", "url": "URL"}]}`,
	} {
		t.Run(load, func(t *testing.T) {
			var requests atomic.Int64
			target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				requests.Add(1)
				time.Sleep(5 * time.Millisecond)
			}))
			defer target.Close()
			spec := `{"duration": "1h", ` + string(bytes.ReplaceAll([]byte(load), []byte("URL"), []byte(target.URL))) + `}`
			var out bytes.Buffer
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), suspendedRun+"="+spec)
			child.Stdout, child.Stderr = &out, os.Stderr
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			for requests.Load() < 100 {
				time.Sleep(time.Millisecond)
			}
			platformtest.Suspend(t, child.Process)
			time.Sleep(suspendedLease + 100*time.Millisecond) // the lease began before
			before := requests.Load()
			platformtest.Resume(t, child.Process)
			if err := child.Wait(); err != nil {
				t.Fatal(err)
			}
			if after := requests.Load() - before; after > int64(runtime.NumCPU()) {
				t.Errorf("%d requests after the lease", after)
			}
			var counts aurea.Counts
			if err := json.Unmarshal(out.Bytes(), &counts); err != nil || counts.Check() != nil || counts.OK == 0 {
				t.Errorf("counts %s: %v, %v", &out, err, counts.Check())
			}
		})
	}
}
