package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// events opens a run's stream of events; the reader reads them.
func (s *service) events(id string, headers ...string) (*http.Response, *bufio.Reader) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.URL+"/v1/runs/"+id+"/events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	setHeaders(request, headers)
	response, err := s.Client().Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = response.Body.Close() })
	return response, bufio.NewReader(response.Body)
}

// rest reads events, without comments, to the end of the stream.
func readRemaining(t *testing.T, reader *bufio.Reader) (all []api.Event) {
	t.Helper()
	for {
		e, err := api.ReadEvent(reader)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if e.Name != "" {
			all = append(all, e)
		}
	}
}

// checkEvent checks the data of an event of the run of TestEvents.
func checkEvent(t *testing.T, id string, e api.Event) {
	t.Helper()
	var data document
	answer{body: e.Data}.into(t, &data)
	switch e.Name {
	case "progress":
		for _, member := range []string{
			"elapsed", "remaining", "started", "ok", "failed", "in_flight",
			"throughput", "p50", "p99",
		} {
			data.number(t, member)
		}
	case "status":
		data.wantMembers(t, "status event", map[string]any{"status": "completed", "id": id, "result": nil})
		if data["digest"] == "" {
			t.Errorf("the status event has no digest: %s", e.Data)
		}
	case "result":
		data.wantMembers(t, "result event", map[string]any{"benchmark_id": id, "completed_jobs": 8.0, "jobs": nil})
	}
}

// The events of a run are as documented. A reconnect with the id of the last
// event gets the following ones, none twice.
func TestEvents(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	var run document
	s.call("POST", "/v1/runs", strings.NewReader(`{"num_jobs": 8, "concurrency": 2, "job_duration_ms": 700}`),
		"Content-Type: application/json").into(t, &run)
	id := run["id"].(string)
	response, reader := s.events(id)
	if response.StatusCode != 200 {
		t.Fatalf("status %d", response.StatusCode)
	}
	headers := [2]string{response.Header.Get("Content-Type"), response.Header.Get("Cache-Control")}
	if want := [2]string{"text/event-stream", "no-store"}; headers != want {
		t.Fatalf("Content-Type and Cache-Control are %q, want %q", headers, want)
	}
	var first api.Event
	for first.Name != "progress" {
		var err error
		if first, err = api.ReadEvent(reader); err != nil {
			t.Fatal(err)
		}
	}
	_ = response.Body.Close() // disconnects during the run
	_, reader = s.events(id, fmt.Sprintf("Last-Event-ID: %d", first.ID))
	following := readRemaining(t, reader)
	var names []string
	last := first.ID
	for _, e := range following {
		if e.ID <= last {
			t.Errorf("event %d comes after %d", e.ID, last)
		}
		last = e.ID
		names = append(names, e.Name)
		checkEvent(t, id, e)
	}
	n := len(names)
	if n < 3 || !slices.Equal(names[n-2:], []string{"status", "result"}) {
		t.Fatalf("the events are %q, want status and result last", names)
	}
	if slices.Contains(names[:n-2], "status") {
		t.Errorf("the events are %q, want one status", names)
	}
	// The finished run: the remaining events, from the store.
	_, reader = s.events(id, fmt.Sprintf("Last-Event-ID: %d", following[len(following)-3].ID))
	again := readRemaining(t, reader)
	if diff := cmp.Diff(following[len(following)-2:], again); diff != "" {
		t.Errorf("the remaining events (-want +got):\n%s", diff)
	}
	_, reader = s.events(id)
	if whole := readRemaining(t, reader); len(whole) < 2 || whole[len(whole)-1].ID != last {
		t.Errorf("from the beginning there are %d events", len(whole))
	}
	for _, wrong := range []string{"x", "-1", strconv.FormatInt(aurea.MaxUpdateID, 10), "99999999999999999999"} {
		s.call("GET", "/v1/runs/"+id+"/events", nil, "Last-Event-ID: "+wrong).problem(t, 400)
	}
	s.call("GET", "/v1/runs/benchmark-0/events", nil).problem(t, 404)
}

// An endlessRunFake has one endless run with an update a second.
type endlessRunFake struct {
	Runs
	readers *atomic.Int64
}

func (w endlessRunFake) Ready() error { return nil }

func (w endlessRunFake) Get(_ context.Context, id string) (aurea.Run, error) {
	return aurea.Run{ID: id, Status: aurea.StatusRunning}, nil
}

func (w endlessRunFake) Watch(ctx context.Context, id string, after int64) iter.Seq2[aurea.Update, error] {
	return func(yield func(aurea.Update, error) bool) {
		w.readers.Add(1)
		defer w.readers.Add(-1)
		for ; ; after++ {
			progress := aurea.RunProgress{Elapsed: float64(after)}
			update := aurea.Update{ID: after + 1, Kind: aurea.UpdateProgress,
				Run: aurea.Run{ID: id, Progress: &progress}}
			if id == "quiet" {
				update = aurea.Update{}
			}
			if !yield(update, nil) {
				return
			}
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
				yield(aurea.Update{}, ctx.Err())
				return
			}
		}
	}
}

func getEvents(id string) string {
	return "GET /v1/runs/" + id + "/events HTTP/1.1\nHost: localhost\n\n"
}

// A client that reads no events is disconnected after eventTimeout and delays
// no other; one that reads stays; heartbeats keep a quiet stream open; and the
// streams end with the server.
func TestStuckReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var readers atomic.Int64
		dial, stop, stopped := listen(t, endlessRunFake{readers: &readers})
		stuck := make([]*clientConn, 10)
		for i := range stuck {
			stuck[i] = dial()
			stuck[i].send(getEvents("loud"))
		}
		good, quiet := dial(), dial()
		for l, id := range map[*clientConn]string{good: "loud", quiet: "quiet"} {
			l.send(getEvents(id))
		}
		var seen, beats atomic.Int64
		read := func(l *clientConn) {
			response, err := http.ReadResponse(l.answers, nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			reader := bufio.NewReader(response.Body)
			for {
				e, err := api.ReadEvent(reader)
				if err != nil {
					return
				}
				if e.Name == "progress" {
					seen.Add(1)
				}
				if e.Heartbeat {
					beats.Add(1)
				}
			}
		}
		go read(good)
		go read(quiet)
		synctest.Wait()
		if n := readers.Load(); n != 12 {
			t.Fatalf("%d read, want 12", n)
		}
		time.Sleep(eventTimeout - time.Millisecond)
		if n := readers.Load(); n != 12 {
			t.Errorf("%d read just before their time is over, want 12", n)
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if n := readers.Load(); n != 2 {
			t.Errorf("%d read after it, want 2", n)
		}
		time.Sleep(time.Minute)
		if seen.Load() < 70 || beats.Load() < 70 {
			t.Errorf("%d events and %d heartbeats in 75 s", seen.Load(), beats.Load())
		}
		begun := time.Now()
		stop()
		<-stopped
		if took := time.Since(begun); took > time.Second || readers.Load() != 0 {
			t.Errorf("the server ended after %v, with %d readers", took, readers.Load())
		}
	})
}
