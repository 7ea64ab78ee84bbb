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
	"log/slog"
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/aurea-orchestrator/aurea"
)

// New returns the handler of GET /metrics. stats is called at every scrape and
// must be safe to call at any time.
func New(stats func() aurea.Stats, version string, log *slog.Logger) (http.Handler, error) {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "aurea_build_info",
		Help:        "The running version of Aurea; always 1.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
	for _, c := range []prometheus.Collector{
		collector{stats},
		build,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		EnableOpenMetrics: true,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelError),
	}), nil
}

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
	if r.histogram == nil {
		r.values(stats, func(value float64, labels ...string) {
			metrics <- prometheus.MustNewConstMetric(r.desc, r.kind, value, labels...)
		})
		return
	}
	for workload, tally := range stats.Workloads {
		metric, err := newBoth(r.desc, r.histogram(tally), workload)
		if err != nil {
			metric = prometheus.NewInvalidMetric(r.desc, err)
		}
		metrics <- metric
	}
}
