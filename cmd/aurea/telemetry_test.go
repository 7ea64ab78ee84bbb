package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A run and a service send metrics and traces to the collector that the
// environment selects.
func TestTelemetry(t *testing.T) {
	c := aureatest.StartCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
	code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "37", "--job-duration", "1ms")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	checkCollected(t, c, 37, 3)

	url, process := aureatest.Serve(t)
	result := post(t, url+"/benchmark/run", `{"num_jobs": 41, "job_duration_ms": 1}`)
	checkContains(t, "the result", result, `"completed_jobs":41`)
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if state, err := process.Wait(); err != nil || state.ExitCode() != 0 {
		t.Fatalf("%v, %v", state, err)
	}
	checkCollected(t, c, 41, 6)
}

// checkCollected compares the jobs and spans that a collector has received.
func checkCollected(t *testing.T, c *aureatest.Collector, jobs float64, spans int) {
	t.Helper()
	if ok := c.Values("benchmark_jobs_total")["outcome=ok,workload=sleep"]; ok != jobs {
		t.Errorf("%v jobs, want %v", ok, jobs)
	}
	if got := len(c.Spans()); got != spans {
		t.Errorf("%d spans, want %d", got, spans)
	}
}

// A traced job is a span of the run's trace, and sends that span in its
// request. Without a collector no job sends one.
func TestTelemetryOfJobs(t *testing.T) {
	parents := make(chan string, 20)
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		parents <- r.Header.Get("Traceparent")
	}))
	defer service.Close()
	if code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "1", service.URL); code != exitOK {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	if parent := <-parents; parent != "" {
		t.Errorf("without a collector a job sends %s", parent)
	}
	c := aureatest.StartCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
	code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "5", "--concurrency", "1", service.URL)
	if code != exitOK || stderr != "" {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	names := map[string]string{}
	for _, span := range c.Spans() {
		names[fmt.Sprintf("00-%x-%x-01", span.GetTraceId(), span.GetSpanId())] = span.GetName()
	}
	if parent := <-parents; names[parent] != "job" {
		t.Errorf("the first job sent %s, want a span named job of %v", parent, names)
	}
	if len(names) != 4 {
		t.Errorf("the spans are %v, want 4", names)
	}
	for range 4 {
		if parent := <-parents; parent != "" {
			t.Errorf("a later job sent %s, want none", parent)
		}
	}
}

// An error of the collector is reported and changes nothing else. An
// unsupported protocol is wrong usage.
func TestTelemetryFails(t *testing.T) {
	url, _ := aureatest.Serve(t) // not a collector
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
	code, stdout, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "5", "--job-duration", "1ms")
	checkExit(t, "a failed export", code, exitOK, stderr)
	checkContains(t, "standard error", stderr, "aurea: cannot push the telemetry: ")
	checkContains(t, "the result", stdout, "5 ok of 5\n")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	for _, args := range [][]string{{"run", "--jobs", "5"}, {"serve"}} {
		code, _, stderr := runCommand(t, "", args...)
		want := "aurea: OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, which collectors take on port 4318; " +
			`got "grpc"; see aurea ` + args[0] + " --help\n"
		if code != exitUsage || stderr != want {
			t.Errorf("aurea %s: exit %d, %q, want %q", args[0], code, stderr, want)
		}
	}
}
