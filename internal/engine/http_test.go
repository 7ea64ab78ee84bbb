package engine

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// raw serves every connection with a function, which closes it.
func raw(t *testing.T, answer func(*net.TCPConn)) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(connection.(*net.TCPConn))
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-served
	})
	return "http://" + listener.Addr().String()
}

// respondWith returns a handler that reads a request and writes a text, valid HTTP
// or not.
func respondWith(text string) func(*net.TCPConn) {
	return func(connection *net.TCPConn) {
		defer connection.Close()
		_, _ = connection.Read(make([]byte, 4096))
		_, _ = io.WriteString(connection, text)
	}
}

// reset reads a request and resets the connection.
func reset(connection *net.TCPConn) {
	_, _ = connection.Read(make([]byte, 4096))
	_ = connection.SetLinger(0)
	_ = connection.Close()
}

// silent reads requests and writes nothing until the client disconnects.
func silent(connection *net.TCPConn) {
	defer connection.Close()
	_, _ = io.Copy(io.Discard, connection)
}

// dripping writes a response at one byte a millisecond.
func dripping(connection *net.TCPConn) {
	defer connection.Close()
	for _, b := range []byte("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n") {
		if _, err := connection.Write([]byte{b}); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
	for {
		if _, err := connection.Write([]byte("x")); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// endless writes a body of 10 GB as fast as the client reads.
func endless(connection *net.TCPConn) {
	defer connection.Close()
	_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
	block := []byte(strings.Repeat("x", 1<<16))
	for {
		if _, err := connection.Write(block); err != nil {
			return
		}
	}
}

// refused returns the URL of a port that refuses connections. It is the local
// port of an open connection, so that no other test's server gets it.
func refused(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	connection, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return "http://" + connection.LocalAddr().String()
}

// A misbehaving service makes jobs fail, each under the class of its error.
// Every arrival of the schedule still starts and ends.
func TestHTTPMisbehaving(t *testing.T) {
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }))
	t.Cleanup(failing.Close)
	tests := []struct {
		name, url, class, sample string
	}{
		{"refuses", refused(t), "connect", "connection refused"},
		{"resets", raw(t, reset), "reset", ""},
		{"closes before an answer", raw(t, respondWith("")), "reset", ""},
		{"hangs", raw(t, silent), "timeout", ""},
		{"drips", raw(t, dripping), "timeout", ""},
		{"fails", failing.URL, "status_500", "the answer's status is 500"},
		{"answers 10 GB", raw(t, endless), "body", "1000000"},
		{"breaks off", raw(t, respondWith("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")), "body", ""},
		{"breaks off in a chunk", raw(t, respondWith("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello")),
			"body", ""},
		{"speaks something else", raw(t, respondWith("220 ready\r\n")), "protocol", ""},
		{"has no TLS", strings.Replace(failing.URL, "http:", "https:", 1), "tls", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			timeout := "30s"
			if test.class == "timeout" {
				timeout = "300ms"
			}
			r := execute(t.Context(), t, New("", everyKind),
				`{"num_jobs": 40, "rate": 400, "timeout": "`+timeout+`", "workload": {"kind": "http", "max_bytes": 1000000, "url": "`+test.url+`"}}`)
			if r.Counts.Planned != 40 || r.Counts.Failed+r.Counts.Timeout != 40 {
				t.Fatalf("of 40 jobs: %+v", r.Counts)
			}
			if len(r.Errors) != 1 {
				t.Fatalf("errors %+v, want one class", r.Errors)
			}
			checkEqual(t, "class of the errors", r.Errors[0].Class, test.class)
			checkEqual(t, "errors", r.Errors[0].Count, 40)
			if sample := r.Errors[0].Sample; !strings.Contains(sample, test.sample) {
				t.Errorf("the sample is %q, want %q in it", sample, test.sample)
			}
			if r.FailedLatency.Count != 40 || r.Latency.Count != 0 {
				t.Errorf("%d latencies of failures and %d of others, want 40 and 0", r.FailedLatency.Count,
					r.Latency.Count)
			}
		})
	}
}

// The size of a compressed response is its size on the wire, not its
// decompressed size.
func TestHTTPBomb(t *testing.T) {
	const size = 1 << 26
	var bomb strings.Builder
	w := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(w, zeros{}, size); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(bomb.Len()))
		fmt.Fprint(w, bomb.String())
	}))
	defer server.Close()
	r := execute(t.Context(), t, New("", everyKind),
		`{"num_jobs": 10, "concurrency": 2, "workload": {"kind": "http", "url": "`+server.URL+`"}}`)
	in, ok := r.Counters.Get("bytes_in")
	if !ok {
		t.Fatal("bytes_in was not counted")
	}
	checkEqual(t, "jobs", r.Counts.OK, 10)
	bodies := int64(10 * bomb.Len())
	checkWithin(t, "bytes in", in.Total, bodies, bodies+10*1000)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// While a service freezes, the schedule goes on: jobs due meanwhile are late by
// the rest of the pause.
func TestHTTPFreeze(t *testing.T) {
	const pause = 500 * time.Millisecond
	begin := time.Now()
	frozen := func() time.Duration { // what is left of the pause at this moment of the run
		return max(0, 200*time.Millisecond+pause-time.Since(begin))
	}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if time.Since(begin) > 200*time.Millisecond {
			time.Sleep(frozen())
		}
	}))
	defer server.Close()
	r := execute(t.Context(), t, New("", everyKind),
		`{"num_jobs": 200, "rate": 200, "workload": {"kind": "http", "connections": 5, "url": "`+server.URL+`"}}`)
	if r.Counts.OK != 200 {
		t.Fatalf("%+v %v", r.Counts, r.Errors)
	}
	late := int64(0)
	for record := range r.Jobs.All() {
		if record.End-record.Intended > 100*time.Millisecond {
			late++
		}
	}
	// 100 jobs were due in the pause, 80 of them more than 100 ms before its end.
	if late < 70 {
		t.Errorf("%d jobs were late, want some 80: the others were never sent", late)
	}
	if wait, ok := r.Phases.Get("wait"); !ok || wait.Max < 0.3 {
		t.Errorf("the longest wait for one of 5 connections was %v s", wait.Max)
	}
}

// Each job of a service that hangs has its own timeout, from its own start. So
// does a job that the service accepts and never runs.
func TestHTTPTimeouts(t *testing.T) {
	accepting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/job")
		fmt.Fprint(w, `{"status": "pending"}`)
	}))
	t.Cleanup(accepting.Close)
	for name, job := range map[string]string{
		"hangs": `"url": "` + raw(t, silent) + `"`,
		"polls": `"url": "` + accepting.URL + `", "poll": {"interval": "60s"}`,
	} {
		for _, load := range []string{`"num_jobs": 6, "concurrency": 2`, `"num_jobs": 6, "rate": 50`,
			`"num_jobs": 6, "rate": 50, "concurrency": 2`} {
			t.Run(name+" "+load, func(t *testing.T) {
				t.Parallel()
				r := execute(t.Context(), t, New("", everyKind),
					`{`+load+`, "timeout": "40ms", "workload": {"kind": "http", `+job+`}}`)
				checkEqual(t, "timeouts", r.Counts.Timeout, 6)
				if len(r.Errors) != 1 {
					t.Fatalf("errors %+v, want one class", r.Errors)
				}
				checkEqual(t, "class of the errors", r.Errors[0].Class, "timeout")
				checkEqual(t, "errors", r.Errors[0].Count, 6)
				for record := range r.Jobs.All() {
					if took := record.End - record.Start; took < 40*time.Millisecond {
						t.Errorf("job %d was ended after %v", record.Index, took)
					}
				}
			})
		}
	}
}

// Stopping a run ends the jobs in flight, however long they might take.
func TestHTTPStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var once sync.Once
	url := raw(t, func(connection *net.TCPConn) {
		once.Do(stop)
		silent(connection)
	})
	r := execute(ctx, t, New("", everyKind),
		`{"num_jobs": 3, "timeout": "1h", "workload": {"kind": "http", "url": "`+url+`"}}`)
	checkEqual(t, "status", r.Status, aurea.StatusCancelled)
	checkEqual(t, "cancelled jobs", r.Counts.Cancelled, r.Counts.Planned)
	if r.Counts.Cancelled == 0 {
		t.Error("no job was cancelled")
	}
}

// A timeout allocates nothing a job.
func TestTimeoutAllocatesNothing(t *testing.T) {
	p := plan(t, `{"num_jobs": 10, "timeout": "1m", "workload": {"kind": "steps", "steps": [{"kind": "noop"}]}}`)
	c := newWorkerPool(newExecution(t.Context(), p, openJobs(t, p), nil))
	c.begin(aurea.Start{})
	state := c.newWorkerState()
	if n := testing.AllocsPerRun(100, func() {
		if err := c.runInTimeout(begunJob{start: c.now()}, state); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a job", n)
	}
	if deadline, limited := state.context.Deadline(); !limited || deadline.Sub(c.start) < time.Minute {
		t.Errorf("the last job's deadline is %v after the run's start (%v)", deadline.Sub(c.start), limited)
	}
}
