package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/aurea-orchestrator/aurea"
)

// tracedJobs are jobs of a run that have told services of its trace.
type tracedJobs struct {
	run  string
	jobs []aurea.TracedJob
}

func jobAttributes(run string, job aurea.TracedJob) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("aurea.run.id", run),
		attribute.Int64("aurea.job", job.Job),
		attribute.String("aurea.job.outcome", job.Outcome.String()),
	}
}

// record makes a span of each job, below that of the run, which need not be there
// yet. What services have made of the job is below it.
func (t tracedJobs) record(tracer trace.Tracer) {
	traceID, runSpan := ids(t.run)
	of := aurea.Trace{ID: traceID, Run: runSpan}
	parent := trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: runSpan, TraceFlags: trace.FlagsSampled})
	ctx := trace.ContextWithSpanContext(context.Background(), parent)
	for _, job := range t.jobs {
		_, span := tracer.Start(context.WithValue(ctx, jobKey{}, trace.SpanID(of.Span(job.Job))), "job",
			trace.WithTimestamp(job.Start), trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(jobAttributes(t.run, job)...))
		if job.Outcome != aurea.OK {
			span.SetStatus(codes.Error, job.Problem)
		}
		span.End(trace.WithTimestamp(job.End))
	}
}
