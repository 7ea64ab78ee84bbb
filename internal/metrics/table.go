package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
)

const (
	counter = prometheus.CounterValue
	gauge   = prometheus.GaugeValue
)

// A row is one metric: what it is called and how it is read off the numbers.
type row struct {
	name, help string
	labels     []string
	kind       prometheus.ValueType // of a counter or gauge
	values     func(s *aurea.Stats, emit func(value float64, labels ...string))
	histogram  func(t *aurea.Tally) *hist.Histogram // instead of values: one histogram a workload
	desc       *prometheus.Desc
}

// table is every metric of the service. To add one, add its line.
var table = describe([]row{
	{name: "benchmark_runs_total", help: "Finished runs.", labels: []string{"workload", "status"}, kind: counter, values: runs},
	{name: "benchmark_jobs_total", help: "Finished jobs, while their run goes on.", labels: []string{"workload", "outcome"}, kind: counter, values: jobs},
	{name: "benchmark_cost_total", help: "Money spent by all jobs so far.", labels: []string{"currency"}, kind: counter, values: cost},
	{name: "benchmark_throughput_jobs_per_second", help: "Jobs that ended ok, a second: in the last interval of the running run, or in the last run as a whole.", kind: gauge,
		values: one(func(s *aurea.Stats) float64 { return s.Throughput })},
	{name: "benchmark_mean_latency_seconds", help: "Mean latency in the last interval of the running run, or in the last run as a whole.", kind: gauge,
		values: one(func(s *aurea.Stats) float64 { return s.MeanLatency })},
	{name: "benchmark_job_duration_seconds", help: "Service time: from a job's start to its end.", labels: []string{"workload"},
		histogram: func(t *aurea.Tally) *hist.Histogram { return t.ServiceTime }},
	{name: "benchmark_job_latency_seconds", help: "Latency of jobs that ended ok: from the intended start to the end.", labels: []string{"workload"},
		histogram: func(t *aurea.Tally) *hist.Histogram { return t.Latency }},
	{name: "benchmark_job_delay_seconds", help: "The generator's own lateness: from the intended to the actual start of a job.", labels: []string{"workload"},
		histogram: func(t *aurea.Tally) *hist.Histogram { return t.Delay }},
	{name: "benchmark_jobs_in_flight", help: "Jobs started and not yet ended.", kind: gauge,
		values: one(func(s *aurea.Stats) float64 { return float64(s.InFlight) })},
	{name: "benchmark_runs_active", help: "Runs being executed.", kind: gauge,
		values: one(func(s *aurea.Stats) float64 { return float64(s.Active) })},
	{name: "benchmark_runs_queued", help: "Runs waiting for their turn.", kind: gauge,
		values: one(func(s *aurea.Stats) float64 { return float64(s.Queued) })},
	{name: "benchmark_last_run_throughput_jobs_per_second", help: "Throughput of the last run.", kind: gauge,
		values: last(func(r *aurea.Result) float64 { return r.Throughput })},
	{name: "benchmark_last_run_latency_seconds", help: "Quantiles of latency in the last run.", labels: []string{"quantile"}, kind: gauge, values: quantiles},
	{name: "benchmark_last_run_cost", help: "What the last run cost.", labels: []string{"currency"}, kind: gauge, values: lastCost},
	{name: "benchmark_last_run_error_ratio", help: "Share of the last run's jobs that did not end ok.", kind: gauge,
		values: last(func(r *aurea.Result) float64 { return r.Counts.ErrorRate() })},
	{name: "benchmark_last_run_validity", help: "Whether the last run's numbers may be believed: 1 valid, 0.5 degraded, 0 invalid.", kind: gauge,
		values: last(validity)},
	{name: "benchmark_run_info", help: "The last 20 runs; always 1.", labels: []string{"run_id", "name", "workload", "status", "verdict"}, kind: gauge, values: info},
})

func describe(rows []row) []row {
	for i := range rows {
		rows[i].desc = prometheus.NewDesc(rows[i].name, rows[i].help, rows[i].labels, nil)
	}
	return rows
}

// one reads a metric that has a single value.
func one(value func(*aurea.Stats) float64) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) { emit(value(s)) }
}

// last reads a metric of the last run, which is absent before the first.
func last(value func(*aurea.Result) float64) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) {
		if s.Last != nil {
			emit(value(s.Last.Result))
		}
	}
}

func runs(s *aurea.Stats, emit func(float64, ...string)) {
	for key, n := range s.Runs {
		emit(float64(n), key.Workload, string(key.Status))
	}
}

func jobs(s *aurea.Stats, emit func(float64, ...string)) {
	for workload, tally := range s.Workloads {
		for _, outcome := range aurea.Outcomes() {
			emit(float64(tally.Of(outcome)), workload, outcome.String())
		}
	}
}

func cost(s *aurea.Stats, emit func(float64, ...string)) {
	for currency, spent := range s.Cost {
		emit(spent, currency)
	}
}

func quantiles(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last == nil {
		return
	}
	latency := s.Last.Result.Latency
	for _, q := range []struct {
		name  string
		value float64
	}{{"0.5", latency.P50}, {"0.9", latency.P90}, {"0.95", latency.P95}, {"0.99", latency.P99}, {"0.999", latency.P999}} {
		emit(q.value, q.name)
	}
}

func lastCost(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last != nil {
		emit(s.Last.Result.TotalCost, s.Last.Result.Cost.Currency)
	}
}

func validity(r *aurea.Result) float64 {
	return map[aurea.ValidityState]float64{aurea.Valid: 1, aurea.Degraded: 0.5, aurea.Invalid: 0}[r.Validity.State]
}

func info(s *aurea.Stats, emit func(float64, ...string)) {
	for _, run := range s.Recent {
		verdict := ""
		if run.Result != nil {
			verdict = string(run.Result.Verdict)
		}
		emit(1, run.ID, run.Name, run.Spec.Job().Kind, string(run.Status), verdict)
	}
}
