package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A run that pushes is in Prometheus when the command has ended: its jobs, all
// of them, and by how much they rose.
func TestPush(t *testing.T) {
	if testing.Short() {
		t.Skip("left out: it starts Prometheus")
	}
	p := aureatest.StartPrometheus(t, `{}`, "--web.enable-remote-write-receiver")
	for _, jobs := range []float64{137, 5} { // the second has counters that begin again
		code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", strconv.FormatFloat(jobs, 'f', 0, 64), "--job-duration", "1ms", "--push", string(p))
		if code != exitOK || stderr != "" {
			t.Fatalf("exit %d, %s", code, stderr)
		}
		host, err := os.Hostname()
		if err != nil {
			t.Fatal(err)
		}
		for expression, want := range map[string]float64{
			`benchmark_jobs_total{job="aurea",outcome="ok",workload="sleep",instance="` + host + `"}`: jobs,
			`benchmark_last_run_jobs{outcome="ok"}`:                                                   jobs,
			`benchmark_job_latency_seconds_count`:                                                     jobs,
			`benchmark_runs_total{status="completed"}`:                                                1,
			`benchmark_runs_active`:                                                                   0,
			`count(present_over_time(benchmark_run_info[1h])) > 0`:                                    map[float64]float64{137: 1, 5: 2}[jobs],
			`resets(benchmark_jobs_total{outcome="ok"}[1h])`:                                          map[float64]float64{137: 0, 5: 1}[jobs],
		} {
			got, err := p.Query(expression)
			if err != nil || len(got) != 1 || float64(got[0].Value) != want {
				t.Errorf("%s is %v, %v; want %v", expression, got, err, want)
			}
		}
	}
}

// A push that fails is told of, and changes nothing else; a URL that cannot be
// one is wrong usage.
func TestPushFails(t *testing.T) {
	url, _ := aureatest.Serve(t)
	code, stdout, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "5", "--job-duration", "1ms", "--push", url+"/nowhere")
	want := "aurea: cannot push the metrics: " + url + "/nowhere answers 404 Not Found"
	if code != exitOK || !strings.HasPrefix(stderr, want) || !strings.Contains(stdout, "5 planned: 5 ok") {
		t.Errorf("exit %d, %q\n%s", code, stderr, stdout)
	}
	code, _, stderr = runCommand(t, "", "run", "--jobs", "5", "--push", "localhost:9090")
	want = `aurea: --push must be a URL such as http://localhost:9090/api/v1/write; got "localhost:9090"; see aurea --help` + "\n"
	if code != exitUsage || stderr != want {
		t.Errorf("exit %d, %q, want %q", code, stderr, want)
	}
}

// A run tells a collector of its numbers and of itself when the environment says
// where one is, as does a service.
func TestTelemetry(t *testing.T) {
	c := aureatest.StartCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
	code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "37", "--job-duration", "1ms")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	if ok := c.Numbers("benchmark_jobs_total")["outcome=ok,workload=sleep"]; ok != 37 || len(c.Spans()) != 3 {
		t.Errorf("%v jobs and %d spans, want 37 and 3", ok, len(c.Spans()))
	}

	url, process := aureatest.Serve(t)
	if answer := post(t, url+"/benchmark/run", `{"num_jobs": 41, "job_duration_ms": 1}`); !strings.Contains(answer, `"completed_jobs":41`) {
		t.Fatal(answer)
	}
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if state, err := process.Wait(); err != nil || state.ExitCode() != 0 {
		t.Fatalf("%v, %v", state, err)
	}
	if ok := c.Numbers("benchmark_jobs_total")["outcome=ok,workload=sleep"]; ok != 41 || len(c.Spans()) != 6 {
		t.Errorf("%v jobs and %d spans, want 41 and 6", ok, len(c.Spans()))
	}
}

// What a job tells the service that it calls is part of the run's trace, in which
// the job is a span itself. Without a collector it tells nothing.
func TestTelemetryOfJobs(t *testing.T) {
	told := make(chan string, 20)
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told <- r.Header.Get("Traceparent") }))
	defer service.Close()
	if code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "1", service.URL); code != exitOK {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	if parent := <-told; parent != "" {
		t.Errorf("nobody wants traces, and a job tells %s", parent)
	}
	c := aureatest.StartCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
	if code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "5", "--concurrency", "1", service.URL); code != exitOK || stderr != "" {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	names := map[string]string{}
	for _, span := range c.Spans() {
		names[fmt.Sprintf("00-%x-%x-01", span.GetTraceId(), span.GetSpanId())] = span.GetName()
	}
	if parent := <-told; names[parent] != "job" || len(names) != 4 {
		t.Errorf("the first job told %s, and there are %v", parent, names)
	}
	for range 4 {
		if parent := <-told; parent != "" {
			t.Errorf("a job after it told %s", parent)
		}
	}
}

func post(t *testing.T, url, body string) string {
	t.Helper()
	answer, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // it was read to its end
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// A collector that refuses is told of, and changes nothing else; a protocol
// that is not spoken is wrong usage, of a run as of a service.
func TestTelemetryFails(t *testing.T) {
	url, _ := aureatest.Serve(t) // it is none
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
	code, stdout, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "5", "--job-duration", "1ms")
	if code != exitOK || !strings.Contains(stderr, "aurea: cannot push the telemetry: ") || !strings.Contains(stdout, "5 planned: 5 ok") {
		t.Errorf("exit %d, %q\n%s", code, stderr, stdout)
	}
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	for _, args := range [][]string{{"run", "--jobs", "5"}, {"serve"}} {
		code, _, stderr := runCommand(t, "", args...)
		want := `aurea: OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, which collectors take on port 4318; got "grpc"; see aurea --help` + "\n"
		if code != exitUsage || stderr != want {
			t.Errorf("aurea %s: exit %d, %q, want %q", args[0], code, stderr, want)
		}
	}
}
