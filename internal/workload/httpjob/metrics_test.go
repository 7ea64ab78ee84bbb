package httpjob

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// A job reports the phases of its exchange, its connections and the bytes of head
// and body.
func TestHTTPMetrics(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "0123456789") })
	jobs := workloadtest.Open(t, local, call(map[string]any{"url": server.URL, "body": "abc"}))
	first, second := runOf(t, jobs, 0), runOf(t, jobs, 1)
	for _, phase := range []string{"wait", "connect", "first_byte", "body"} {
		if _, there := first.Phases[phase]; !there {
			t.Errorf("the first job does not report the phase %s", phase)
		}
	}
	if _, there := second.Phases["connect"]; there {
		t.Error("the second job reports the phase connect of the first job's connection")
	}
	if got := [2]int64{first.Counters["connections"], second.Counters["connections"]}; got != [2]int64{1, 0} {
		t.Errorf("connections %v, want 1 and 0", got)
	}
	if n := first.Counters["bytes_out"]; n <= 3 {
		t.Errorf("bytes_out is %d, want more than the 3 bytes of the body", n)
	}
	if n := first.Counters["bytes_in"]; n <= 10 {
		t.Errorf("bytes_in is %d, want more than the 10 bytes of the body", n)
	}
}

// The service gets as many requests as the counters say: jobs, polls and retries.
func TestHTTPCountsRetries(t *testing.T) {
	service := newClosingService(t)
	for name, parameters := range map[string]map[string]any{
		"requests": {"url": service.url},
		"polls":    {"url": service.url, "poll": map[string]any{}},
	} {
		jobs := workloadtest.Open(t, local, call(parameters))
		service.requests.Store(0)
		var sent, retries int64
		for job := range int64(20) {
			o := runOf(t, jobs, job)
			if o.Err != nil {
				t.Fatalf("%s: %v", name, o.Err)
			}
			sent += 1 + o.Counters["polls"]
			retries += o.Counters["retries"]
		}
		if got := service.requests.Load(); got != sent+retries {
			t.Errorf("%s: the service got %d requests, want %d and %d retries", name, got, sent, retries)
		}
		if retries < 19 {
			t.Errorf("%s: %d retries, want one for each connection that was closed", name, retries)
		}
	}
}

// A closingService responds to the first request of a connection. It closes the
// connection at the second one, without a response.
type closingService struct {
	url      string
	requests atomic.Int64
}

// newClosingService starts a service. It ends with the test.
func newClosingService(t *testing.T) *closingService {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &closingService{url: "http://" + listener.Addr().String()}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-ended
	})
	return s
}

func (s *closingService) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for requests := 1; requests <= 2; requests++ {
		if _, err := http.ReadRequest(in); err != nil {
			return
		}
		s.requests.Add(1)
		if requests == 1 {
			fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nLocation: /job\r\nContent-Length: 17\r\n\r\n{\"status\":\"done\"}")
		}
	}
}
