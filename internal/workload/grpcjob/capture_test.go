package grpcjob

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// stepsOf returns a workload whose first step calls a method and captures, and
// whose second step sends what was captured.
func stepsOf(t testing.TB, target, method, message, capture, sent string) aurea.Workload {
	t.Helper()
	return workloadtest.Workload(t, fmt.Sprintf(`{"kind": "steps", "steps": [
		{"kind": "grpc", "target": %[1]q, "method": "grpc.testing.TestService/%[2]s", "message": %[3]s,
			"capture": %[4]s},
		{"kind": "grpc", "target": %[1]q, "method": "grpc.testing.TestService/UnaryCall",
			"message": {"payload": {"body": %[5]q}}, "metadata": {"token": %[5]q}}]}`,
		target, method, message, capture, sent))
}

// A value of a response is sent by a later step, in its message and metadata.
func TestCapture(t *testing.T) {
	for _, test := range []struct{ method, message, capture, want string }{
		{"UnaryCall", `{}`, `{"v": "username"}`, "ann"},
		{"UnaryCall", `{"response_size": 3}`, `{"v": "payload.body"}`, "AAAA"},
		{"UnaryCall", `{"response_size": 3}`, `{"v": "payload.type"}`, "COMPRESSABLE"},
		{"StreamingInputCall", `[{"payload": {"body": "AAAA"}}]`, `{"v": "aggregatedPayloadSize"}`, "3"},
		{"StreamingOutputCall", `{"response_parameters": [{"size": 0}, {"size": 2}, {"size": 1}]}`,
			`{"v": "payload.body"}`, "eHg="},
	} {
		s := serve(t)
		w := stepsOf(t, s.target, test.method, test.message, test.capture, "{{base64 {{v}}}}")
		if o := workloadtest.Run(t, workloadtest.Open(t, local, w), 0, time.Minute); o.Err != nil {
			t.Errorf("%s: %v", test.capture, o.Err)
			continue
		}
		received := s.received()
		if got := received[len(received)-1]; got != test.want {
			t.Errorf("%s of %s: sent %q, want %q", test.capture, test.method, got, test.want)
		}
	}
}

// A response without the value is a failure.
func TestNothingToCapture(t *testing.T) {
	w := stepsOf(t, serve(t).target, "UnaryCall", `{}`, `{"v": "hostname"}`, "{{base64 {{v}}}}")
	o := workloadtest.Run(t, workloadtest.Open(t, local, w), 0, time.Minute)
	if o.Class() != workload.ClassCapture {
		t.Errorf("class %q (%v), want %q", o.Class(), o.Err, workload.ClassCapture)
	}
}

// Captures that can never be filled are refused.
func TestWrongCaptures(t *testing.T) {
	directory := writeProtoFiles(t)
	got := map[string]string{}
	for _, capture := range []string{
		`{"v": "user"}`, `{"v": "username.x"}`, `{"v": "$.a"}`, `{"v": "username[0]"}`, `{"job": "username"}`,
	} {
		w := workloadtest.Workload(t, `{"kind": "steps", "steps": [{"kind": "grpc", "target": "127.0.0.1:1",
			"method": "grpc.testing.TestService/UnaryCall", "proto": "test.proto", "capture": `+capture+`}]}`)
		got[capture] = workloadtest.Refusal(filesOf(directory), w, 1)[:70]
	}
	want := map[string]string{
		`{"v": "user"}`:        "workload.steps[0].capture.v: has user, which is no field of grpc.testi",
		`{"v": "username.x"}`:  "workload.steps[0].capture.v: must end at username, which is no message",
		`{"v": "$.a"}`:         "workload.steps[0].capture.v: must be a path of fields such as session.",
		`{"v": "username[0]"}`: "workload.steps[0].capture.v: must have an index such as [0] behind lis",
		`{"job": "username"}`:  "workload.steps[0].capture.job: cannot have that name: up to 40 of a-z ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
	w := call(t, "127.0.0.1:1", "UnaryCall", `"capture": {"v": "username"}`)
	const alone = "workload.capture: has no later step to use it; it belongs to a step of the workload steps"
	if got := workloadtest.Refusal(with(workload.Policy{}), w, 1); got != alone {
		t.Errorf("%q, want %q", got, alone)
	}
}
