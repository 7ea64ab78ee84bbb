package httpjob

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// A jobServer is a service that accepts a job and finishes it after some polls.
type jobServer struct {
	*httptest.Server
	polls  atomic.Int64
	header atomic.Value // of the last poll
}

// newJobServer starts a service whose job is pending for the given number of
// polls. Later polls get the response last.
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

// A job is polled until it has ended. The time until its completion is reported
// apart from the time of the polls.
func TestPoll(t *testing.T) {
	for _, test := range polledJobs {
		t.Run(test.name, func(t *testing.T) {
			server := newJobServer(t, test.pending, test.last)
			poll := workloadtest.Parse(t, test.poll)
			poll["interval"] = "1ms"
			o := runJob(t, server.URL, `{"url": "$URL/jobs", "body": {}, "poll": `+encode(t, poll)+`}`, 0)
			if class := o.Class(); class != test.class {
				t.Errorf("class %q, want %q", class, test.class)
			}
			if message := workloadtest.Message(o.Err); message != test.message {
				t.Errorf("failure %q, want %q", message, test.message)
			}
			if o.Err == nil {
				checkPolled(t, server, o, test.pending+1, test.queue)
			}
		})
	}
}

// checkPolled checks what a job reports that was done after the given number of
// polls. A negative queue time means that none is reported.
func checkPolled(t *testing.T, server *jobServer, o workloadtest.Outcome, polls int64, queue time.Duration) {
	t.Helper()
	if got := server.polls.Load(); got != polls {
		t.Errorf("the service got %d polls, want %d", got, polls)
	}
	if got := o.Counters["polls"]; got != polls {
		t.Errorf("the job reports %d polls, want %d", got, polls)
	}
	if parts := o.Phases["accept"] + o.Phases["poll"]; o.Phases["completion"] < parts {
		t.Errorf("the phase completion is %v, less than accept and poll, %v", o.Phases["completion"], parts)
	}
	waited, reported := o.Phases["queue"]
	if !reported {
		waited = -1
	}
	if waited != queue {
		t.Errorf("the phase queue is %v, want %v", waited, queue)
	}
	if n := o.Counters["connections"]; n > 1 {
		t.Errorf("the job made %d connections, want 1", n)
	}
	if o.Counters["poll_bytes_in"] == 0 {
		t.Error("the job reports no bytes of polls")
	}
}

// polledJobs are poll parameters, the service's last response, and how the job
// ends.
var polledJobs = []struct {
	name, poll, last, class, message string
	pending                          int64         // polls before the last response
	queue                            time.Duration // negative if it is not reported
}{
	{"by header", `{}`, `{"status": "done"}`, "", "", 2, -1},
	{"at once", `{}`, `{"status": "done"}`, "", "", 0, -1},
	{"by path", `{"url": "$.links.self"}`, `{"status": "completed"}`, "", "", 1, -1},
	{
		"own words", `{"status": "$.state.code", "done": [3]}`, `{"state": {"code": 3}}`,
		"body", "poll: the answer has nothing at $.state.code", 1, -1,
	},
	{
		"own words at once", `{"status": "$.state.code", "done": [3]}`, `{"state": {"code": 3}}`,
		"", "", 0, -1,
	},
	{
		"failed", `{}`, `{"status": "failed"}`,
		"job", "poll: the service says that the job has failed: $.status is failed", 1, -1,
	},
	{"class of statuses", `{"expect": {"status": "2xx"}}`, `{"status": "done"}`, "", "", 1, -1},
	{
		"unexpected status", `{"expect": {"status": 203}}`, `{"status": "done"}`,
		"status_200", "poll: the answer's status is 200", 1, -1,
	},
	{
		"queue time", `{"queue_time": "$.waited"}`, `{"status": "done", "waited": 1.5}`,
		"", "", 0, 1500 * time.Millisecond,
	},
	{
		"queue time as text", `{"queue_time": "$.waited"}`, `{"status": "done", "waited": "20ms"}`,
		"", "", 0, 20 * time.Millisecond,
	},
	{
		"timestamps", `{"queued_at": "$.q", "started_at": "$.s"}`,
		`{"status": "done", "q": "2026-01-02T15:04:05.25Z", "s": "2026-01-02T16:04:06+01:00"}`,
		"", "", 0, 750 * time.Millisecond,
	},
	{
		"no queue time", `{"queue_time": "$.waited"}`, `{"status": "done"}`,
		"body", "poll: the answer has no time at $.waited, in seconds or such as 250ms", 0, -1,
	},
	{
		"no timestamp", `{"queued_at": "$.q", "started_at": "$.s"}`, `{"status": "done", "q": "yesterday"}`,
		"body", "poll: the answer has no moment at $.q, such as 2026-01-02T15:04:05Z", 0, -1,
	},
	{
		"no header", `{"url": "X-Where"}`, ``,
		"body", "poll: the answer does not say whom to ask: there is no URL at header X-Where", 0, -1,
	},
	{
		"not a text", `{"url": "$.number"}`, ``,
		"body", "poll: the answer does not say whom to ask: there is no URL at $.number", 0, -1,
	},
	{
		"not JSON", `{}`, `done`,
		"body", "poll: the answer is not JSON: invalid character 'd' looking for beginning of value", 0, -1,
	},
}

// A poll has the headers of the request, without those of its content.
func TestPollHeaders(t *testing.T) {
	server := newJobServer(t, 0, `{"status": "done"}`)
	o := runJob(t, server.URL,
		`{"url": "$URL/jobs", "body": {}, "headers": {"Authorization": "Bearer t"}, "poll": {}}`, 0)
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	header := server.header.Load().(http.Header)
	if got := header.Get("Authorization"); got != "Bearer t" {
		t.Errorf("the poll has Authorization %q, want that of the request", got)
	}
	if got := header.Get("Content-Type"); got != "" {
		t.Errorf("the poll has Content-Type %q, want none", got)
	}
}

// A job that the service never finishes ends at its timeout.
func TestPollTimeout(t *testing.T) {
	server := newJobServer(t, 1<<40, "")
	parameters := workloadtest.Parse(t, `{"url": "`+server.URL+`", "body": {}, "poll": {"interval": "1ms"}}`)
	jobs := workloadtest.Open(t, local, call(parameters))
	o := workloadtest.Run(t, jobs, 0, 20*time.Millisecond)
	if !errors.Is(o.Err, context.DeadlineExceeded) {
		t.Errorf("Run = %v, want %v", o.Err, context.DeadlineExceeded)
	}
}
