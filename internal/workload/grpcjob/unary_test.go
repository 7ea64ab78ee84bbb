package grpcjob

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// hello is a message whose payload is hello.
const hello = `"message": {"payload": {"body": "aGVsbG8="}, "responseSize": 7}`

// A unary job sends its message and reports phases and counters.
func TestUnary(t *testing.T) {
	s := serve(t)
	jobs := workloadtest.Open(t, local, call(t, s.target, "UnaryCall", hello))
	first := workloadtest.Run(t, jobs, 0, time.Minute)
	if first.Err != nil {
		t.Fatal(first.Err)
	}
	if diff := cmp.Diff([]string{"hello"}, s.received()); diff != "" {
		t.Errorf("the service received (-want +got):\n%s", diff)
	}
	phases := []string{"connect", "first_message", "headers", "last_message", "wait"}
	if diff := cmp.Diff(phases, slices.Sorted(maps.Keys(first.Phases))); diff != "" {
		t.Errorf("phases of the job that connects (-want +got):\n%s", diff)
	}
	counters := map[string]int64{
		"messages_out": 1, "messages_in": 1, "bytes_out": 11, "bytes_in": 16, "connections": 1,
	}
	if diff := cmp.Diff(counters, first.Counters); diff != "" {
		t.Errorf("counters of the job that connects (-want +got):\n%s", diff)
	}
	second := workloadtest.Run(t, jobs, 1, time.Minute)
	phases = []string{"first_message", "headers", "last_message", "wait"}
	if diff := cmp.Diff(phases, slices.Sorted(maps.Keys(second.Phases))); diff != "" {
		t.Errorf("phases of the next job (-want +got):\n%s", diff)
	}
	counters["connections"] = 0
	if diff := cmp.Diff(counters, second.Counters); diff != "" {
		t.Errorf("counters of the next job (-want +got):\n%s", diff)
	}
}

// The fields of templates differ from job to job, also as numbers.
func TestTemplates(t *testing.T) {
	s := serve(t)
	jobs := workloadtest.Open(t, local, call(t, s.target, "UnaryCall",
		`"message": {"payload": {"body": "{{base64 job {{job}}}}"}, "responseSize": "{{int 3 3}}"}`))
	var sizes []int64
	for job := range int64(3) {
		o := workloadtest.Run(t, jobs, job, time.Minute)
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		sizes = append(sizes, o.Counters["bytes_in"])
	}
	if diff := cmp.Diff([]string{"job 0", "job 1", "job 2"}, s.received()); diff != "" {
		t.Errorf("the service received (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int64{12, 12, 12}, sizes); diff != "" {
		t.Errorf("bytes received (-want +got):\n%s", diff)
	}
}

// Statuses are classes of failure, unless they are expected.
func TestStatus(t *testing.T) {
	s := serve(t)
	for name, test := range map[string]struct{ more, class, message string }{
		"not found": {`"message": {"response_status": {"code": 5, "message": "no such user"}}`,
			"grpc_not_found", "the call ended with NOT_FOUND: no such user"},
		"without a message": {`"message": {"response_status": {"code": 16}}`,
			"grpc_unauthenticated", "the call ended with UNAUTHENTICATED"},
		"unknown code": {`"message": {"response_status": {"code": 99}}`,
			"grpc_unknown", "the call ended with UNKNOWN"},
		"of the server alone": {`"message": {"response_status": {"code": 14, "message": "later"}}`,
			"grpc_unavailable", "the call ended with UNAVAILABLE: later"},
		"expected": {`"message": {"response_status": {"code": 5}}, "expect": {"code": ["OK", "NOT_FOUND"]}`, "", ""},
		"another one expected": {`"expect": {"code": "NOT_FOUND"}`,
			"grpc_ok", "the call ended with OK"},
		"too long": {`"message": {"response_size": 1000}, "max_bytes": 999`, "grpc_resource_exhausted",
			"the call ended with RESOURCE_EXHAUSTED: received message larger than max (1011 vs. 999)"},
	} {
		t.Run(name, func(t *testing.T) {
			o := runJob(t, s, "UnaryCall", test.more)
			if o.Class() != test.class {
				t.Errorf("class %q, want %q", o.Class(), test.class)
			}
			if got := workloadtest.Message(o.Err); got != test.message {
				t.Errorf("error %q, want %q", got, test.message)
			}
		})
	}
}

// A response is judged by the fields that expect names.
func TestExpectMessage(t *testing.T) {
	s := serve(t)
	for expected, want := range map[string]string{
		`{"username": "ann"}`:               "",
		`{"username": "bob"}`:               "the response has ann at username, not bob",
		`{"oauthScope": ""}`:                "",
		`{"payload": {"type": 0}}`:          "",
		`{"payload": {"body": "AAAA"}}`:     "",
		`{"payload": {"body": "AAAAAA=="}}`: "the response has [0 0 0] at payload.body, not [0 0 0 0]",
	} {
		o := runJob(t, s, "UnaryCall", `"message": {"response_size": 3}, "expect": {"message": `+expected+`}`)
		if got := workloadtest.Message(o.Err); got != want {
			t.Errorf("%s: %q, want %q", expected, got, want)
		}
		if want != "" && o.Class() != classMessage {
			t.Errorf("%s: class %q, want %q", expected, o.Class(), classMessage)
		}
	}
}

// The deadline of a job is sent, and ends the call.
func TestDeadline(t *testing.T) {
	s := serve(t)
	const waits = `"message": {"response_status": {"code": 4}}`
	jobs := workloadtest.Open(t, local, call(t, s.target, "UnaryCall", waits))
	if o := workloadtest.Run(t, jobs, 0, 50*time.Millisecond); !errors.Is(o.Err, context.DeadlineExceeded) {
		t.Errorf("after the timeout of the spec: %v, want %v", o.Err, context.DeadlineExceeded)
	}
	if _, left := s.last(); left <= 0 {
		t.Error("the service has not seen a deadline")
	}
	o := runJob(t, s, "UnaryCall", waits+`, "timeout": "50ms"`)
	const want = "it took longer than its timeout of 50ms: context deadline exceeded"
	if got := workloadtest.Message(o.Err); got != want {
		t.Errorf("after the timeout of the call: %q, want %q", got, want)
	}
	run, stop := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, stop)
	err := jobs.Runner.Run(workload.NewJobContext(run), 1, workload.JobMetrics{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after the run was cancelled: %v, want %v", err, context.Canceled)
	}
}

// Metadata is sent, binary values decoded.
func TestMetadata(t *testing.T) {
	s := serve(t)
	o := runJob(t, s, "UnaryCall", `"metadata": {"Authorization": "Bearer x", "id": "job {{job}}", "key-bin": "AAEC"}`)
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	sent, _ := s.last()
	for name, want := range map[string]string{
		"authorization": "Bearer x", "id": "job 0", "key-bin": "\x00\x01\x02",
	} {
		if diff := cmp.Diff([]string{want}, sent[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Jobs are divided evenly among the connections, each of which is made once.
func TestConnections(t *testing.T) {
	s := serve(t)
	jobs := workloadtest.Open(t, local, call(t, s.target, "UnaryCall", `"connections": 3`))
	var made []int64
	for job := range int64(6) {
		o := workloadtest.Run(t, jobs, job, time.Minute)
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		made = append(made, o.Counters["connections"])
	}
	if diff := cmp.Diff([]int64{1, 1, 1, 0, 0, 0}, made); diff != "" {
		t.Errorf("connections made by each job (-want +got):\n%s", diff)
	}
}
