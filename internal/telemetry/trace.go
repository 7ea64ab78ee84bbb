package telemetry

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/aurea-orchestrator/aurea"
)

// recordRun creates the trace of a run that has ended: a span for the run, with
// a child span for each phase.
func recordRun(tracer trace.Tracer, run aurea.Run) {
	if run.FinishedAt == nil {
		return // not ended
	}
	ctx, span := tracer.Start(withRun(run.ID), "run "+run.Spec.ResolvedWorkload().Kind, trace.WithTimestamp(run.CreatedAt),
		trace.WithAttributes(attributes(run)...))
	for _, p := range phases(run) {
		_, phase := tracer.Start(ctx, p.name, trace.WithTimestamp(p.from))
		phase.End(trace.WithTimestamp(p.to))
	}
	for _, event := range run.Timeline {
		span.AddEvent(event.Kind, trace.WithTimestamp(event.At),
			trace.WithAttributes(attribute.String("aurea.detail", event.Detail)))
	}
	if problem := problem(run); problem != "" {
		span.SetStatus(codes.Error, problem)
	}
	span.End(trace.WithTimestamp(*run.FinishedAt))
}

// A phase is a part of a run.
type phase struct {
	name     string
	from, to time.Time
}

// phases returns the phases that a run reached.
func phases(run aurea.Run) []phase {
	if run.StartedAt == nil {
		return []phase{{"queued", run.CreatedAt, *run.FinishedAt}}
	}
	all := []phase{{"queued", run.CreatedAt, *run.StartedAt}}
	result := run.Result
	if result == nil {
		return all
	}
	start := result.StartTime
	if result.Warmup != nil {
		judged := start.Add(time.Duration(result.Warmup.Duration * float64(time.Second)))
		if judged.After(result.EndTime) {
			return append(all, phase{"warmup", start, result.EndTime})
		}
		all = append(all, phase{"warmup", start, judged})
		start = judged
	}
	return append(all, phase{"measure", start, result.EndTime})
}

// attributes returns the attributes of a run's span.
func attributes(run aurea.Run) []attribute.KeyValue {
	all := []attribute.KeyValue{
		attribute.String("aurea.run.id", run.ID),
		attribute.String("aurea.run.name", run.Name),
		attribute.String("aurea.run.status", string(run.Status)),
		attribute.String("aurea.workload", run.Spec.ResolvedWorkload().Kind),
	}
	for key, value := range run.Labels {
		all = append(all, attribute.String("aurea.label."+key, value))
	}
	result := run.Result
	if result == nil {
		return all
	}
	all = append(all,
		attribute.String("aurea.verdict", string(result.Verdict)),
		attribute.String("aurea.validity", string(result.Validity.State)),
		attribute.Float64("aurea.throughput", result.Throughput),
		attribute.Float64("aurea.latency.p99", result.Latency.P99),
		attribute.Int64("aurea.jobs.planned", result.Counts.Planned),
	)
	for _, outcome := range aurea.Outcomes() {
		all = append(all, attribute.Int64("aurea.jobs."+outcome.String(), result.Counts.Of(outcome)))
	}
	return all
}

// problem returns why a run's span has the status error: the run failed, or its
// verdict is not a pass. It returns "" for other runs.
func problem(run aurea.Run) string {
	if run.Status == aurea.StatusFailed {
		return run.Error
	}
	if run.Result == nil {
		return ""
	}
	return map[aurea.Verdict]string{
		aurea.VerdictFail:    "a threshold failed",
		aurea.VerdictInvalid: "the measurement is invalid",
		aurea.VerdictNoData:  "there is no data to judge the thresholds by",
	}[run.Result.Verdict]
}
