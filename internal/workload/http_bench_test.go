package workload

import (
	"net"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// BenchmarkHTTPJob is what a job of http costs on one connection to a service
// that does next to nothing: its own goroutine and none of its memory.
func BenchmarkHTTPJob(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
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
	jobs, err := Host{}.Open(b.Context(), aurea.Workload{Kind: "http", Parameters: map[string]any{"url": "http://" + listener.Addr().String()}}, 1)
	if err != nil {
		b.Fatal(err)
	}
	defer jobs.Close()
	notes := NewNotes(jobs.Measures)
	b.ReportAllocs()
	for b.Loop() {
		if err := jobs.Runner.Run(b.Context(), 0, notes); err != nil {
			b.Fatal(err)
		}
	}
}
