package httpjob

import (
	"net"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// minimalServer starts a service that serves one connection and allocates nothing
// for a response. It returns the URL.
func minimalServer(t testing.TB) (url string) {
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
		request, response := make([]byte, 4096), []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
		for {
			if _, err := connection.Read(request); err != nil {
				return
			}
			if _, err := connection.Write(response); err != nil {
				return
			}
		}
	}()
	return "http://" + listener.Addr().String()
}

// openMinimal opens http jobs to a minimalServer: by themselves, with a failure
// parameter, or as a step or part.
func openMinimal(t testing.TB, within string) workload.Jobs {
	t.Helper()
	call := map[string]any{"url": minimalServer(t)}
	w := aurea.Workload{Kind: "http", Parameters: call}
	switch within {
	case "failure":
		call["failure"] = map[string]any{}
	case "steps":
		call["kind"] = "http"
		w = aurea.Workload{Kind: "steps", Parameters: map[string]any{"steps": []any{call}}}
	case "mix":
		call["kind"] = "http"
		part := map[string]any{"workload": call}
		w = aurea.Workload{Kind: "mix", Parameters: map[string]any{"parts": []any{part}}}
	}
	return workloadtest.Open(t, local, w)
}

// BenchmarkHTTPJob measures an http job on one connection to a minimalServer, with
// the timeout of the run and with that of the kind. It allocates nothing.
func BenchmarkHTTPJob(b *testing.B) {
	for _, limit := range []string{"of the run", "of the kind"} {
		b.Run("timeout "+limit, func(b *testing.B) {
			jobs := openMinimal(b, "")
			metrics, ctx := workload.NewJobMetrics(jobs.Metrics), workload.NewJobContext(b.Context())
			b.ReportAllocs()
			for b.Loop() {
				var deadline time.Time
				if limit == "of the run" {
					deadline = time.Now().Add(time.Minute)
				}
				if err := jobs.Runner.Run(ctx.Until(deadline), 0, metrics); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
