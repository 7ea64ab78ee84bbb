package engine

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// httpPaths are parameters of http jobs that an event loop runs, with batches of
// calls and without, and of jobs that only goroutines run.
var httpPaths = map[string]string{
	"io_uring": `"io_uring": true`, "epoll": `"io_uring": false`, "": `"redirects": 1`,
}

// eachHTTPPath runs a test over both paths, with a closed load and with an open one
// that has as many jobs in flight. run executes a load of http jobs with the given
// parameters.
func eachHTTPPath(t *testing.T, test func(t *testing.T, run func(load, parameters string) *endedRun)) {
	onHTTPPaths(t, map[string]string{"closed": "", "open": `"rate": 20000, `}, test)
}

// onHTTPPaths runs a test over both paths, with the members of each model.
func onHTTPPaths(
	t *testing.T, models map[string]string, test func(t *testing.T, run func(load, parameters string) *endedRun),
) {
	for path, parameter := range httpPaths {
		if path != "" && runtime.GOOS != "linux" {
			continue
		}
		for model, members := range models {
			t.Run(model+" io "+path, func(t *testing.T) {
				t.Parallel()
				test(t, func(load, parameters string) *endedRun {
					t.Helper()
					r := execute(t.Context(), t, New("", everyKind),
						`{`+members+load+`, "workload": {"kind": "http", `+parameter+`, `+parameters+`}}`)
					io := r.Environment.IO
					if path == "io_uring" && io == "epoll" { // not every system allows io_uring
						io = path
					}
					checkEqual(t, "io", io, path)
					return r
				})
			})
		}
	}
}

// overTLS says whether a service of a test speaks TLS.
var overTLS = map[string]bool{"TCP": false, "TLS": true}

// serveHTTP returns the parameters of jobs that call a service with the handler.
func serveHTTP(t *testing.T, secure bool, handler http.HandlerFunc) (parameters string, url string) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	start := server.Start
	if secure {
		start, parameters = server.StartTLS, `"tls": {"skip_verify": true}, `
	}
	start()
	t.Cleanup(server.Close)
	return parameters, server.URL
}

// afterGood answers the first request of a connection, and lets answer do the rest.
func afterGood(answer func(*net.TCPConn)) func(*net.TCPConn) {
	return func(connection *net.TCPConn) {
		_, _ = connection.Read(make([]byte, 4096))
		_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		answer(connection)
	}
}

// asked reads a request before it lets answer write.
func asked(answer func(*net.TCPConn)) func(*net.TCPConn) {
	return func(connection *net.TCPConn) {
		_, _ = connection.Read(make([]byte, 4096))
		answer(connection)
	}
}

// A service that misbehaves on connections in use makes every second job fail,
// under the same class whoever runs the jobs.
func TestHTTPMisbehavingLater(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer func(*net.TCPConn)
		class  string
	}{
		{"resets", reset, "reset"},
		{"closes before an answer", respondWith(""), "reset"},
		{"hangs", silent, "timeout"},
		{"drips", asked(dripping), "timeout"},
		{"fails", respondWith("HTTP/1.1 500 Oh\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"), "status_500"},
		{"answers 10 GB", asked(endless), "body"},
		{"breaks off", respondWith("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"), "body"},
		{"breaks off in a chunk", respondWith("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello"),
			"body"},
		{"speaks something else", respondWith("220 ready\r\n"), "protocol"},
	} {
		t.Run(test.name, func(t *testing.T) {
			url := raw(t, afterGood(test.answer))
			eachHTTPPath(t, func(t *testing.T, run func(load, parameters string) *endedRun) {
				timeout := "30s"
				if test.class == "timeout" {
					timeout = "300ms"
				}
				r := run(`"num_jobs": 20, "concurrency": 1, "timeout": "`+timeout+`"`,
					`"method": "POST", "body": "x", "max_bytes": 1000000, "url": "`+url+`"`)
				checkEqual(t, "jobs that went well", r.Counts.OK, 10)
				checkEqual(t, "others", r.Counts.Failed+r.Counts.Timeout, 10)
				if len(r.Errors) != 1 || r.Errors[0].Class != test.class || r.Errors[0].Count != 10 {
					t.Errorf("errors %+v, want 10 of the class %s", r.Errors, test.class)
				}
			})
		})
	}
}

// Each job sends its own request once, over the connections of its workers, and
// what is counted is what the service saw.
func TestHTTPLoopSendsEachRequestOnce(t *testing.T) {
	for name, secure := range overTLS {
		t.Run(name, func(t *testing.T) { testEachRequestOnce(t, secure) })
	}
}

func testEachRequestOnce(t *testing.T, secure bool) {
	eachHTTPPath(t, func(t *testing.T, run func(load, parameters string) *endedRun) {
		const jobs = 2000
		var mu sync.Mutex
		seen, callers := map[string]int{}, map[string]bool{}
		parameters, url := serveHTTP(t, secure, func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			mu.Lock()
			defer mu.Unlock()
			seen[r.URL.RawQuery+string(body)]++
			callers[r.RemoteAddr] = true
		})
		r := run(fmt.Sprintf(`"num_jobs": %d, "concurrency": 50`, jobs),
			parameters+`"method": "POST", "body": "{{job}}", "url": "`+url+`/?{{job}}"`)
		checkEqual(t, "jobs", r.Counts.OK, jobs)
		checkEqual(t, "requests that differ", len(seen), jobs)
		for request, times := range seen {
			if times != 1 {
				t.Errorf("the request %s came %d times", request, times)
			}
		}
		connections, _ := r.Counters.Get("connections")
		checkEqual(t, "connections", connections.Total, int64(len(callers)))
		checkWithin(t, "connections", len(callers), 1, 50)
		first, ok := r.Phases.Get("first_byte")
		if !ok || first.Count != jobs || first.Mean <= 0 || first.Mean > r.ServiceTime.Mean {
			t.Errorf("the first byte came after %+v of %+v", first, r.ServiceTime)
		}
	})
}

// While a service freezes, the jobs in flight wait for the rest of the pause, and
// no other starts.
func TestHTTPFreezeOfAClosedLoad(t *testing.T) {
	onHTTPPaths(t, map[string]string{"closed": ""}, func(t *testing.T, run func(load, parameters string) *endedRun) {
		const pause = 300 * time.Millisecond
		begin := time.Now()
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			if since := time.Since(begin) - 100*time.Millisecond; since > 0 {
				time.Sleep(pause - since)
			}
		}))
		defer server.Close()
		r := run(`"duration": "600ms", "concurrency": 4`, `"url": "`+server.URL+`"`)
		var late int
		for record := range r.Jobs.All() {
			if record.End-record.Intended > pause/2 {
				late++
			}
		}
		if len(r.Errors) > 0 || late < 1 || late > 4 {
			t.Errorf("%d jobs were late, want the 4 in flight at most: %+v, errors %v", late, r.Counts, r.Errors)
		}
		checkEqual(t, "most in flight", r.InFlight.Max, 4)
	})
}

// An answer that an event loop does not read to its end is read whole, and the
// expectation of its text holds.
func TestHTTPLoopReadsLongAnswers(t *testing.T) {
	long := strings.Repeat("x", 200_000) + "needle"
	for name, secure := range overTLS {
		t.Run(name, func(t *testing.T) {
			parameters, url := serveHTTP(t, secure, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, long) })
			eachHTTPPath(t, func(t *testing.T, run func(load, parameters string) *endedRun) {
				r := run(`"num_jobs": 50, "concurrency": 2`, parameters+`"expect": {"contains": "needle"}, "url": "`+url+`"`)
				checkEqual(t, "counts", r.Counts, aurea.Counts{Planned: 50, OK: 50})
				in, _ := r.Counters.Get("bytes_in")
				checkWithin(t, "bytes in", in.Total, 50*int64(len(long)), 50*int64(len(long)+1000))
			})
		})
	}
}
