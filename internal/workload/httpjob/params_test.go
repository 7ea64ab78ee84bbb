package httpjob

import (
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// Wrong parameters are refused with their location, before any request is sent.
func TestHTTPChecks(t *testing.T) {
	for _, test := range wrongParameters {
		if got := workloadtest.Refusal(local, call(workloadtest.Parse(t, test.parameters)), 0); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.parameters, got, test.want)
		}
	}
}

const (
	sameTargetRule = "workload.url: must have the same scheme, host and port for all jobs; " +
		"only path and query may have fields"
	statusRule = "must be an integer from 100 to 599, or one of 1xx, 2xx, 3xx, 4xx, 5xx"
	pathRule   = "must be a JSONPath such as $.status; jsonpath: unexpected identifier at position 1"
)

// wrongParameters are parameters and why they are refused.
var wrongParameters = []struct{ parameters, want string }{
	{`{}`, "workload.url: is needed: whom to call; path and query may have fields such as {{job}}; " +
		"or targets in its place"},
	{`{"url": "http://localhost:{{int 1 9}}/"}`, sameTargetRule},
	{`{"url": "http://{{choice a b}}/"}`, sameTargetRule},
	{`{"url": "http://{{raw choice a/ b/}}"}`, sameTargetRule},
	{
		`{"url": "http://[::1/"}`,
		"workload.url: must be a URL such as http://localhost:8080/; " +
			`parse "http://[::1/": missing ']' in host`,
	},
	{
		`{"url": "http://localhost/{{raw}}"}`,
		"workload.url: has {{raw}}, which is not a field; there are " + template.Fields,
	},
	{
		`{"url": "http://localhost/{{jb}}"}`,
		"workload.url: has {{jb}}, which is not a field; there are " + template.Fields,
	},
	{`{"url": "http://localhost/", "version": "3"}`, `workload.version: must be one of 1.1, 2; got "3"`},
	{
		`{"url": "http://localhost/", "connections": 20000}`,
		"workload.connections: must be at most 10000 on this host, see --max-connections; got 20000",
	},
	{
		`{"url": "http://localhost/", "streams": 10}`,
		"workload.streams: needs version 2 of HTTP, whose connections serve several requests at once",
	},
	{
		`{"url": "http://localhost/", "expect": {"status": 99}}`,
		"workload.expect.status: " + statusRule + "; got 99",
	},
	{
		`{"url": "http://localhost/", "expect": {"status": [200, "20x"]}}`,
		"workload.expect.status[1]: " + statusRule + `; got "20x"`,
	},
	{
		`{"url": "http://localhost/", "poll": {"expect": {"status": "9xx"}}}`,
		"workload.poll.expect.status: " + statusRule + `; got "9xx"`,
	},
	{
		`{"url": "http://localhost/", "expect": {"json": {"path": "status"}}}`,
		"workload.expect.json[0].path: " + pathRule,
	},
	{
		`{"url": "http://localhost/", "poll": {"status": "status"}}`,
		"workload.poll.status: " + pathRule,
	},
	{
		`{"url": "http://localhost/", "poll": {"queued_at": "$.a"}}`,
		"workload.poll: must have queued_at and started_at together: " +
			"the time in the queue is what lies between them",
	},
	{
		`{"url": "http://localhost/", "tls": {"key": "x"}}`,
		"workload.tls: must have certificate and key together",
	},
	{
		`{"url": "http://localhost/", "tls": {"ca": "x"}}`,
		"workload.tls.ca: must hold a certificate in PEM, which begins with -----BEGIN CERTIFICATE-----",
	},
	{
		`{"url": "http://localhost/", "body_base64": "é"}`,
		"workload.body_base64: must be base64 (RFC 4648, with padding): illegal base64 data at input byte 0",
	},
	{
		`{"url": "http://localhost/", "form": {"a": "1"}, "body": "x"}`,
		"workload.form: cannot be given together with body; set only one",
	},
	{
		`{"url": "http://localhost/", "form": {"a": "{{jb}}"}}`,
		"workload.form.a: has {{jb}}, which is not a field; there are " + template.Fields,
	},
	{
		`{"url": "http://localhost/", "multipart": {"name": "a"}}`,
		"workload.multipart[0].value: is needed, or value_base64 or file; set one of them",
	},
	{
		`{"url": "http://localhost/", "multipart": {"name": "a", "value": "b", "value_base64": ""}}`,
		"workload.multipart[0].value: is needed, or value_base64 or file; set one of them",
	},
	{
		`{"url": "http://localhost/", "multipart": {"name": "a", "value": "b", "type": "a/b\r\nX: y"}}`,
		`workload.multipart[0].type: must be a media type such as text/csv; got "a/b\r\nX: y"`,
	},
	{
		`{"url": "http://localhost/", "multipart": {"name": "a", "value": "b"}, "headers": {"content-type": "c"}}`,
		"workload.headers.Content-Type: cannot be given together with multipart, whose type has a boundary; " +
			"leave it out",
	},
	{
		`{"url": "http://localhost/", "basic_auth": {"user": "a:b"}}`,
		"workload.basic_auth.user: must have no colon, which ends the user's name (RFC 7617)",
	},
	{
		`{"url": "http://localhost/", "basic_auth": {"user": "a", "password": "{{"}}`,
		"workload.basic_auth.password: has {{ without }}; write {{{{ for two braces",
	},
	{
		`{"url": "http://localhost/", "basic_auth": {"user": "a"}, "headers": ["authorization: b"]}`,
		"workload.basic_auth: cannot be given together with a header Authorization; set only one",
	},
	{
		`{"url": "http://localhost/", "body_base64": "AA==", "body": "x"}`,
		"workload.body_base64: cannot be given together with body; set only one",
	},
}

// The connections of a plan are limited by the open files of the process, which
// all parts and steps share, and by --max-connections.
func TestHTTPConnectionLimit(t *testing.T) {
	const files = "since its limit of open files leaves 40 to jobs"
	few := with(workload.Policy{OpenFiles: 40})
	for _, test := range []struct{ workload, want string }{
		{
			`{"kind": "http", "url": "http://localhost/", "connections": 41}`,
			"workload.connections: must be at most 40 on this host, " + files + ", see ulimit -n; got 41",
		},
		{
			`{"kind": "http", "url": "http://localhost/"}`,
			"workload.connections: is needed: 50 jobs in flight would take as many connections, " +
				"and this host has 40, " + files + ", see ulimit -n",
		},
		{
			`{"kind": "steps", "steps": [
				{"kind": "noop"},
				{"kind": "http", "url": "http://localhost/", "connections": 21},
				{"kind": "http", "url": "http://localhost/", "connections": 20}]}`,
			"workload.steps[1].connections: must be at most 20 on this host, " +
				files + " of 2 workloads, see ulimit -n; got 21",
		},
		{
			`{"kind": "mix", "parts": [
				{"workload": {"kind": "http", "url": "http://localhost/", "connections": 20}},
				{"workload": {"kind": "steps", "steps": [
					{"kind": "http", "url": "http://localhost/", "connections": 10},
					{"kind": "http", "url": "http://localhost/", "connections": 11}]}}]}`,
			"workload.parts[1].workload.steps[1].connections: must be at most 10 on this host, " +
				files + " of 4 workloads, see ulimit -n; got 11",
		},
	} {
		if got := workloadtest.Refusal(few, workloadtest.Workload(t, test.workload), 50); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.workload, got, test.want)
		}
	}
	ten := with(workload.Policy{MaxConnections: 10})
	got := workloadtest.Refusal(ten, call(map[string]any{"url": "http://localhost/"}), 11)
	want := "workload.connections: is needed: 11 jobs in flight would take as many connections, " +
		"and this host has 10, see --max-connections"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
