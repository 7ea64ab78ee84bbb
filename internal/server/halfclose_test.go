package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// overTCP starts the service on a real listener, as aurea serve does.
func (s *service) overTCP() (address string) {
	s.t.Helper()
	listener, err := new(net.ListenConfig).Listen(s.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- New(newOptions(s.manager)).Serve(ctx, listener) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("Serve: %v", err)
		}
	})
	return listener.Addr().String()
}

// sends opens a connection and writes a request to it.
func sendRequest(t *testing.T, address, request string) *net.TCPConn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

func asRequest(method, path, version, body string) string {
	return fmt.Sprintf("%s %s HTTP/%s\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "+
		"%d\r\n\r\n%s", method, path, version, len(body), body)
}

// A client that closes only its sending side gets its whole response.
func TestHalfClosedClientsAreAnswered(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	address := s.overTCP()
	kept := submit(t, s.manager, quick)
	if _, err := s.manager.Wait(t.Context(), kept.ID); err != nil {
		t.Fatal(err)
	}
	slow := `{"num_jobs": 2, "job_duration_ms": 700}`
	tests := []struct {
		request string
		status  int
		within  string
	}{
		{asRequest("GET", "/health", "1.1", ""), 200, `"status":"healthy"`},
		{asRequest("GET", "/v1/runs", "1.1", ""), 200, kept.ID},
		{asRequest("GET", "/v1/runs/"+kept.ID, "1.1", ""), 200, `"completed"`},
		{asRequest("GET", "/v1/runs/"+kept.ID+"/events", "1.1", ""), 200, "event: result"},
		{asRequest("GET", "/v1/runs/"+kept.ID+"/jobs?format=csv", "1.1", ""), 200, "job_id"},
		{asRequest("GET", "/v1/runs/none", "1.1", ""), 404, "none"},
		{asRequest("POST", "/benchmark/run", "1.1", oneJob), 200, `"completed_jobs":1`},
		{asRequest("POST", "/benchmark/run", "1.1", slow), 200, `"completed_jobs":2`},
		{asRequest("POST", "/benchmark/run", "1.0", slow), 200, `"completed_jobs":2`},
		{asRequest("POST", "/benchmark/run", "1.1", `{"num_jobs": 0}`), 400, "num_jobs"},
		{asRequest("POST", "/v1/runs", "1.1", slow), 202, `"status"`},
	}
	for _, test := range tests {
		conn := sendRequest(t, address, test.request)
		if err := conn.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%.40q: %v", test.request, err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != test.status {
			t.Errorf("%.40q: status %d (%v), want %d", test.request, answer.StatusCode, err, test.status)
		}
		compact := strings.NewReplacer(": ", ":")
		if !strings.Contains(compact.Replace(string(body)), compact.Replace(test.within)) {
			t.Errorf("%.40q: %s, want %s in it", test.request, body, test.within)
		}
	}
}

// Requests sent one behind the other are all answered, in their order, when the
// client closes its sending side behind the last.
func TestHalfClosedPipeline(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	slow := asRequest("POST", "/benchmark/run", "1.1", `{"num_jobs": 1, "job_duration_ms": 300}`)
	conn := sendRequest(t, s.overTCP(),
		slow+asRequest("GET", "/livez", "1.1", "")+slow+asRequest("GET", "/none", "1.1", ""))
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	for i, status := range []int{200, 200, 200, 404} {
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != status {
			t.Errorf("answer %d: %d (%v), want %d", i, answer.StatusCode, err, status)
		}
	}
	if rest, err := io.ReadAll(reader); err != nil || len(rest) > 0 {
		t.Errorf("after the last response there is %q (%v)", rest, err)
	}
}

// A client that disconnects stops its run, even after it has closed its sending
// side.
func TestDisconnectedClientsAreDetected(t *testing.T) {
	leave := map[string]func(*net.TCPConn) error{
		"closes": func(conn *net.TCPConn) error { return conn.Close() },
		"resets": func(conn *net.TCPConn) error { return errorsOf(conn.SetLinger(0), conn.Close()) },
		"closes half, and then all": func(conn *net.TCPConn) error {
			return errorsOf(conn.CloseWrite(), conn.Close())
		},
	}
	for what, away := range leave {
		t.Run(what, func(t *testing.T) {
			s := serve(t, runs.Options{})
			address := s.overTCP()
			request := asRequest("POST", "/benchmark/run", "1.1", endless)
			running := sendRequest(t, address, request)
			until(t, "the run to begin", func() bool { return s.manager.Stats().Active == 1 })
			queued := sendRequest(t, address, request)
			until(t, "the run to wait", func() bool { return s.manager.Stats().Queued == 1 })
			for i, conn := range []*net.TCPConn{queued, running} {
				if err := away(conn); err != nil {
					t.Fatal(err)
				}
				until(t, "the run to be cancelled", func() bool {
					return s.manager.Stats().Runs[aurea.RunsKey{Workload: "sleep",
						Status: aurea.StatusCancelled}] == int64(i+1)
				})
			}
		})
	}
}

func errorsOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// A queued run that is cancelled is a conflict: clients must not retry it.
func TestCancelledWhileQueued(t *testing.T) {
	s := serve(t, runs.Options{})
	s.occupy()
	queued := s.occupy()
	page, err := s.manager.List(t.Context(), aurea.RunQuery{Statuses: []aurea.Status{aurea.StatusQueued}})
	if err != nil || len(page.Runs) != 1 {
		t.Fatalf("the queue has %+v (%v)", page.Runs, err)
	}
	if got := s.call("POST", "/v1/runs/"+page.Runs[0].ID+"/cancel", nil); got.status != 202 {
		t.Fatalf("cancel: %d %s", got.status, got.body)
	}
	answer := <-queued
	detail, _ := answer.problem(t, 409)
	if want := "run " + page.Runs[0].ID + " was cancelled before it began"; !strings.Contains(detail, want) {
		t.Errorf("%q, want %q", detail, want)
	}
	if again := answer.header.Get("Retry-After"); again != "" {
		t.Errorf("Retry-After is %s", again)
	}
}
