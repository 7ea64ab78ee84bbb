package httpjob

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// A jobServer is a job system: it accepts a job, and has it done after so many
// polls.
type jobServer struct {
	*httptest.Server
	polls  atomic.Int64
	header atomic.Value // of the last poll
}

// newJobServer has a job pending for so many polls; then it answers with last.
func newJobServer(t *testing.T, pending int64, last string) *jobServer {
	s := &jobServer{}
	s.Server = serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			w.Header().Set("Location", "/jobs/1")
			w.WriteHeader(http.StatusAccepted)
			fmt.Fprint(w, `{"links": {"self": "/jobs/1"}, "number": 1}`)
		case r.URL.Path != "/jobs/1":
			w.WriteHeader(http.StatusNotFound)
		case s.polls.Add(1) <= pending:
			fmt.Fprint(w, `{"status": "pending"}`)
		default:
			s.header.Store(r.Header.Clone())
			fmt.Fprint(w, last)
		}
	})
	return s
}

// A job that the service accepts is asked for until it has ended, and the time
// that it took is told apart from what it took to ask.
func TestPoll(t *testing.T) {
	tests := []struct {
		name, poll, last, class, message string
		pending                          int64
		queue                            time.Duration // negative: not told
	}{
		{"by header", `{}`, `{"status": "done"}`, "", "", 2, -1},
		{"at once", `{}`, `{"status": "done"}`, "", "", 0, -1},
		{"by path", `{"url": "$.links.self"}`, `{"status": "completed"}`, "", "", 1, -1},
		{"own words", `{"status": "$.state.code", "done": [3]}`, `{"state": {"code": 3}}`, "body", "poll: the answer has nothing at $.state.code", 1, -1},
		{"own words at once", `{"status": "$.state.code", "done": [3]}`, `{"state": {"code": 3}}`, "", "", 0, -1},
		{"failed", `{}`, `{"status": "failed"}`, "job", "poll: the service says that the job has failed: $.status is failed", 1, -1},
		{"queue time", `{"queue_time": "$.waited"}`, `{"status": "done", "waited": 1.5}`, "", "", 0, 1500 * time.Millisecond},
		{"queue time as text", `{"queue_time": "$.waited"}`, `{"status": "done", "waited": "20ms"}`, "", "", 0, 20 * time.Millisecond},
		{"moments", `{"queued_at": "$.q", "started_at": "$.s"}`, `{"status": "done", "q": "2026-01-02T15:04:05.25Z", "s": "2026-01-02T16:04:06+01:00"}`, "", "", 0, 750 * time.Millisecond},
		{"no queue time", `{"queue_time": "$.waited"}`, `{"status": "done"}`, "body", "poll: the answer has no time at $.waited, in seconds or such as 250ms", 0, -1},
		{"no moment", `{"queued_at": "$.q", "started_at": "$.s"}`, `{"status": "done", "q": "yesterday"}`, "body", "poll: the answer has no moment at $.q, such as 2026-01-02T15:04:05Z", 0, -1},
		{"nowhere", `{"url": "X-Where"}`, ``, "body", "poll: the answer does not say whom to ask: there is no URL at header X-Where", 0, -1},
		{"no text", `{"url": "$.number"}`, ``, "body", "poll: the answer does not say whom to ask: there is no URL at $.number", 0, -1},
		{"no json", `{}`, `done`, "body", "poll: the answer is not JSON: invalid character 'd' looking for beginning of value", 0, -1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := newJobServer(t, test.pending, test.last)
			var poll map[string]any
			if err := json.Unmarshal([]byte(test.poll), &poll); err != nil {
				t.Fatal(err)
			}
			poll["interval"] = "1ms"
			o := runJob(t, server.URL, `{"url": "$URL/jobs", "body": {}, "poll": `+encode(t, poll)+`}`, 0)
			if o.Class() != test.class || o.Err != nil && o.Err.Error() != test.message {
				t.Fatalf("class %q, %v; want %q, %s", o.Class(), o.Err, test.class, test.message)
			}
			if o.Err != nil {
				return
			}
			if polls := test.pending + 1; server.polls.Load() != polls || o.Counters["polls"] != polls {
				t.Errorf("%d polls came, %d were told, want %d", server.polls.Load(), o.Counters["polls"], polls)
			}
			if o.Phases["completion"] < o.Phases["accept"]+o.Phases["poll"] {
				t.Errorf("completion %v is less than accept %v and polls %v", o.Phases["completion"], o.Phases["accept"], o.Phases["poll"])
			}
			if waited, told := o.Phases["queue"]; told != (test.queue >= 0) || told && waited != test.queue {
				t.Errorf("queue time %v (told: %v), want %v", waited, told, test.queue)
			}
			if o.Counters["connections"] > 1 || o.Counters["poll_bytes_in"] == 0 {
				t.Errorf("counters %v", o.Counters)
			}
		})
	}
}

// A poll carries the request's headers, but not its content's.
func TestPollHeaders(t *testing.T) {
	server := newJobServer(t, 0, `{"status": "done"}`)
	o := runJob(t, server.URL, `{"url": "$URL/jobs", "body": {}, "headers": {"Authorization": "Bearer t"}, "poll": {}}`, 0)
	header := server.header.Load().(http.Header)
	if o.Err != nil || header.Get("Authorization") != "Bearer t" || header.Get("Content-Type") != "" {
		t.Errorf("%v; the poll had %v", o.Err, header)
	}
}

// A job that the service never ends is ended by its timeout.
func TestPollTimeout(t *testing.T) {
	server := newJobServer(t, 1<<40, "")
	jobs := workloadtest.Open(t, local, call(workloadtest.Parse(t, `{"url": "`+server.URL+`", "body": {}, "poll": {"interval": "1ms"}}`)))
	o := workloadtest.Run(t, jobs, 0, 20*time.Millisecond)
	if !errors.Is(o.Err, context.DeadlineExceeded) {
		t.Errorf("%v, want the timeout", o.Err)
	}
}
