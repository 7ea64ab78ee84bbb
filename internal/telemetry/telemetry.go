// Package telemetry exports metrics and traces to an OpenTelemetry collector,
// by OTLP over HTTP.
//
// OpenTelemetry's own environment variables define what is sent and where; if
// none is set, the package starts and sends nothing. It exports the metrics of
// a scrape, from the same registry. The trace of a run is created when the run
// has ended, from timestamps that the run has anyway, so tracing costs the run
// nothing. The trace's IDs are known in advance: sampled jobs send them to the
// services they call and become spans of the trace.
//
// The package is at the end of the data flow, beside metrics and the server.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/aurea-orchestrator/aurea"
)

// scope is the instrumentation scope of the spans.
const scope = "github.com/aurea-orchestrator/aurea"

const (
	shutdownTimeout = 3 * time.Second // of the final export
	backlog         = 128             // buffered runs, and buffered batches of jobs, one a second
)

// An Exporter sends the signals that the environment asks for. A nil Exporter
// sends nothing.
type Exporter struct {
	signals signals
	version string
	log     *slog.Logger
	ended   chan aurea.Run
	jobs    chan tracedJobs
	sampler trace.Tracer // decides whether a run is traced; exports nothing
}

// New returns an Exporter for the signals that the environment asks for, or nil
// if there are none. It starts nothing. The error names the variable with an
// unsupported value.
func New(getenv func(string) string, version string, log *slog.Logger) (*Exporter, error) {
	signals, err := readEnvironment(getenv)
	if err != nil || !signals.metrics && !signals.traces {
		return nil, err
	}
	sampler := sdktrace.NewTracerProvider(sdktrace.WithIDGenerator(idGenerator{})).Tracer(scope)
	return &Exporter{signals, version, log, make(chan aurea.Run, backlog), make(chan tracedJobs, backlog), sampler}, nil
}

// Ended queues the trace of a run that has ended. If the queue is full, the
// trace is dropped and the drop logged. Ended never blocks and is safe for
// concurrent use.
func (e *Exporter) Ended(run aurea.Run) {
	if e == nil || !e.signals.traces {
		return
	}
	select {
	case e.ended <- run:
	default:
		e.log.Warn("a run was not traced: too many have ended at once", "run", run.ID)
	}
}

// Trace returns the trace that the jobs of a run belong to, or nil if the run
// is not traced. It is safe for concurrent use.
func (e *Exporter) Trace(run string) *aurea.Trace {
	if e == nil || !e.signals.traces {
		return nil
	}
	_, span := e.sampler.Start(withRun(run), "run")
	defer span.End()
	if !span.SpanContext().IsSampled() {
		return nil
	}
	traceID, spanID := ids(run)
	return &aurea.Trace{ID: traceID, Run: spanID}
}

// Traced queues the spans of traced jobs. Like Ended it never blocks and is
// safe for concurrent use.
func (e *Exporter) Traced(run string, jobs []aurea.TracedJob) {
	if e == nil || !e.signals.traces {
		return
	}
	select {
	case e.jobs <- tracedJobs{run, jobs}:
	default:
		e.log.Warn("jobs were not traced: too many have ended at once", "run", run, "jobs", len(jobs))
	}
}

// Run exports the metrics and the queued runs and jobs until ctx is cancelled.
// Then it exports what remains, for at most three seconds, and returns the
// error of that last attempt; earlier errors are logged.
func (e *Exporter) Run(ctx context.Context, metrics prometheus.Gatherer) error {
	if e == nil {
		<-ctx.Done()
		return nil
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { e.log.Warn("telemetry was not sent", "error", err) }))
	providers, err := e.start(context.WithoutCancel(ctx), metrics)
	if err != nil {
		return fmt.Errorf("set up telemetry: %w", err)
	}
	tracer := providers.traces.Tracer(scope)
	for {
		select {
		case run := <-e.ended:
			recordRun(tracer, run)
		case jobs := <-e.jobs:
			jobs.record(tracer)
		case <-ctx.Done():
			e.drain(tracer)
			return providers.shutdown()
		}
	}
}

// drain records everything that is still queued.
func (e *Exporter) drain(tracer trace.Tracer) {
	for len(e.jobs) > 0 {
		(<-e.jobs).record(tracer)
	}
	for len(e.ended) > 0 {
		recordRun(tracer, <-e.ended)
	}
}

// providers are the SDK's providers; each has a goroutine. The provider of a
// signal that is not sent has no exporter.
type providers struct {
	traces  *sdktrace.TracerProvider
	metrics *sdkmetric.MeterProvider
}

// start creates the providers of the signals that are sent.
func (e *Exporter) start(ctx context.Context, gatherer prometheus.Gatherer) (providers, error) {
	res, err := newResource(ctx, e.version)
	if err != nil {
		return providers{}, err
	}
	traces := []sdktrace.TracerProviderOption{sdktrace.WithResource(res), sdktrace.WithIDGenerator(idGenerator{})}
	if e.signals.traces {
		exporter, err := otlptracehttp.New(ctx)
		if err != nil {
			return providers{}, err
		}
		traces = append(traces, sdktrace.WithBatcher(exporter))
	}
	metrics := []sdkmetric.Option{sdkmetric.WithResource(res)}
	if e.signals.metrics {
		exporter, err := otlpmetrichttp.New(ctx)
		if err != nil {
			return providers{}, err
		}
		producer := bridge.NewMetricProducer(bridge.WithGatherer(gatherer))
		metrics = append(metrics, sdkmetric.WithReader(sdkmetric.NewPeriodicReader(exporter,
			sdkmetric.WithProducer(producer))))
	}
	return providers{sdktrace.NewTracerProvider(traces...), sdkmetric.NewMeterProvider(metrics...)}, nil
}

// shutdown exports what remains and stops the SDK's goroutines.
func (p providers) shutdown() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	return errors.Join(p.traces.Shutdown(ctx), p.metrics.Shutdown(ctx))
}

// newResource describes this service. The environment may override it.
func newResource(ctx context.Context, version string) (*resource.Resource, error) {
	return resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithHost(),
		resource.WithService(),
		resource.WithAttributes(attribute.String("service.name", "aurea"),
			attribute.String("service.version", version)),
		resource.WithFromEnv(),
	)
}
