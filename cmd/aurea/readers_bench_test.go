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

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A watchers watches a run: some read its events, others never do.
type watchers struct {
	reading sync.WaitGroup
	results atomic.Int64 // readers who were told the result
	stalled []net.Conn
}

// start has so many readers ask for the events of a run.
func (c *watchers) start(b *testing.B, url, id string, reading, stuck int) {
	for i := range reading + stuck {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "GET /v1/runs/%s/events HTTP/1.1\r\nHost: localhost\r\n\r\n", id); err != nil {
			b.Fatal(err)
		}
		if i < stuck {
			c.stalled = append(c.stalled, conn)
			continue
		}
		c.reading.Go(func() {
			defer conn.Close()
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				b.Error(err)
				return
			}
			defer response.Body.Close()
			for lines := bufio.NewScanner(response.Body); lines.Scan(); {
				if lines.Text() == "event: result" {
					c.results.Add(1)
				}
			}
		})
	}
}

// closedByServer is how many of those who never read were cut off: what there is for them
// to read after all comes to an end while the run goes on.
func (c *watchers) closedByServer(b *testing.B) (cut float64) {
	for _, conn := range c.stalled {
		if err := conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, conn); err == nil || !isTimeout(err) {
			cut++
		}
		_ = conn.Close()
	}
	return cut
}

func isTimeout(err error) bool {
	timeout, ok := err.(net.Error) //nolint:errorlint // as the connection returns it
	return ok && timeout.Timeout()
}

// How late the jobs of a run are that nobody watches, and of one that a thousand
// watch, a hundred of whom never read; and how many of these are gone 15 s
// after they came.
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
				submit(b, service, `{"duration": "3s", "concurrency": 1, "job_duration_ms": 100}`) // while the crowd comes
				run := submit(b, service, `{"rate": 1000, "duration": "25s", "workload": {"kind": "noop"}, "include_jobs": false}`)
				var c watchers
				c.start(b, url, run.ID, reading, reading/9)
				time.Sleep(15 * time.Second)
				cut := c.closedByServer(b)
				if now, err := service.Get(b.Context(), run.ID); err != nil || now.Status != aurea.StatusRunning {
					b.Fatal("the run did not go on until then: ", now.Status, err)
				}
				b.ReportMetric(cut, "cut")
				if run, err = service.Wait(b.Context(), run.ID); err != nil {
					b.Fatal(err)
				}
				c.reading.Wait()
				b.ReportMetric(float64(c.results.Load()), "told")
				b.ReportMetric(run.Result.Delay.P50*1e3, "delay-p50-ms")
				b.ReportMetric(run.Result.Delay.P99*1e3, "delay-p99-ms")
				b.ReportMetric(run.Result.Delay.Max*1e3, "delay-max-ms")
			}
		})
	}
}
