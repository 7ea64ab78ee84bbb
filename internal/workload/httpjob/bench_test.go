package httpjob

import (
	"net"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// brief serves one connection at a time, and allocates nothing for an answer.
func brief(t testing.TB) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer connection.Close()
		request, answer := make([]byte, 4096), []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
		for {
			if _, err := connection.Read(request); err != nil {
				return
			}
			if _, err := connection.Write(answer); err != nil {
				return
			}
		}
	}()
	return "http://" + listener.Addr().String()
}

// briefly opens a workload of requests to such a service: as they are, or within
// another workload.
func briefly(t testing.TB, within string) workload.Jobs {
	t.Helper()
	call := map[string]any{"url": brief(t)}
	w := aurea.Workload{Kind: "http", Parameters: call}
	switch within {
	case "failure":
		call["failure"] = map[string]any{}
	case "steps":
		call["kind"] = "http"
		w = aurea.Workload{Kind: "steps", Parameters: map[string]any{"steps": []any{call}}}
	case "mix":
		call["kind"] = "http"
		w = aurea.Workload{Kind: "mix", Parameters: map[string]any{"parts": []any{map[string]any{"workload": call}}}}
	}
	return workloadtest.Open(t, local, w)
}

// BenchmarkHTTPJob is what a job of http costs on one connection to a service
// that does next to nothing: its own goroutine and none of its memory, whether
// the run gives it a timeout or the kind does.
func BenchmarkHTTPJob(b *testing.B) {
	for _, limit := range []string{"of the run", "of the kind"} {
		b.Run("timeout "+limit, func(b *testing.B) {
			jobs := briefly(b, "")
			notes, timed := workload.NewJobMetrics(jobs.Metrics), workload.NewJobContext(b.Context())
			b.ReportAllocs()
			for b.Loop() {
				var deadline time.Time
				if limit == "of the run" {
					deadline = time.Now().Add(time.Minute)
				}
				if err := jobs.Runner.Run(timed.Until(deadline), 0, notes); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
