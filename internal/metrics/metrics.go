// Package metrics is the Prometheus view of the service.
//
// Its stance: a metric is a view, never state. Nothing is counted here; every
// scrape reads the numbers that the run manager keeps anyway and turns them
// into metrics, so a job costs nothing more for being exported, and a scrape
// costs the run nothing. Label values come from closed sets, the last few runs'
// ids aside. Every metric is a line of one table (table.go).
//
// It stands at the end of the flow, beside the server, and imports only the
// domain and the histogram.
package metrics

import (
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/aurea-orchestrator/aurea"
)

// A View is all metrics of the service: the handler of GET /metrics, and, by
// Gather, what it would answer. It may be used by several goroutines at once.
type View struct {
	*prometheus.Registry
	handler http.Handler
}

// ServeHTTP answers a scrape in the form that it asks for.
func (v *View) ServeHTTP(w http.ResponseWriter, r *http.Request) { v.handler.ServeHTTP(w, r) }

// Count adds a counter that is kept elsewhere. value is called at every scrape and
// must be safe to call at any time.
func (v *View) Count(name, help string, value func() int64) error {
	count := func() float64 { return float64(value()) }
	if err := v.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, count)); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

// New returns the view of the numbers that stats returns, of runs on a machine.
// stats is called at every scrape and must be safe to call at any time.
func New(stats func() aurea.Stats, where aurea.Environment, log *slog.Logger) (*View, error) {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "aurea_build_info",
		Help:        "The running version of Aurea; always 1.",
		ConstLabels: prometheus.Labels{"version": where.Version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
	cores := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "aurea_cores",
		Help: "Cores that jobs are driven by.",
	}, func() float64 { return float64(where.Cores) })
	for _, c := range []prometheus.Collector{
		collector{stats},
		build,
		cores,
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(collectors.GoRuntimeMetricsRule{Matcher: health})),
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

// health are the numbers of Go's runtime, beside the usual ones, that tell
// whether the generator fares well: how long goroutines wait for a core, and how
// long the garbage collector stops them.
var health = regexp.MustCompile(`^/sched/(latencies|pauses/total/gc):seconds$`)

// A collector turns one snapshot of the numbers into all metrics of the table.
type collector struct{ stats func() aurea.Stats }

// Describe tells the registry every metric there may be.
func (c collector) Describe(descs chan<- *prometheus.Desc) {
	for i := range table {
		descs <- table[i].desc
	}
}

// Collect makes the metrics of one scrape.
func (c collector) Collect(metrics chan<- prometheus.Metric) {
	stats := c.stats()
	for i := range table {
		table[i].collect(&stats, metrics)
	}
}

func (r *row) collect(stats *aurea.Stats, metrics chan<- prometheus.Metric) {
	if r.histogram != nil {
		for _, workload := range measured(stats) {
			if tally := stats.Workloads[workload]; tally != nil {
				metric, err := newBoth(r.desc, r.histogram(tally), stats.Since, workload)
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

// newValue makes the metric of a counter or gauge.
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
