package grpcjob

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// Streams are sent and received, and end as their server says.
func TestStreams(t *testing.T) {
	s := serve(t)
	const twice = `"message": [{"payload": {"body": "YQ=="}, "response_parameters": [{"size": 1}, {"size": 2}]},
		{"payload": {"body": "Yg=="}, "response_parameters": [{"size": 3}]}]`
	const fails = `"message": [{"payload": {"body": "YQ=="}}, {"response_status": {"code": 8}}, {}, {}], "repeat": 1000`
	for name, test := range map[string]struct {
		method, more string
		sent, got    int64
		class        string
	}{
		"server": {"StreamingOutputCall", `"message": {"response_parameters": [{"size": 1}, {"size": 2}]}`, 1, 2, ""},
		"empty":  {"StreamingOutputCall", ``, 1, 0, ""},
		"stopped": {"StreamingOutputCall",
			`"message": {"response_parameters": [{"size": 1}, {"size": 2}, {"size": 3}]}, "max_messages": 2`, 1, 2, ""},
		"expected": {"StreamingOutputCall", `"message": {"response_parameters": [{"size": 1}, {"size": 2}]},
			"expect": {"message": {"payload": {"body": "eHg="}}, "messages": 2}`, 1, 2, ""},
		"none as expected": {"StreamingOutputCall", `"message": {"response_parameters": [{"size": 1}, {"size": 2}]},
			"expect": {"message": {"payload": {"body": "eHh4"}}}`, 1, 2, classMessage},
		"too few": {"StreamingOutputCall", `"expect": {"messages": 1}`, 1, 0, classMessage},
		"client": {"StreamingInputCall",
			`"message": [{"payload": {"body": "YQ=="}}, {}], "repeat": 3, "interval": "1us"`, 6, 1, ""},
		"client as expected": {"StreamingInputCall", `"message": {"payload": {"body": "YQ=="}}, "repeat": 3,
			"expect": {"message": {"aggregated_payload_size": 3}}`, 3, 1, ""},
		"both":          {"FullDuplexCall", twice, 2, 3, ""},
		"both, stopped": {"FullDuplexCall", twice + `, "interval": "1h", "max_messages": 2`, 1, 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := runJob(t, s, test.method, test.more)
			if o.Class() != test.class {
				t.Errorf("class %q (%v), want %q", o.Class(), o.Err, test.class)
			}
			if o.Counters["messages_out"] != test.sent {
				t.Errorf("%d messages sent, want %d", o.Counters["messages_out"], test.sent)
			}
			if o.Counters["messages_in"] != test.got {
				t.Errorf("%d messages received, want %d", o.Counters["messages_in"], test.got)
			}
		})
	}
	// The server ends the call while the job still sends.
	if o := runJob(t, s, "FullDuplexCall", fails); o.Class() != "grpc_resource_exhausted" {
		t.Errorf("class %q (%v), want grpc_resource_exhausted", o.Class(), o.Err)
	}
}

// A stream that sends more than all buffers hold while its answers are not read
// does not block.
func TestConverseDoesNotBlock(t *testing.T) {
	o := runJob(t, serve(t), "FullDuplexCall", `"message": {"response_parameters": [{"size": 100000}]}, "repeat": 200`)
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	if o.Counters["messages_in"] != 200 {
		t.Errorf("%d messages received, want 200", o.Counters["messages_in"])
	}
	phases := []string{"connect", "first_message", "headers", "last_message", "wait"}
	if diff := cmp.Diff(phases, slices.Sorted(maps.Keys(o.Phases))); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
}

// A step may call a method.
func TestStep(t *testing.T) {
	s := serve(t)
	jobs := workloadtest.Open(t, local, workloadtest.Workload(t, `{"kind": "steps", "steps": [{"kind": "noop"},
		{"kind": "grpc", "target": "`+s.target+`", "method": "grpc.testing.TestService/UnaryCall"}]}`))
	if o := workloadtest.Run(t, jobs, 0, time.Minute); o.Err != nil {
		t.Error(o.Err)
	}
}
