package kinds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// endless are workloads whose jobs last longer than any test.
var endless = map[string]string{
	"http":         `{"kind": "http", "url": "$URL"}`,
	"http 2":       `{"kind": "http", "url": "$URL", "version": "2"}`,
	"poll":         `{"kind": "http", "url": "$JOBS", "body": {}, "poll": {"interval": "60s"}}`,
	"grpc":         `{"kind": "grpc", "target": "$GRPC", "method": "grpc.health.v1.Health/Watch"}`,
	"cpu":          `{"kind": "cpu", "cpu_time": "1h"}`,
	"memory":       `{"kind": "memory", "bytes": 4096, "hold": "1h"}`,
	"exec":         `{"kind": "exec", "command": "sh"}`,
	"hanging http": `{"kind": "http", "url": "$URL", "failure": {"rate": 1, "kind": "timeout"}}`,
	"hanging cpu":  `{"kind": "cpu", "work": 1, "failure": {"rate": 1, "kind": "timeout"}}`,
	"slow cpu":     `{"kind": "cpu", "work": 100, "failure": {"rate": 1, "kind": "slow", "factor": 1000000}}`,
	"sleep step":   `{"kind": "steps", "steps": [{"kind": "noop"}, {"kind": "sleep", "duration": "1h"}]}`,
	"cpu step":     `{"kind": "steps", "steps": [{"kind": "noop"}, {"kind": "cpu", "cpu_time": "1h"}]}`,
	"http step":    `{"kind": "steps", "steps": [{"kind": "noop"}, {"kind": "http", "url": "$URL"}]}`,
	"cpu part":     `{"kind": "mix", "parts": [{"workload": {"kind": "cpu", "cpu_time": "1h"}}]}`,
	"sleep part":   `{"kind": "mix", "parts": [{"workload": {"kind": "sleep", "duration": "1h"}}]}`,
	"step of part": `{"kind": "mix", "parts": [
		{"workload": {"kind": "steps", "steps": [{"kind": "cpu", "cpu_time": "1h"}]}}]}`,
}

// Whatever a job does, it ends at its deadline and when its run is cancelled.
func TestJobsEndInTime(t *testing.T) {
	for name, text := range endless {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			jobs := openText(t, text)
			if o := workloadtest.Run(t, jobs, 0, 20*time.Millisecond); !errors.Is(o.Err, context.DeadlineExceeded) {
				t.Errorf("after the deadline: %v, want %v", o.Err, context.DeadlineExceeded)
			}
			run, stop := context.WithCancel(t.Context())
			time.AfterFunc(20*time.Millisecond, stop)
			ctx := workload.NewJobContext(run).Until(time.Now().Add(time.Hour))
			if err := jobs.Runner.Run(ctx, 1, workload.JobMetrics{}); !errors.Is(err, context.Canceled) {
				t.Errorf("after the run was cancelled: %v, want %v", err, context.Canceled)
			}
		})
	}
}

// openText opens a workload, with $URL for a service that never responds and
// $JOBS for one whose jobs are never done. exec jobs may run sh, which sleeps.
func openText(t *testing.T, text string) workload.Jobs {
	t.Helper()
	text = strings.NewReplacer(
		"$URL", silentServer(t), "$JOBS", endlessJobs(t), "$GRPC", serveHealth(t)).Replace(text)
	o := kinds.Options{Commands: listed(t, fmt.Sprintf(
		`{"commands": {"sh": {"path": %q, "args": ["-c", "exec sleep 3600"]}}}`, found(t, "sh")))}
	return workloadtest.Open(t, kinds.New(o), workloadtest.Workload(t, text))
}

// endlessJobs returns the URL of a service that accepts jobs and never ends one.
func endlessJobs(t *testing.T) string {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.Header().Set("Location", "/jobs/1")
			w.WriteHeader(http.StatusAccepted)
		}
		fmt.Fprint(w, `{"status": "pending"}`)
	})
}

// silentServer returns the URL of a service that reads requests and never
// responds.
func silentServer(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				_, _ = io.Copy(io.Discard, connection)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}
