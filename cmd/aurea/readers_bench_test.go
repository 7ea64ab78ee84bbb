package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// watchers are the connections that watch a run. Some read the events; others
// are stalled and never read.
type watchers struct {
	reading sync.WaitGroup
	results atomic.Int64 // readers that received the result
	stalled []net.Conn
}

// start opens connections for the events of a run.
func (w *watchers) start(b *testing.B, url, id string, reading, stalled int) {
	for i := range reading + stalled {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "GET /v1/runs/%s/events HTTP/1.1\r\nHost: localhost\r\n\r\n", id); err != nil {
			b.Fatal(err)
		}
		if i < stalled {
			w.stalled = append(w.stalled, conn)
			continue
		}
		w.reading.Go(func() {
			defer conn.Close()
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				b.Error(err)
				return
			}
			defer response.Body.Close()
			for lines := bufio.NewScanner(response.Body); lines.Scan(); {
				if lines.Text() == "event: result" {
					w.results.Add(1)
				}
			}
		})
	}
}

// closedByServer counts the stalled connections that the server has closed.
func (w *watchers) closedByServer(b *testing.B) (closed float64) {
	for _, conn := range w.stalled {
		if err := conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, conn); err == nil || !isTimeout(err) {
			closed++
		}
		_ = conn.Close()
	}
	return closed
}

// isTimeout reports whether a read failed at its deadline.
func isTimeout(err error) bool {
	timeout, ok := err.(net.Error) //nolint:errorlint // as the connection returns it
	return ok && timeout.Timeout()
}

// BenchmarkReaders compares the delay of a run without watchers with one that
// 1000 connections watch, a tenth of them stalled. It also counts the stalled
// ones that are closed within 15 s of the run's end.
func BenchmarkReaders(b *testing.B) {
	for _, reading := range []int{0, 900} {
		b.Run(fmt.Sprint("readers=", reading), func(b *testing.B) {
			url, _ := aureatest.Serve(b)
			service, err := client.New(url, "")
			if err != nil {
				b.Fatal(err)
			}
			defer service.Close()
			for b.Loop() {
				// The watchers connect during the first run.
				submit(b, service, `{"duration": "3s", "concurrency": 1, "job_duration_ms": 100}`)
				run := submit(b, service,
					`{"rate": 1000, "duration": "25s", "workload": {"kind": "noop"}, "include_jobs": false}`)
				var w watchers
				w.start(b, url, run.ID, reading, reading/9)
				if run, err = service.Wait(b.Context(), run.ID); err != nil {
					b.Fatal(err)
				}
				w.reading.Wait()
				time.Sleep(15 * time.Second)
				b.ReportMetric(w.closedByServer(b), "closed")
				b.ReportMetric(float64(w.results.Load()), "results")
				b.ReportMetric(run.Result.Delay.P50*1e3, "delay-p50-ms")
				b.ReportMetric(run.Result.Delay.P99*1e3, "delay-p99-ms")
				b.ReportMetric(run.Result.Delay.Max*1e3, "delay-max-ms")
			}
		})
	}
}
