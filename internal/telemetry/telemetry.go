// Package telemetry sends metrics and traces to a collector of OpenTelemetry's,
// by OTLP over HTTP.
//
// Its stance: OpenTelemetry's own environment variables say what is sent and
// where; when they say nothing, nothing is started and nothing is sent. The
// metrics are those of a scrape, taken from the same registry. A run is a trace,
// made when it has ended from the times that it has anyway, so that telling of a
// run costs it nothing. Its IDs are known before: some of its jobs tell them to
// the services that they call, and are spans of the trace themselves.
//
// It stands at the end of the flow, beside metrics and the server.
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

// scope is whose spans they are.
const scope = "github.com/aurea-orchestrator/aurea"

const (
	patience = 3 * time.Second // for what is sent last
	backlog  = 128             // runs that may have ended and not been told of yet; and seconds of jobs
)

// An Exporter sends what the environment asks for. A nil one sends nothing.
type Exporter struct {
	asked   asked
	version string
	log     *slog.Logger
	ended   chan aurea.Run
	jobs    chan tracedJobs
	sampler trace.Tracer // says whether a run is traced
}

// New returns an exporter for what the environment asks for, or nil when that is
// nothing. It starts nothing. The error is about a variable.
func New(getenv func(string) string, version string, log *slog.Logger) (*Exporter, error) {
	asked, err := readEnvironment(getenv)
	if err != nil || !asked.metrics && !asked.traces {
		return nil, err
	}
	sampler := sdktrace.NewTracerProvider(sdktrace.WithIDGenerator(generator{})).Tracer(scope) // which sends nothing
	return &Exporter{asked, version, log, make(chan aurea.Run, backlog), make(chan tracedJobs, backlog), sampler}, nil
}

// Ended tells of a run that has ended. It may be called at any time and by
// several goroutines, and does not wait.
func (e *Exporter) Ended(run aurea.Run) {
	if e == nil || !e.asked.traces {
		return
	}
	select {
	case e.ended <- run:
	default:
		e.log.Warn("a run was not traced: too many have ended at once", "run", run.ID)
	}
}

// Trace is what the jobs of a run are traced as part of; nil when the run is not
// traced. It may be called at any time and by several goroutines.
func (e *Exporter) Trace(run string) *aurea.Trace {
	if e == nil || !e.asked.traces {
		return nil
	}
	_, span := e.sampler.Start(ofRun(run), "run")
	defer span.End()
	if !span.SpanContext().IsSampled() {
		return nil
	}
	traceID, spanID := ids(run)
	return &aurea.Trace{ID: traceID, Run: spanID}
}

// Traced tells of jobs that were traced. It may be called as Ended may.
func (e *Exporter) Traced(run string, jobs []aurea.TracedJob) {
	if e == nil || !e.asked.traces {
		return
	}
	select {
	case e.jobs <- tracedJobs{run, jobs}:
	default:
		e.log.Warn("jobs were not traced: too many have ended at once", "run", run, "jobs", len(jobs))
	}
}

// Run sends the metrics, and the runs and jobs that it is told of, until ctx is cancelled,
// and then what is left, for which it takes up to three seconds. The error is that
// of the last attempt; earlier ones are logged.
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
			record(tracer, run)
		case jobs := <-e.jobs:
			jobs.record(tracer)
		case <-ctx.Done():
			e.recordRest(tracer)
			return providers.finish()
		}
	}
}

// recordRest records what there is when nothing more comes.
func (e *Exporter) recordRest(tracer trace.Tracer) {
	for len(e.jobs) > 0 {
		(<-e.jobs).record(tracer)
	}
	for len(e.ended) > 0 {
		record(tracer, <-e.ended)
	}
}

// providers are the library's own parts, each with its goroutine. One that is
// not asked for has nothing to send to.
type providers struct {
	traces  *sdktrace.TracerProvider
	metrics *sdkmetric.MeterProvider
}

func (e *Exporter) start(ctx context.Context, gatherer prometheus.Gatherer) (providers, error) {
	of, err := describe(ctx, e.version)
	if err != nil {
		return providers{}, err
	}
	traces := []sdktrace.TracerProviderOption{sdktrace.WithResource(of), sdktrace.WithIDGenerator(generator{})}
	if e.asked.traces {
		exporter, err := otlptracehttp.New(ctx)
		if err != nil {
			return providers{}, err
		}
		traces = append(traces, sdktrace.WithBatcher(exporter))
	}
	metrics := []sdkmetric.Option{sdkmetric.WithResource(of)}
	if e.asked.metrics {
		exporter, err := otlpmetrichttp.New(ctx)
		if err != nil {
			return providers{}, err
		}
		same := bridge.NewMetricProducer(bridge.WithGatherer(gatherer))
		metrics = append(metrics, sdkmetric.WithReader(sdkmetric.NewPeriodicReader(exporter, sdkmetric.WithProducer(same))))
	}
	return providers{sdktrace.NewTracerProvider(traces...), sdkmetric.NewMeterProvider(metrics...)}, nil
}

// finish sends what is left and stops the library's goroutines.
func (p providers) finish() error {
	ctx, done := context.WithTimeout(context.Background(), patience)
	defer done()
	return errors.Join(p.traces.Shutdown(ctx), p.metrics.Shutdown(ctx))
}

// describe says whose telemetry it is; the environment may say otherwise.
func describe(ctx context.Context, version string) (*resource.Resource, error) {
	return resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithHost(),
		resource.WithService(),
		resource.WithAttributes(attribute.String("service.name", "aurea"), attribute.String("service.version", version)),
		resource.WithFromEnv(),
	)
}
