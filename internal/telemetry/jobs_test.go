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

// A traced job is a child of its run's span, with the ID that the job sent to
// services.
func TestSpansOfJobs(t *testing.T) {
	c := aureatest.StartCollector(t)
	exporter, err := New(environment(map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": c.URL + "/v1/traces"}), "",
		silent)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", c.URL+"/v1/traces")
	run := completed()
	runTrace := exporter.Trace(run.ID)
	if runTrace == nil {
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
		if aureatest.ID(s.GetTraceId()) != aureatest.ID(runTrace.ID[:]) {
			t.Errorf("%s is of the trace %x, want %x", s.GetName(), s.GetTraceId(), runTrace.ID)
		}
		byID[aureatest.ID(s.GetSpanId())] = s
	}
	if len(byID) != 6 {
		t.Errorf("%d spans, want 6", len(byID))
	}
	if root := byID[aureatest.ID(runTrace.Run[:])]; root.GetName() != "run http" {
		t.Errorf("the run's span is %v", root)
	}
	for job, want := range map[int64]map[string]string{
		0:   {"aurea.run.id": run.ID, "aurea.job": "0", "aurea.job.outcome": "ok"},
		100: {"aurea.run.id": run.ID, "aurea.job": "100", "aurea.job.outcome": "timeout"},
	} {
		id := runTrace.Span(job)
		s := byID[aureatest.ID(id[:])]
		checkJobSpan(t, s, runTrace, job, want)
	}
}

// checkJobSpan checks the attributes, the parent, the times and the status of a
// job's span.
func checkJobSpan(t *testing.T, s *trace.Span, runTrace *aurea.Trace, job int64, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, aureatest.Attributes(s.GetAttributes())); diff != "" {
		t.Errorf("job %d (-want +got):\n%s", job, diff)
	}
	if aureatest.ID(s.GetParentSpanId()) != aureatest.ID(runTrace.Run[:]) ||
		s.GetKind() != trace.Span_SPAN_KIND_CLIENT {
		t.Errorf("job %d is a %v below %x", job, s.GetKind(), s.GetParentSpanId())
	}
	if from, want := s.GetStartTimeUnixNano(), uint64(at(200+2*job).UnixNano()); from != want {
		t.Errorf("job %d starts at %d, want %d", job, from, want)
	}
	if to, want := s.GetEndTimeUnixNano(), uint64(at(300+2*job).UnixNano()); to != want {
		t.Errorf("job %d ends at %d, want %d", job, to, want)
	}
	problem := map[int64]string{100: "it took too long"}[job]
	if got := s.GetStatus().GetMessage(); got != problem {
		t.Errorf("job %d has the problem %q, want %q", job, got, problem)
	}
	if failed := s.GetStatus().GetCode() == trace.Status_STATUS_CODE_ERROR; failed != (problem != "") {
		t.Errorf("job %d has the status %v", job, s.GetStatus())
	}
}

// Jobs are traced if their run is: not if the environment disables traces or
// the sampler drops the run.
func TestTracedJobsFollowTheirRun(t *testing.T) {
	var none *Exporter
	if none.Trace("benchmark-1") != nil {
		t.Error("a nil exporter traces a run")
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

// A full queue of jobs does not block the manager.
func TestBacklogOfJobs(t *testing.T) {
	var log strings.Builder
	exporter, err := New(environment(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}), "",
		slog.New(slog.NewTextHandler(&log, nil)))
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
