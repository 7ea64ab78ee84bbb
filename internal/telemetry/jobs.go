package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/aurea-orchestrator/aurea"
)

// tracedJobs are jobs of a run that sent the run's trace context to the
// services they called.
type tracedJobs struct {
	run  string
	jobs []aurea.TracedJob
}

// jobAttributes returns the attributes of a job's span.
func jobAttributes(run string, job aurea.TracedJob) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("aurea.run.id", run),
		attribute.Int64("aurea.job", job.Job),
		attribute.String("aurea.job.outcome", job.Outcome.String()),
	}
}

// record creates a span for each job, as a child of the run's span, which need
// not exist yet. Spans of the called services are children of the job's.
func (t tracedJobs) record(tracer trace.Tracer) {
	traceID, runSpan := ids(t.run)
	runTrace := aurea.Trace{ID: traceID, Run: runSpan}
	parent := trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: runSpan,
		TraceFlags: trace.FlagsSampled})
	ctx := trace.ContextWithSpanContext(context.Background(), parent)
	for _, job := range t.jobs {
		_, span := tracer.Start(context.WithValue(ctx, jobKey{}, trace.SpanID(runTrace.Span(job.Job))), "job",
			trace.WithTimestamp(job.Start), trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(jobAttributes(t.run, job)...))
		if job.Outcome != aurea.OK {
			span.SetStatus(codes.Error, job.Problem)
		}
		span.End(trace.WithTimestamp(job.End))
	}
}
