package telemetry

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/metrics"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stats returns the totals of a service that ran a few jobs.
func stats() aurea.Stats {
	tally := aurea.NewTally()
	for _, took := range []time.Duration{0, time.Millisecond, time.Millisecond, time.Second} {
		tally.End(aurea.OK, 0, 0, took)
	}
	tally.Dropped = 5
	return aurea.Stats{
		Since:     time.Unix(1_790_000_000, 0),
		Workloads: map[string]*aurea.Tally{"sleep": tally},
		Kinds:     []string{"sleep"},
		InFlight:  42,
	}
}

// export sends stats and the given runs to url and stops, with additional
// environment variables.
func export(t *testing.T, url string, log *slog.Logger, variables map[string]string, runs ...aurea.Run) error {
	t.Helper()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
	for name, value := range variables {
		t.Setenv(name, value)
	}
	exporter, err := New(os.Getenv, "1.2.3", log)
	if err != nil {
		t.Fatal(err)
	}
	view, err := metrics.New(stats, aurea.Environment{Version: "1.2.3"}, log)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		exporter.Ended(run)
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	return exporter.Run(ctx, view)
}

var silent = slog.New(slog.DiscardHandler)

// A collector receives the values of a scrape, with exponential histograms and
// the resource that the environment describes.
func TestMetrics(t *testing.T) {
	c := aureatest.StartCollector(t)
	err := export(t, c.URL, silent, map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=ci"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		"outcome=ok,workload=sleep": 4, "outcome=failed,workload=sleep": 0, "outcome=timeout,workload=sleep": 0,
		"outcome=cancelled,workload=sleep": 0, "outcome=dropped,workload=sleep": 5, "outcome=lost,workload=sleep": 0,
	}
	if diff := cmp.Diff(want, c.Values("benchmark_jobs_total")); diff != "" {
		t.Errorf("jobs (-want +got):\n%s", diff)
	}
	sum := c.Metric("benchmark_jobs_total").GetSum()
	if start := sum.GetDataPoints()[0].GetStartTimeUnixNano(); !sum.GetIsMonotonic() || start != 1_790_000_000e9 {
		t.Errorf("counter: monotonic %v, start %d; want monotonic since 1790000000 s", sum.GetIsMonotonic(), start)
	}
	if diff := cmp.Diff(map[string]float64{"": 42}, c.Values("benchmark_jobs_in_flight")); diff != "" {
		t.Errorf("in flight (-want +got):\n%s", diff)
	}
	h := c.Metric("benchmark_job_latency_seconds").GetExponentialHistogram().GetDataPoints()[0]
	buckets := h.GetPositive().GetBucketCounts()
	var counted uint64
	for _, n := range buckets {
		counted += n
	}
	// One zero, two of 1 ms and one of 1 s.
	type histogram struct {
		count, zeros, positive, first uint64
		sum                           float64
		scale                         int32
	}
	got := histogram{h.GetCount(), h.GetZeroCount(), counted, buckets[0], h.GetSum(), h.GetScale()}
	if want := (histogram{4, 1, 3, 2, 1.002, 3}); got != want {
		t.Errorf("histogram %+v, want %+v", got, want)
	}
	resource := c.Resources()[0]
	for name, want := range map[string]string{
		"service.name": "aurea", "service.version": "1.2.3",
		"deployment.environment": "ci",
	} {
		if resource[name] != want {
			t.Errorf("%s is %q, want %q", name, resource[name], want)
		}
	}
	for _, name := range []string{"service.instance.id", "host.name"} {
		if resource[name] == "" {
			t.Errorf("the resource has no %s: %v", name, resource)
		}
	}
	if n := len(c.Spans()); n != 0 {
		t.Errorf("%d spans without a run, want none", n)
	}
}

// The environment can rename the service and select one signal.
func TestTracesOnly(t *testing.T) {
	c := aureatest.StartCollector(t)
	err := export(t, c.URL, silent, map[string]string{"OTEL_SERVICE_NAME": "ci", "OTEL_METRICS_EXPORTER": "none"},
		completed())
	if err != nil {
		t.Fatal(err)
	}
	if spans, requests := len(c.Spans()), c.Requests(); spans != 4 || requests != 1 {
		t.Errorf("%d spans in %d requests, want 4 in 1", spans, requests)
	}
	if c.Metric("benchmark_jobs_total") != nil {
		t.Error("metrics were sent, want traces only")
	}
	if name := c.Resources()[0]["service.name"]; name != "ci" {
		t.Errorf("service.name is %q, want ci", name)
	}
}

func TestMetricsOnly(t *testing.T) {
	c := aureatest.StartCollector(t)
	if err := export(t, c.URL, silent, map[string]string{"OTEL_TRACES_EXPORTER": "none"}, completed()); err != nil {
		t.Fatal(err)
	}
	if spans, requests := len(c.Spans()), c.Requests(); spans != 0 || requests != 1 {
		t.Errorf("%d spans in %d requests, want none in 1", spans, requests)
	}
	if c.Metric("benchmark_jobs_total") == nil {
		t.Error("no metrics were sent")
	}
}

// Metrics are sent while the exporter runs, at the interval that the
// environment sets.
func TestMetricsWhileRunning(t *testing.T) {
	c := aureatest.StartCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", c.URL+"/v1/metrics")
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "10")
	exporter, err := New(os.Getenv, "", silent)
	if err != nil {
		t.Fatal(err)
	}
	view, err := metrics.New(stats, aurea.Environment{}, silent)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- exporter.Run(ctx, view) }()
	for deadline := time.Now().Add(time.Minute); c.Requests() < 3 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	end()
	if err := <-ended; err != nil || c.Requests() < 3 {
		t.Errorf("%d requests, %v", c.Requests(), err)
	}
}

// An error of the collector is returned or logged.
func TestRejected(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	var log bytes.Buffer
	err := export(t, server.URL, slog.New(slog.NewTextHandler(&log, nil)), nil, completed())
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("metrics: %v", err)
	}
	if !strings.Contains(log.String(), "telemetry was not sent") || !strings.Contains(log.String(), "traces") {
		t.Errorf("log: %s", log.String())
	}
}

// A full queue of runs does not block the manager.
func TestBacklog(t *testing.T) {
	var log bytes.Buffer
	c := aureatest.StartCollector(t)
	runs := make([]aurea.Run, backlog+1)
	for i := range runs {
		runs[i] = completed()
	}
	runs[backlog].ID = "the last one"
	if err := export(t, c.URL, slog.New(slog.NewTextHandler(&log, nil)), nil, runs...); err != nil {
		t.Fatal(err)
	}
	if n := len(c.Spans()); n != 4*backlog || !strings.Contains(log.String(), `run="the last one"`) {
		t.Errorf("%d spans, want %d\n%s", n, 4*backlog, log.String())
	}
}

// Without variables New returns nil, and a nil Exporter does nothing.
func TestNilExporter(t *testing.T) {
	exporter, err := New(environment(nil), "", silent)
	if err != nil || exporter != nil {
		t.Fatalf("%v, %v", exporter, err)
	}
	exporter.Ended(completed())
	ctx, end := context.WithCancel(t.Context())
	end()
	if err := exporter.Run(ctx, nil); err != nil {
		t.Error(err)
	}
}
