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
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// Reconnecting after the last event of a finished run is a 204: an EventSource
// reconnects for ever after any other response.
func TestReaderAfterTheEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	finished := submit(t, s.manager, quick)
	if _, err := s.manager.Wait(t.Context(), finished.ID); err != nil {
		t.Fatal(err)
	}
	waiting := submit(t, s.manager, endless)
	until(t, "it to run", func() bool { return status(t, s.manager, waiting.ID) == aurea.StatusRunning })
	cancelled := submit(t, s.manager, endless) // without a result: its last event is the status
	if _, err := s.manager.Cancel(t.Context(), cancelled.ID); err != nil {
		t.Fatal(err)
	}
	for name, run := range map[string]string{"completed": finished.ID, "cancelled in the queue": cancelled.ID} {
		_, reader := s.events(run)
		all := readRemaining(t, reader)
		if len(all) == 0 {
			t.Fatalf("%s: there are no events", name)
		}
		last := all[len(all)-1].ID
		got := s.call("GET", "/v1/runs/"+run+"/events", nil, fmt.Sprintf("Last-Event-ID: %d", last))
		if got.status != http.StatusNoContent {
			t.Errorf("%s: %d after the last event, want 204", name, got.status)
		}
		client := s.client(t, "")
		for update, err := range client.Watch(t.Context(), run, last) {
			t.Errorf("%s: a client gets %+v (%v) after the last event", name, update, err)
		}
	}
	// A running run may have more events.
	response, _ := s.events(waiting.ID, fmt.Sprintf("Last-Event-ID: %d", aurea.MaxUpdateID-1))
	if response.StatusCode != http.StatusOK {
		t.Errorf("events of a running run: %d, want 200", response.StatusCode)
	}
	if _, err := s.manager.Cancel(t.Context(), waiting.ID); err != nil { // so that the end need not wait for its grace
		t.Error(err)
	}
}

// wideSpec is a spec of nearly a megabyte, of a run that ends when it is
// cancelled.
var wideSpec = `{"num_jobs": 1, "timeout": "1h", "workload": {"kind": "http", "url": "http://127.0.0.1:1/",
	"failure": {"rate": 1, "kind": "timeout"}, "body": "` + strings.Repeat("x", 1000<<10) + `"}}`

// readNothing requests the events of a run and reads none.
func (s *service) readNothing(id string) net.Conn {
	s.t.Helper()
	conn := s.dial()
	if _, err := io.WriteString(conn, strings.ReplaceAll(getEvents(id), "\n", "\r\n")); err != nil {
		s.t.Fatal(err)
	}
	return conn
}

// An event of a large run is in memory once for all its streams, during the run
// and after its end, and nothing remains afterwards.
func TestEventsAreShared(t *testing.T) {
	const crowd = 40
	b := budget.New(64 << 20)
	s := serve(t, runs.Options{Budget: b}, withBudget(b))
	// The system's own send buffer would take the whole event.
	s.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return withConnection(ctx, &connection{Conn: conn, release: func() {}})
	}
	held := func() int64 { held, _, _ := b.Usage(); return held }
	run := submit(t, s.manager, wideSpec)
	until(t, "it to run", func() bool { return status(t, s.manager, run.ID) == aurea.StatusRunning })
	for _, when := range []string{"while it runs", "after its end"} {
		before := settled(t, held) // what submitting and storing took is given back
		var conns []net.Conn
		for range crowd {
			conns = append(conns, s.readNothing(run.ID))
		}
		until(t, "all of them to wait for an event to be read", func() bool {
			return held()-before >= crowd*streamSize+1000<<10
		})
		if most := int64(crowd*streamSize + 12<<20); held()-before > most {
			t.Errorf("%s: %d readers hold %s, want at most %s", when, crowd, budget.Size(held()-before),
				budget.Size(most))
		}
		for _, conn := range conns {
			_ = conn.Close()
		}
		until(t, "the readers to be gone", func() bool { return held() <= before })
		if _, err := s.manager.Cancel(t.Context(), run.ID); err != nil && when == "while it runs" {
			t.Fatal(err)
		}
		until(t, "it to be stored", func() bool { return status(t, s.manager, run.ID).Finished() && held() == 0 })
	}
}

// settled returns a number once it has stayed the same for a second: on a busy
// disk, storing a run takes longer than a moment.
func settled(t *testing.T, number func() int64) int64 {
	t.Helper()
	last, since := number(), time.Now()
	until(t, "the number to settle", func() bool {
		if now := number(); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > time.Second
	})
	return last
}

// Event streams beyond the budget are refused with a problem.
func TestReadersStayInBudget(t *testing.T) {
	const room = 3
	b := budget.New(room*streamSize + streamSize/2)
	s := serve(t, runs.Options{}, withBudget(b))
	run := submit(t, s.manager, endless)
	until(t, "it to run", func() bool { return status(t, s.manager, run.ID) == aurea.StatusRunning })
	var open []*http.Response
	for range room {
		response, reader := s.events(run.ID)
		if _, err := api.ReadEvent(bufio.NewReader(reader)); err != nil {
			t.Fatal(err)
		}
		open = append(open, response)
	}
	refused := s.call("GET", "/v1/runs/"+run.ID+"/events", nil)
	detail, _ := refused.problem(t, http.StatusServiceUnavailable)
	if want := "a reader of events needs 64 KiB of memory"; !strings.Contains(detail, want) {
		t.Errorf("refused with %q, want %q in it", detail, want)
	}
	if refused.header.Get("Retry-After") == "" {
		t.Error("refused without Retry-After")
	}
	for _, response := range open {
		_ = response.Body.Close()
	}
	until(t, "room for another one", func() bool { held, _, _ := b.Usage(); return held == 0 })
	if response, _ := s.events(run.ID); response.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %d", response.StatusCode)
	}
}
