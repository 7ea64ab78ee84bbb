package telemetry

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/metrics"
)

// A job that was traced is a span of its run's trace, below the run's, with the
// ID that the job has told.
func TestSpansOfJobs(t *testing.T) {
	c := aureatest.StartCollector(t)
	exporter, err := New(environment(map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": c.URL + "/v1/traces"}), "", silent)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", c.URL+"/v1/traces")
	run := completed()
	of := exporter.Trace(run.ID)
	if of == nil {
		t.Fatal("the run is not traced")
	}
	exporter.Traced(run.ID, []aurea.TracedJob{
		{Job: 0, Start: at(200), End: at(300), Outcome: aurea.OK},
		{Job: 100, Start: at(400), End: at(500), Outcome: aurea.TimedOut, Problem: "it took too long"},
	})
	exporter.Ended(run)
	view, err := metrics.New(stats, aurea.Environment{}, silent)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	if err := exporter.Run(ctx, view); err != nil {
		t.Fatal(err)
	}
	byID := map[string]*trace.Span{}
	for _, s := range c.Spans() {
		if aureatest.ID(s.GetTraceId()) != aureatest.ID(of.ID[:]) {
			t.Errorf("%s is of the trace %x, want %x", s.GetName(), s.GetTraceId(), of.ID)
		}
		byID[aureatest.ID(s.GetSpanId())] = s
	}
	if root := byID[aureatest.ID(of.Run[:])]; len(byID) != 6 || root.GetName() != "run http" {
		t.Errorf("%d spans, the run's is %v", len(byID), root)
	}
	for job, want := range map[int64]map[string]string{
		0:   {"aurea.run.id": run.ID, "aurea.job": "0", "aurea.job.outcome": "ok"},
		100: {"aurea.run.id": run.ID, "aurea.job": "100", "aurea.job.outcome": "timeout"},
	} {
		id := of.Span(job)
		s := byID[aureatest.ID(id[:])]
		if diff := cmp.Diff(want, aureatest.Attributes(s.GetAttributes())); diff != "" {
			t.Errorf("job %d (-want +got):\n%s", job, diff)
		}
		if aureatest.ID(s.GetParentSpanId()) != aureatest.ID(of.Run[:]) || s.GetKind() != trace.Span_SPAN_KIND_CLIENT {
			t.Errorf("job %d is a %v below %x", job, s.GetKind(), s.GetParentSpanId())
		}
		if from, to := uint64(at(200+2*job).UnixNano()), uint64(at(300+2*job).UnixNano()); s.GetStartTimeUnixNano() != from || s.GetEndTimeUnixNano() != to {
			t.Errorf("job %d lasts from %d to %d, want %d to %d", job, s.GetStartTimeUnixNano(), s.GetEndTimeUnixNano(), from, to)
		}
		if problem := map[int64]string{100: "it took too long"}[job]; s.GetStatus().GetMessage() != problem || (s.GetStatus().GetCode() == trace.Status_STATUS_CODE_ERROR) != (problem != "") {
			t.Errorf("job %d has the status %v", job, s.GetStatus())
		}
	}
}

// Jobs are traced where their run is: not where the environment wants no traces,
// or not this one.
func TestWhoseJobsAreTraced(t *testing.T) {
	var none *Exporter
	if none.Trace("benchmark-1") != nil {
		t.Error("nothing is asked for, and a trace")
	}
	none.Traced("benchmark-1", nil)
	for _, test := range []struct {
		metricsOnly  bool
		sampler, arg string
		least, most  int // of 1,000 runs
	}{
		{true, "", "", 0, 0},
		{false, "", "", 1000, 1000},
		{false, "always_off", "", 0, 0},
		{false, "parentbased_traceidratio", "0.25", 150, 350},
	} {
		t.Setenv("OTEL_TRACES_SAMPLER", test.sampler)
		t.Setenv("OTEL_TRACES_SAMPLER_ARG", test.arg)
		env := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
		if test.metricsOnly {
			env["OTEL_TRACES_EXPORTER"] = "none"
		}
		exporter, err := New(environment(env), "", silent)
		if err != nil {
			t.Fatal(err)
		}
		traced := 0
		for i := range 1000 {
			if exporter.Trace(strings.Repeat("x", i)) != nil {
				traced++
			}
		}
		if traced < test.least || traced > test.most {
			t.Errorf("%+v: %d of 1000 runs", test, traced)
		}
	}
}

// More jobs than can be told of at once do not hold the manager up.
func TestBacklogOfJobs(t *testing.T) {
	var log strings.Builder
	exporter, err := New(environment(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}), "", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for range backlog + 1 {
		exporter.Traced("benchmark-1", make([]aurea.TracedJob, 3))
	}
	if !strings.Contains(log.String(), "jobs=3") {
		t.Errorf("log: %s", log.String())
	}
}
