package main

import (
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// For any limit the API, the workers, the service itself and the jobs have a
// share. Together they do not exceed the limit.
func TestNewFileBudget(t *testing.T) {
	for _, test := range []struct {
		limit int64
		nats  bool
		want  fileBudget
	}{
		{0, false, fileBudget{jobs: 0, apiConns: 20_000}},
		{64, false, fileBudget{jobs: 32, apiConns: 16}},
		{512, false, fileBudget{jobs: 320, apiConns: 128}},
		{4096, false, fileBudget{jobs: 3008, apiConns: 1024}},
		{1_048_576, false, fileBudget{jobs: 1_028_512, apiConns: 20_000}},
		{0, true, fileBudget{jobs: 0, apiConns: 20_000, workers: 10_200}},
		{64, true, fileBudget{jobs: 24, apiConns: 16, workers: 8}},
		{4096, true, fileBudget{jobs: 2496, apiConns: 1024, workers: 512}},
		{1_048_576, true, fileBudget{jobs: 1_018_312, apiConns: 20_000, workers: 10_200}},
	} {
		got := newFileBudget(test.limit, test.nats)
		if got != test.want {
			t.Errorf("%d files, NATS %v: %+v, want %+v", test.limit, test.nats, got, test.want)
		}
		left := test.limit - got.jobs - got.apiConns - got.workers
		if test.limit > 0 && left < min(test.limit/4, maxServiceFiles) {
			t.Errorf("%d files, NATS %v: %d are left for the service itself", test.limit, test.nats, left)
		}
	}
}

// A run warns of connections that it may not get, with the numbers. It does not
// warn if the files suffice, or if the number of connections is unknown.
func TestConnectionWarning(t *testing.T) {
	const one = `{"kind": "http", "url": "http://localhost/"}`
	for _, test := range []struct {
		spec  string
		limit int64
		want  string
	}{
		{`{"num_jobs": 200, "concurrency": 100, "workload": ` + one + `}`, 64,
			"warning: the jobs want up to 100 connections at once, and this process may have 64 files and connections open; raise the limit with ulimit -n, or ask for fewer with --param connections=48"},
		{`{"num_jobs": 200, "concurrency": 100, "workload": ` + one + `}`, 116, ""},
		{`{"num_jobs": 200, "concurrency": 100, "workload": ` + one + `}`, 0, ""},
		{`{"num_jobs": 200, "workload": ` + one + `}`, 200,
			"warning: the jobs want up to 200 connections at once, and this process may have 200 files and connections open; raise the limit with ulimit -n, or ask for fewer with --param connections=184"},
		{`{"num_jobs": 200, "concurrency": 100, "workload": {"kind": "http", "url": "http://localhost/", "connections": 10}}`, 64, ""},
		{`{"num_jobs": 200, "rate": 100, "workload": ` + one + `}`, 64, ""},
		{`{"num_jobs": 200, "concurrency": 40, "workload": {"kind": "steps", "steps": [` + one + `, ` + one + `]}}`, 64,
			"warning: the jobs want up to 80 connections at once, and this process may have 64 files and connections open; raise the limit with ulimit -n, or ask for fewer with --param connections=48"},
		{`{"num_jobs": 200, "concurrency": 100}`, 64, ""},
	} {
		spec, err := aurea.DecodeSpec([]byte(test.spec))
		if err != nil {
			t.Fatal(err)
		}
		resolved, err := everyKind.Resolve(aurea.NewPlan(spec, 1))
		if err != nil {
			t.Fatal(err)
		}
		if got := connectionWarning(resolved.Connections, test.limit); got != test.want {
			t.Errorf("%s with %d files:\n got %s\nwant %s", test.spec, test.limit, got, test.want)
		}
	}
}
