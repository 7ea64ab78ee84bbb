package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// exchange sends a request on an open connection and reads the response at
// little cost, since the benchmarks measure the server.
func exchange(conn net.Conn, answers *bufio.Reader, method, path, body string) error {
	_, err := fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: "+
		"application/json\r\nContent-Length: %d\r\n\r\n%s", method, path, len(body), body)
	if err != nil {
		return err
	}
	response, err := http.ReadResponse(answers, nil)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, content)
	}
	return err
}

// BenchmarkRun measures everything around the jobs: durable runs of one job
// that takes no time, by eight clients with open connections.
func BenchmarkRun(b *testing.B) {
	s := serve(b, runs.Options{Queue: 16})
	b.SetParallelism(4) // of two cores
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		conn, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		answers := bufio.NewReader(conn)
		for pb.Next() {
			err := exchange(conn, answers, "POST", "/benchmark/run", `{"num_jobs": 1, "job_duration_ms": 0}`)
			if err != nil {
				b.Error(err)
			}
		}
	})
}
