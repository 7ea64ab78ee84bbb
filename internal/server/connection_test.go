package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A run may last longer than any limit of a connection, and the connection
// still serves the next request, however much later.
func TestLongRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, _, _ := listen(t, longRunningFake(23*time.Hour))
		l := dial()
		l.send(post(len(oneJob)) + oneJob)
		l.want(200)
		if took := time.Since(l.opened); took != 23*time.Hour {
			t.Errorf("answered after %v, want 23 h", took)
		}
		for _, pause := range []time.Duration{time.Second, writeTimeout + time.Second, idleTimeout - time.Second} {
			time.Sleep(pause)
			l.send(getHealth)
			if got, err := l.answer(); err != nil || got.status != 200 {
				t.Fatalf("asked again %v after an answer: %d %v", pause, got.status, err)
			}
		}
	})
}

// A client that sends nothing is disconnected after the timeout.
func TestSlowSenders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, _, _ := listen(t, finishingFake())
		for what, sent := range map[string]string{
			"nothing":            "",
			"a part of a header": "GET /health HTTP/1.1\nHost: loc",
		} {
			l := dial()
			l.send(sent)
			t.Log(what)
			l.wantEnd(l.opened, headerTimeout)
		}
		idle := dial()
		idle.send(getHealth)
		idle.want(200)
		idle.wantEnd(idle.opened, idleTimeout)

		for what, sent := range map[string]string{
			"no body":          post(100),
			"a part of a body": post(100) + `{"num_jobs"`,
			"a part of chunks": strings.Replace(post(0), "Content-Length: 0", "Transfer-Encoding: chunked", 1) +
				"5\n{\"num",
		} {
			l := dial()
			l.send(sent)
			got, err := l.answer()
			if err != nil || got.status/100 != 4 {
				t.Errorf("%s: answered with %d (%v), want a 4xx", what, got.status, err)
				continue
			}
			if took := time.Since(l.opened); took != bodyTimeout {
				t.Errorf("%s: answered after %v, want %v", what, took, bodyTimeout)
			}
			got.problem(t, got.status)
			responses := describe(t).operation("POST", "/benchmark/run")["responses"].(map[string]any)
			if _, ok := responses[strconv.Itoa(got.status)]; !ok {
				t.Errorf("%s: answered with %d, which is not described", what, got.status)
			}
		}
	})
}

// The server does not wait for a body that it refuses anyway.
func TestUnwantedBodies(t *testing.T) {
	for what, sent := range map[string]string{
		"of another type": strings.Replace(post(100), "application/json", "text/plain", 1),
		"of nothing":      strings.Replace(post(100), "/benchmark/run", "/nothing", 1),
		"of a probe":      strings.Replace(post(100), "/benchmark/run", "/health", 1),
		"of a stranger":   strings.Replace(post(100), "localhost", "example.com", 1),
		"of another page": strings.Replace(post(100), "Host:", "Sec-Fetch-Site: cross-site\nHost:", 1),
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, _, _ := listen(t, finishingFake())
				l := dial()
				l.send(sent)
				got, err := l.answer()
				if err != nil || got.status/100 != 4 {
					t.Errorf("answered with %d (%v), want a 4xx", got.status, err)
				}
				if took := time.Since(l.opened); took > bodyTimeout {
					t.Errorf("answered after %v, want at most %v", took, bodyTimeout)
				}
			})
		})
	}
}

// A body that does not arrive as announced is a client error.
func TestBrokenBodies(t *testing.T) {
	chunked := strings.Replace(post(0), "Content-Length: 0", "Transfer-Encoding: chunked", 1)
	for what, sent := range map[string]string{
		"a chunk without a size":      chunked + "wat\n{}\n0\n\n",
		"a chunk that is longer":      chunked + "2\n" + oneJob + "\n0\n\n",
		"a chunk of negative size":    chunked + "-1\n\n",
		"a chunk of more than 64 bit": chunked + "fffffffffffffffff\n{}\n0\n\n",
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { checkBrokenBody(t, sent) })
		})
	}
}

func checkBrokenBody(t *testing.T, sent string) {
	dial, _, _ := listen(t, finishingFake())
	l := dial()
	go func() { _, _ = io.WriteString(l, strings.ReplaceAll(sent, "\n", "\r\n")) }() // the server may stop reading
	got, err := l.answer()
	if err != nil {
		t.Fatal(err)
	}
	if got.status < 400 || got.status > 499 {
		t.Fatalf("%d %s, want a 4xx", got.status, got.body)
	}
	got.problem(t, got.status)
	_ = l.Close()
}

// During a shutdown, Serve finishes responses under way and accepts no new
// requests.
func TestServeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, stop, stopped := listen(t, longRunningFake(time.Hour))
		l := dial()
		l.send(post(len(oneJob)) + oneJob)
		time.Sleep(time.Minute)
		stop()
		synctest.Wait()
		select {
		case <-stopped:
			t.Error("Serve returned before the answer")
		default:
		}
		if l.want(200); time.Since(l.opened) != time.Hour {
			t.Errorf("answered after %v, want 1 h", time.Since(l.opened))
		}
		<-stopped
	})
}

// A listener that fails ends Serve with its error.
func TestServeFails(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	if err := New(newOptions(finishingFake())).Serve(t.Context(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve: %v, want net.ErrClosed", err)
	}
}

// connect posts a run over a connection of its own, and reads nothing.
func (s *service) connect(spec string) *net.TCPConn {
	s.t.Helper()
	conn, err := new(net.Dialer).DialContext(s.t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, strings.ReplaceAll(post(len(spec)), "\n", "\r\n")+spec); err != nil {
		s.t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// A client that disconnects, with or without a reset, stops its running or
// queued run, and the next one starts.
func TestClientDisconnects(t *testing.T) {
	const long = `{"num_jobs": 10, "workload": {"kind": "sleep", "duration": "1h"}}`
	for what, linger := range map[string]int{"closes": -1, "resets": 0} {
		t.Run(what, func(t *testing.T) {
			s := serve(t, runs.Options{})
			running := s.connect(long)
			until(t, "the run to begin", func() bool { return s.manager.Stats().Active == 1 })
			queued := s.connect(long)
			until(t, "the run to wait", func() bool { return s.manager.Stats().Queued == 1 })
			cancelled := func() int64 {
				return s.manager.Stats().Runs[aurea.RunsKey{Workload: "sleep", Status: aurea.StatusCancelled}]
			}
			for i, conn := range []*net.TCPConn{queued, running} {
				if err := conn.SetLinger(linger); err != nil {
					t.Fatal(err)
				}
				_ = conn.Close()
				until(t, "the run to be cancelled", func() bool { return cancelled() == int64(i+1) })
			}
			if got := s.run(oneJob); got.status != 200 {
				t.Errorf("the next run: %d %s", got.status, got.body)
			}
			stats := s.manager.Stats()
			if jobs := stats.Workloads["sleep"].Counts; jobs.Cancelled != 10 || jobs.OK != 1 {
				t.Errorf("the jobs are %+v, want 10 cancelled and 1 ok", jobs)
			}
			if n := cancelled(); n != 2 {
				t.Errorf("%d runs were cancelled, want 2: %v", n, stats.Runs)
			}
		})
	}
}

// Many clients at once, each with its own run: each gets its own result.
func TestManyClients(t *testing.T) {
	const clients = 12
	s := serve(t, runs.Options{Queue: clients})
	var served atomic.Int64
	done := make(chan error)
	for i := range clients {
		go func() {
			request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/benchmark/run",
				strings.NewReader(fmt.Sprintf(`{"num_jobs": %d, "name": "client %d", "workload": {"kind": "noop"}}`,
					i+1, i)))
			got := s.try(request)
			var r struct {
				Name string
				Jobs []struct {
					ID string `json:"job_id"`
				}
				ID string `json:"benchmark_id"`
			}
			err := json.Unmarshal(got.body, &r)
			own := err == nil && r.Name == fmt.Sprintf("client %d", i) && len(r.Jobs) == i+1
			if own {
				own = r.Jobs[i].ID == fmt.Sprintf("%s-job-%d", r.ID, i)
			}
			if err == nil && !own {
				err = fmt.Errorf("client %d gets %d %.200s", i, got.status, got.body)
			}
			served.Add(1)
			done <- err
		}()
	}
	for range clients {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	stats := s.manager.Stats()
	if stats.Runs[aurea.RunsKey{Workload: "noop", Status: aurea.StatusCompleted}] != clients ||
		stats.Workloads["noop"].OK != clients*(clients+1)/2 {
		t.Errorf("runs %v, jobs %+v", stats.Runs, stats.Workloads["noop"].Counts)
	}
}
