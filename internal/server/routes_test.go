package server

import (
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// Another method is a 405 that names the allowed ones.
func TestMethods(t *testing.T) {
	s := New(newOptions(finishingFake()))
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"}
	for path, allow := range map[string]string{
		"/": "GET", "/docs": "GET", "/health": "GET", "/livez": "GET", "/readyz": "GET", "/metrics": "GET",
		"/openapi.json": "GET", "/openapi.yaml": "GET", "/benchmark/run": "POST",
	} {
		for _, method := range methods {
			got := ask(t, s, method, path, "")
			if method == allow || method == "HEAD" && allow == "GET" {
				if got.status == 405 {
					t.Errorf("%s %s: 405", method, path)
				}
				continue
			}
			detail, _ := got.problem(t, 405)
			if got.header.Get("Allow") != allow || detail != path+" answers "+allow+", not "+method {
				t.Errorf("%s %s: %q, Allow %q", method, path, detail, got.header.Get("Allow"))
			}
		}
	}
}

func TestNotFound(t *testing.T) {
	s := New(newOptions(finishingFake()))
	for _, path := range []string{
		"/nothing", "/benchmark", "/benchmark/run/", "/benchmark/runs", "/health/x",
		"/v1/nothing", "/favicon.ico", "/schemas/Spec.json",
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			got := ask(t, s, method, path, "{}")
			if detail, _ := got.problem(t, 404); detail != "there is nothing at "+path+"; /openapi.json describes what there is" || got.header.Get("Allow") != "" {
				t.Errorf("%s %s: %q", method, path, detail)
			}
		}
	}
}

// Options.Metrics serves GET /metrics.
func TestMetricsAreRouted(t *testing.T) {
	s := New(newOptions(finishingFake(), func(o *Options) {
		o.Metrics = metricsHandler("these")
	}))
	if got := ask(t, s, "GET", "/metrics", ""); got.status != 200 || string(got.body) != "these" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// A run changes the service's metrics.
func TestMetricsAfterRun(t *testing.T) {
	s := serve(t, runs.Options{})
	s.run(`{"num_jobs": 17, "workload": {"kind": "noop"}}`)
	exposition := "\n" + string(s.call("GET", "/metrics", nil).body)
	for _, line := range []string{
		`benchmark_runs_total{status="completed",workload="noop"} 1`,
		`benchmark_jobs_total{outcome="ok",workload="noop"} 17`,
		`benchmark_job_duration_seconds_count{workload="noop"} 17`,
		`benchmark_runs_active 0`,
	} {
		if !strings.Contains(exposition, "\n"+line+"\n") {
			t.Errorf("there is no line %q", line)
		}
	}
}
