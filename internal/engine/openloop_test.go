package engine

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// closingAfter answers the given number of requests on a connection and closes it,
// with the last answer or without a word later.
func closingAfter(requests int) func(*net.TCPConn) {
	return func(connection *net.TCPConn) {
		defer connection.Close()
		in := bufio.NewReader(connection)
		for range requests {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	}
}

// A server that closes each connection after some requests fails no job that may be
// sent again.
func TestOpenLoadOverClosingConnections(t *testing.T) {
	for _, requests := range []int{1, 2, 3, 100} {
		url := raw(t, closingAfter(requests))
		eachHTTPPath(t, func(t *testing.T, run func(load, parameters string) *endedRun) {
			r := run(`"num_jobs": 500, "concurrency": 8`, `"url": "`+url+`"`)
			checkEqual(t, "counts", r.Counts, aurea.Counts{Planned: 500, OK: 500})
			connections, _ := r.Counters.Get("connections")
			checkWithin(t, "connections", connections.Total, int64(500/requests), 500)
		})
	}
}

// A server that closes each connection after its answer fails no job, not even
// one that must not be sent twice.
func TestOpenLoadOverConnectionsThatEnd(t *testing.T) {
	url := raw(t, closingAfter(1))
	slow := map[string]string{"open": `"rate": 20, `}
	onHTTPPaths(t, slow, func(t *testing.T, run func(load, parameters string) *endedRun) {
		r := run(`"num_jobs": 10`, `"method": "POST", "body": "x", "url": "`+url+`"`)
		checkEqual(t, "counts", r.Counts, aurea.Counts{Planned: 10, OK: 10})
		retries, _ := r.Counters.Get("retries")
		checkEqual(t, "requests that were sent again", retries.Total, 0)
		connections, _ := r.Counters.Get("connections")
		checkEqual(t, "connections", connections.Total, 10)
	})
}

// However many loops there are, they open no more connections than jobs may be in
// flight, since a loop without a lane hands its arrivals to one that has some.
func TestOpenLoopsShareConnections(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there are no event loops")
	}
	var open atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			open.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	for _, concurrency := range []int64{1, 2, 3} {
		open.Store(0)
		e := New("", everyKind)
		e.cores = 4
		r := execute(t.Context(), t, e, fmt.Sprintf(`{"num_jobs": 3000, "rate": 100000, "concurrency": %d,
			"workload": {"kind": "http", "url": %q}}`, concurrency, server.URL))
		checkEqual(t, "counts", r.Counts, aurea.Counts{Planned: 3000, OK: 3000})
		checkWithin(t, "connections", open.Load(), 1, concurrency)
	}
}

// An absence doubles with each job that a loop cannot end, and begins anew after many
// that it could.
func TestAbsence(t *testing.T) {
	var a absence
	for i, test := range []struct{ ran, want int }{{0, 1}, {0, 2}, {63, 4}, {64, 1}, {0, 2}} {
		a.begin(test.ran)
		lasted := 0
		for a.lasts() {
			lasted++
		}
		checkEqual(t, fmt.Sprintf("jobs of absence %d", i), lasted, test.want)
	}
}

// Arrivals that wait for a slot start in their order, whichever loop frees it.
func TestOpenLoopsKeepTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := fake()
		e.cores = 3
		r, err := e.runJobs(t.Context(), plan(t, `{"num_jobs": 200, "rate": 1000, "concurrency": 3}`),
			loopedNaps(10*time.Millisecond), nil, ignore)
		if err != nil {
			t.Fatal(err)
		}
		last := time.Duration(-1)
		for record := range r.Jobs.All() { // in the order of their indices
			if record.Start < last {
				t.Errorf("job %d starts at %v, before one that was due earlier, at %v",
					record.Index, record.Start, last)
			}
			last = record.Start
		}
	})
}
