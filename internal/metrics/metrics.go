// Package metrics is the Prometheus view of the service.
//
// A metric is a view, never state: this package counts nothing. Every scrape
// reads the totals that the run manager keeps anyway, so exporting adds no cost
// to a job. Label values come from closed sets, except the ids of the last few
// runs. Every metric is a row of one table (table.go).
//
// The package is at the end of the data flow, beside the server, and imports
// only the domain and the histogram.
package metrics

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

// A View holds all metrics of the service. It serves GET /metrics, and Gather
// returns the same metrics. It is safe for concurrent use.
type View struct {
	*prometheus.Registry
	handler http.Handler
}

// ServeHTTP answers a scrape in the format that its Accept header asks for.
func (v *View) ServeHTTP(w http.ResponseWriter, r *http.Request) { v.handler.ServeHTTP(w, r) }

// AddCounter adds a counter whose value is kept elsewhere. value is called at
// every scrape and must be safe for concurrent use.
func (v *View) AddCounter(name, help string, value func() int64) error {
	count := func() float64 { return float64(value()) }
	if err := v.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, count)); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

// New returns the view of the totals that stats returns, for runs on the
// machine described by env. stats is called at every scrape and must be safe
// for concurrent use.
func New(stats func() aurea.Stats, env aurea.Environment, log *slog.Logger) (*View, error) {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "aurea_build_info",
		Help:        "The running version of Aurea; always 1.",
		ConstLabels: prometheus.Labels{"version": env.Version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
	cores := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "aurea_cores",
		Help: "Cores that jobs are driven by.",
	}, func() float64 { return float64(env.Cores) })
	for _, c := range []prometheus.Collector{
		collector{stats},
		build,
		cores,
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(
			collectors.GoRuntimeMetricsRule{Matcher: schedulerMetrics()})),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return &View{registry, promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		EnableOpenMetrics: true,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelError),
	})}, nil
}

// schedulerMetrics match the metrics of Go's runtime that are exported beside
// the default ones and show whether the load generator is healthy: how long
// goroutines wait for a thread, and how long the garbage collector stops them.
var schedulerMetrics = lazyregexp.New(`^/sched/(latencies|pauses/total/gc):seconds$`)

// A collector turns one snapshot of the totals into the metrics of the table.
type collector struct{ stats func() aurea.Stats }

// Describe sends the descriptions of all metrics to the registry.
func (c collector) Describe(descs chan<- *prometheus.Desc) {
	for i := range table {
		descs <- table[i].desc
	}
}

// Collect creates the metrics of one scrape.
func (c collector) Collect(metrics chan<- prometheus.Metric) {
	stats := c.stats()
	for i := range table {
		table[i].collect(&stats, metrics)
	}
}

// collect creates the metrics of one row.
func (r *row) collect(stats *aurea.Stats, metrics chan<- prometheus.Metric) {
	if r.histogram != nil {
		for _, workload := range measuredWorkloads(stats) {
			if tally := stats.Workloads[workload]; tally != nil {
				metric, err := newHistogram(r.desc, r.histogram(tally), stats.Since, workload)
				metrics <- r.finish(stats, metric, err, workload)
			}
		}
		return
	}
	r.values(stats, func(value float64, labels ...string) {
		metric, err := r.newValue(value, stats.Since, labels)
		metrics <- r.finish(stats, metric, err, labels...)
	})
}

// newValue creates the metric of a counter or gauge.
func (r *row) newValue(value float64, since time.Time, labels []string) (prometheus.Metric, error) {
	if r.kind == counter && !since.IsZero() {
		return prometheus.NewConstMetricWithCreatedTimestamp(r.desc, counter, value, since, labels...)
	}
	return prometheus.NewConstMetric(r.desc, r.kind, value, labels...)
}

// finish attaches the exemplar of a metric, if there is one. A metric that
// could not be created fails the scrape with the reason.
func (r *row) finish(stats *aurea.Stats, metric prometheus.Metric, err error, labels ...string) prometheus.Metric {
	if err == nil && r.exemplar != nil {
		if exemplar := r.exemplar(stats, labels); exemplar.Run != "" {
			metric, err = prometheus.NewMetricWithExemplars(metric, prometheus.Exemplar{
				Value: exemplar.Value, Labels: prometheus.Labels{"run_id": exemplar.Run}, Timestamp: exemplar.At,
			})
		}
	}
	if err != nil {
		return prometheus.NewInvalidMetric(r.desc, err)
	}
	return metric
}
