package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// withBudget sets the budget of a service's requests.
func withBudget(b *budget.Budget) func(*Options) { return func(o *Options) { o.Budget = b } }

// sendPart opens a connection and sends the head of a request and n bytes of
// the body that it announces. The connection stays open until the test ends.
func (s *service) sendPart(n int) net.Conn {
	s.t.Helper()
	conn := s.dial()
	head := strings.ReplaceAll(post(maxBody), "\n", "\r\n")
	if _, err := io.WriteString(conn, head+`{"name": "`+strings.Repeat("x", n-10)); err != nil {
		s.t.Fatal(err)
	}
	return conn
}

// Open request bodies take no more than the budget: more are refused, the
// service goes on, and a closed one frees its part.
func TestBodiesStayInBudget(t *testing.T) {
	const limit, part = 4 << 20, 512 << 10
	b := budget.New(limit)
	s := serve(t, runs.Options{}, withBudget(b))
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
	want := fmt.Sprintf("of the %s that they may have together (half of --max-memory)", budget.Size(limit))
	if !strings.Contains(detail, want) {
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

// A body counts with the size of its decoded value, not with that on the wire.
func TestBodiesCountDecoded(t *testing.T) {
	b := budget.New(8 << 20)
	s := serve(t, runs.Options{}, withBudget(b))
	body := `{"num_jobs": 1, "workload": {"kind": "noop", "x": [` + strings.Repeat(`{"":0},`, 100_000) + `0]}}`
	if got := s.run(body); got.status != http.StatusServiceUnavailable {
		t.Errorf("%d bytes of small objects: %d %.200s", len(body), got.status, got.body)
	}
	if held, _, _ := b.Usage(); held != 0 {
		t.Errorf("%d bytes are held afterwards", held)
	}
}

// A spec counts against the budget until its run has finished.
func TestQueuedSpecsStayInBudget(t *testing.T) {
	b := budget.New(8 << 20)
	s := serve(t, runs.Options{Queue: 100, Budget: b}, withBudget(b))
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
		t.Errorf("%d specs of 900 KiB were accepted with a budget of 8 MiB, want 2 to 8", len(ids))
	}
	for _, id := range ids {
		if got := s.call("POST", "/v1/runs/"+id+"/cancel", nil); got.status != http.StatusAccepted {
			t.Errorf("cancel: %d %.200s", got.status, got.body)
		}
	}
	until(t, "all of it to be given back", func() bool { held, _, _ := b.Usage(); return held == 0 })
}

// A page of large runs is small and names what it leaves out; the run itself
// has it.
func TestListOmitsLargeSpecs(t *testing.T) {
	s := serve(t, runs.Options{})
	var last string
	for range 6 {
		run := submit(t, s.manager, wideSpec)
		until(t, "it to run", func() bool { return status(t, s.manager, run.ID) == aurea.StatusRunning })
		if _, err := s.manager.Cancel(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
		last = run.ID
	}
	until(t, "the last one to be stored", func() bool { return status(t, s.manager, last).Finished() })
	page := s.call("GET", "/v1/runs?limit=200", nil)
	var list struct {
		Runs []struct {
			ID      string
			Spec    struct{ Workload map[string]any }
			Result  struct{ Spec map[string]any }
			LeftOut []string `json:"left_out"`
		}
	}
	page.into(t, &list)
	if len(page.body) > 100<<10 {
		t.Errorf("a page of %d runs takes %d bytes", len(list.Runs), len(page.body))
	}
	if len(list.Runs) != 6 {
		t.Errorf("a page has %d runs, want 6", len(list.Runs))
	}
	for _, run := range list.Runs {
		if run.Spec.Workload["kind"] != "http" {
			t.Errorf("the spec of a listed run is %v", run.Spec)
		}
		if want := []string{"spec", "result.spec"}; !slices.Equal(run.LeftOut, want) {
			t.Errorf("%q are left out, want %q", run.LeftOut, want)
		}
	}
	if got := s.call("GET", "/v1/runs/"+last, nil); len(got.body) < 2000<<10 {
		t.Errorf("the run itself takes %d bytes", len(got.body))
	}
}

// A largeRunFake has one finished run with a spec of a megabyte.
type largeRunFake struct{ Runs }

func (largeRunFake) Get(_ context.Context, id string) (aurea.Run, error) {
	parameters := map[string]any{"body": strings.Repeat("x", 1<<20)}
	return aurea.Run{ID: id, Status: aurea.StatusCompleted,
		Spec: aurea.Spec{Workload: &aurea.Workload{Kind: "http", Parameters: parameters}}}, nil
}

func (largeRunFake) Ready() error { return nil }

// Unread responses count against the budget until they are written or
// abandoned; a response beyond it is refused.
func TestUnreadAnswersStayInBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget.New(8 << 20)
		dial, _, _ := listen(t, largeRunFake{}, withBudget(b))
		const get = "GET /v1/runs/benchmark-1 HTTP/1.1\nHost: localhost\n\n"
		for range 20 {
			dial().send(get)
		}
		synctest.Wait()
		held, limit, refused := b.Usage()
		if held > limit || held < limit/2 {
			t.Errorf("%d of %d bytes are held", held, limit)
		}
		if refused < 12 || refused > 18 {
			t.Errorf("%d of 20 are refused", refused)
		}
		l := dial()
		l.send(get)
		if got := l.want(http.StatusServiceUnavailable); got.header.Get("Retry-After") == "" {
			t.Error("refused without Retry-After")
		}
		l.send(getHealth)
		l.want(http.StatusOK)
		time.Sleep(writeTimeout + time.Second)
		synctest.Wait()
		if held, _, _ := b.Usage(); held != 0 {
			t.Errorf("%d bytes are held after all were abandoned", held)
		}
		l.send(get)
		if got := l.want(http.StatusOK); len(got.body) < 1<<20 {
			t.Errorf("afterwards an answer has %d bytes", len(got.body))
		}
	})
}

// dial opens a connection with a small receive buffer.
func (s *service) dial() net.Conn {
	s.t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(s.t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		s.t.Fatal(err)
	}
	return conn
}
