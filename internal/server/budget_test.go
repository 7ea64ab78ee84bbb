package server

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// limitedTo gives a service's requests a budget.
func limitedTo(b *budget.Budget) func(*Options) { return func(o *Options) { o.Budget = b } }

// sendPart opens a connection and sends the head of a request and n bytes of the
// body that it announces. The connection stays open until the test ends.
func (s *service) sendPart(n int) net.Conn {
	s.t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(s.t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	head := strings.ReplaceAll(post(maxBody), "\n", "\r\n")
	if _, err := io.WriteString(conn, head+`{"name": "`+strings.Repeat("x", n-10)); err != nil {
		s.t.Fatal(err)
	}
	return conn
}

// Bodies that are held open take no more than their budget: what comes beyond is
// refused, the service goes on, and what is given up makes room.
func TestBodiesKeepTheirBudget(t *testing.T) {
	const limit, part = 4 << 20, 512 << 10
	b := budget.New(limit)
	s := serve(t, runs.Options{}, limitedTo(b))
	held := func() int64 { held, _, _ := b.Usage(); return held }
	var open []net.Conn
	for range 4 {
		before := held()
		open = append(open, s.sendPart(part))
		until(t, "a part of a body to be held", func() bool { return held()-before >= part })
	}
	body := `{"num_jobs": 1, "workload": {"kind": "noop"}, "name": "` + strings.Repeat("x", 1<<20-100) + `"}`
	refused := s.run(body)
	detail, _ := refused.problem(t, http.StatusServiceUnavailable)
	if want := fmt.Sprintf("of the %s that they may have together (half of --max-memory)", budget.Size(limit)); !strings.Contains(detail, want) {
		t.Errorf("refused with %q, want %q in it", detail, want)
	}
	if refused.header.Get("Retry-After") == "" {
		t.Error("refused without Retry-After")
	}
	if got := s.call("GET", "/health", nil); got.status != 200 {
		t.Errorf("/health meanwhile: %d", got.status)
	}
	if got := s.run(oneJob); got.status != 200 {
		t.Errorf("a small body meanwhile: %d %s", got.status, got.body)
	}
	for _, conn := range open {
		_ = conn.Close()
	}
	until(t, "all of it to be given back", func() bool { return held() == 0 })
	if got := s.run(body); got.status != http.StatusBadRequest { // for its name
		t.Errorf("afterwards: %d %.200s", got.status, got.body)
	}
}

// A body that is small on the wire and large in memory counts as what it becomes.
func TestBodiesCountDecoded(t *testing.T) {
	b := budget.New(8 << 20)
	s := serve(t, runs.Options{}, limitedTo(b))
	body := `{"num_jobs": 1, "workload": {"kind": "noop", "x": [` + strings.Repeat(`{"":0},`, 100_000) + `0]}}`
	if got := s.run(body); got.status != http.StatusServiceUnavailable {
		t.Errorf("%d bytes of small objects: %d %.200s", len(body), got.status, got.body)
	}
	if held, _, _ := b.Usage(); held != 0 {
		t.Errorf("%d bytes are held afterwards", held)
	}
}

// What a run was asked for counts for as long as the run lives.
func TestQueuedSpecsKeepTheirBudget(t *testing.T) {
	b := budget.New(8 << 20)
	s := serve(t, runs.Options{Queue: 100, Budget: b}, limitedTo(b))
	spec := `{"num_jobs": 1, "workload": {"kind": "http", "url": "http://127.0.0.1:1/", "failure": {"rate": 1, "kind": "timeout"}, "body": "` +
		strings.Repeat("x", 900<<10) + `"}, "timeout": "1h"}`
	var ids []string
	for range 20 {
		got := s.call("POST", "/v1/runs", strings.NewReader(spec), "Content-Type: application/json")
		if got.status == http.StatusServiceUnavailable {
			break
		}
		var run document
		got.into(t, &run)
		ids = append(ids, run["id"].(string))
	}
	if len(ids) < 2 || len(ids) > 8 {
		t.Errorf("%d specs of 900 KiB were taken with a budget of 8 MiB, want 2 to 8", len(ids))
	}
	for _, id := range ids {
		if got := s.call("POST", "/v1/runs/"+id+"/cancel", nil); got.status != http.StatusAccepted {
			t.Errorf("cancel: %d %.200s", got.status, got.body)
		}
	}
	until(t, "all of it to be given back", func() bool { held, _, _ := b.Usage(); return held == 0 })
}
