package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
)

const (
	counter = prometheus.CounterValue
	gauge   = prometheus.GaugeValue
)

// A row describes one metric: its name, its labels and how to read its values.
type row struct {
	name, help string
	labels     []string
	kind       prometheus.ValueType // of a counter or gauge
	values     func(s *aurea.Stats, emit func(value float64, labels ...string))
	histogram  func(t *aurea.Tally) *hist.Histogram                 // instead of values: one histogram per workload
	exemplar   func(s *aurea.Stats, labels []string) aurea.Exemplar // of the series with these labels; may be nil
	desc       *prometheus.Desc
}

// table is every metric of the service. To add a metric, add a row.
var table = describe([]row{
	{name: "benchmark_runs_total", help: "Finished runs.", labels: []string{"workload", "status"}, kind: counter,
		values: finishedRuns},
	{name: "benchmark_jobs_total", help: "Finished jobs, while their run goes on.",
		labels: []string{"workload", "outcome"}, kind: counter, values: jobs, exemplar: exemplarOfJobs},
	{name: "benchmark_jobs_started_total", help: "Jobs started, while their run goes on.", labels: []string{"workload"},
		kind: counter, values: startedJobs},
	{name: "benchmark_job_errors_total", help: "Jobs that went wrong, by what went wrong, while their run goes on.",
		labels: []string{"workload", "class"}, kind: counter, values: jobErrors},
	{name: "benchmark_cost_total", help: "Money spent by all jobs so far.", labels: []string{"currency"}, kind: counter,
		values: cost},
	{name: "benchmark_throughput_jobs_per_second",
		help:   "Jobs that ended ok, a second: in the last interval of the running run, or in the last run as a whole.",
		kind:   gauge,
		values: singleValue(func(s *aurea.Stats) float64 { return s.Throughput })},
	{name: "benchmark_mean_latency_seconds",
		help: "Mean latency in the last interval of the running run, or in the last run as a whole.", kind: gauge,
		values: singleValue(func(s *aurea.Stats) float64 { return s.MeanLatency })},
	{name: "benchmark_job_duration_seconds", help: "Service time: from a job's start to its end.",
		labels:    []string{"workload"},
		histogram: func(t *aurea.Tally) *hist.Histogram { return t.ServiceTime },
		exemplar:  exemplarOf(func(e *aurea.Exemplars) aurea.Exemplar { return e.ServiceTime })},
	{name: "benchmark_job_latency_seconds", help: "Latency of jobs that ended ok: from the intended start to the end.",
		labels:    []string{"workload"},
		histogram: func(t *aurea.Tally) *hist.Histogram { return t.Latency },
		exemplar:  exemplarOf(func(e *aurea.Exemplars) aurea.Exemplar { return e.Latency })},
	{name: "benchmark_job_delay_seconds",
		help:      "From the intended to the actual start of a job: the wait for a slot, and the generator's lateness.",
		labels:    []string{"workload"},
		histogram: func(t *aurea.Tally) *hist.Histogram { return t.Delay },
		exemplar:  exemplarOf(func(e *aurea.Exemplars) aurea.Exemplar { return e.Delay })},
	{name: "benchmark_jobs_in_flight", help: "Jobs started and not yet ended.", kind: gauge,
		values: singleValue(func(s *aurea.Stats) float64 { return float64(s.InFlight) })},
	{name: "benchmark_jobs_planned", help: "Jobs of the running run; 0 when none runs, or when only time ends it.",
		kind:   gauge,
		values: singleValue(func(s *aurea.Stats) float64 { return float64(s.Target.Jobs) })},
	{name: "benchmark_target_rate_jobs_per_second",
		help: "The rate that the running run asks for now; 0 when none asks for a rate.", kind: gauge,
		values: singleValue(func(s *aurea.Stats) float64 { return s.Target.Rate })},
	{name: "benchmark_target_jobs_in_flight",
		help:   "The jobs in flight that the running run asks for now; 0 when none does, or asks for a rate.",
		kind:   gauge,
		values: singleValue(func(s *aurea.Stats) float64 { return float64(s.Target.InFlight) })},
	{name: "benchmark_runs_active", help: "Runs being executed.", kind: gauge,
		values: singleValue(func(s *aurea.Stats) float64 { return float64(s.Active) })},
	{name: "benchmark_runs_queued", help: "Runs waiting for their turn.", kind: gauge,
		values: singleValue(func(s *aurea.Stats) float64 { return float64(s.Queued) })},
	{name: "benchmark_queue_limit", help: "Runs that may wait; more are refused.", kind: gauge,
		values: singleValue(func(s *aurea.Stats) float64 { return float64(s.QueueLimit) })},
	{name: "benchmark_runs_unstored",
		help: "Runs that have ended and that the store could not take yet: they are in memory only.", kind: gauge,
		values: singleValue(func(s *aurea.Stats) float64 { return float64(s.Unstored) })},
	{name: "benchmark_results_unstored_total",
		help: "Results that could not be stored when their run ended, whether they were later or not.", kind: counter,
		values: singleValue(func(s *aurea.Stats) float64 { return float64(s.NotStored) })},
	{name: "benchmark_last_run_throughput_jobs_per_second", help: "Throughput of the last run.", kind: gauge,
		values: ofLastRun(func(r *aurea.Result) float64 { return r.Throughput })},
	{name: "benchmark_last_run_latency_seconds", help: "Quantiles of latency in the last run.",
		labels: []string{"quantile"}, kind: gauge, values: quantiles},
	{name: "benchmark_last_run_mean_latency_seconds", help: "Mean latency in the last run.", kind: gauge,
		values: ofLastRun(func(r *aurea.Result) float64 { return r.MeanLatency })},
	{name: "benchmark_last_run_duration_seconds", help: "How long the judged part of the last run took.", kind: gauge,
		values: ofLastRun(func(r *aurea.Result) float64 { return r.Duration })},
	{name: "benchmark_last_run_jobs", help: "Jobs of the last run.", labels: []string{"outcome"}, kind: gauge,
		values: lastJobs},
	{name: "benchmark_last_run_target_rate_jobs_per_second",
		help: "Jobs due a second in the last run, if it was one with a rate.", kind: gauge,
		values: ofLastRate(func(r aurea.Rate) float64 { return r.Target })},
	{name: "benchmark_last_run_achieved_rate_jobs_per_second",
		help: "Jobs started a second in the last run, if it was one with a rate.", kind: gauge,
		values: ofLastRate(func(r aurea.Rate) float64 { return r.Achieved })},
	{name: "benchmark_last_run_cost", help: "What the last run cost.", labels: []string{"currency"}, kind: gauge,
		values: lastCost},
	{name: "benchmark_last_run_error_ratio", help: "Share of the last run's jobs that did not end ok.", kind: gauge,
		values: ofLastRun(func(r *aurea.Result) float64 { return r.Counts.ErrorRate() })},
	{name: "benchmark_last_run_validity",
		help: "Whether the last run's numbers may be believed: 1 valid, 0.5 degraded, 0 invalid.", kind: gauge,
		values: ofLastRun(validity)},
	{name: "benchmark_last_run_doubt",
		help:   "Why the last run's numbers may not be believed: 1 for what was found, else 0.",
		labels: []string{"reason"}, kind: gauge, values: validityReasons},
	{name: "benchmark_last_run_verdict", help: "What the thresholds say of the last run: 1 for its verdict, else 0.",
		labels: []string{"verdict"}, kind: gauge, values: verdicts},
	{name: "benchmark_last_run_start_spread_seconds",
		help: "Between the first starts of the workers of the last run, if it had any.", kind: gauge,
		values: lastSpread},
	{name: "benchmark_last_run_clock_bound_seconds",
		help: "The largest error of a worker's clock in the last run, if it had workers.", kind: gauge,
		values: ofLastWorkers(func(w *aurea.Workers) float64 { return w.Bound })},
	{name: "benchmark_workers", help: "Workers that the service knows of.", labels: []string{"state"}, kind: gauge,
		values: workersByState},
	{name: "benchmark_workers_wanted",
		help: "Workers that must be there for the queued and running runs: the most that one of them asks for or has.",
		kind: gauge, values: ofWorkers(wantedWorkers)},
	{name: "benchmark_workers_lost_total", help: "Workers that fell silent in a run.", kind: counter,
		values: ofWorkers(func(s *aurea.Stats) float64 { return float64(s.Workers.Lost) })},
	{name: "benchmark_reports_total", help: "Reports of workers, by what became of them.", labels: []string{"outcome"},
		kind: counter, values: reports},
	{name: "benchmark_hellos_ignored_total", help: "Hellos of workers that were of no use: malformed, late or too many.",
		kind:   counter,
		values: ofWorkers(func(s *aurea.Stats) float64 { return float64(s.Workers.Ignored) })},
	{name: "benchmark_nats_connected", help: "Whether the service reaches its NATS server: 1 or 0.", kind: gauge,
		values: ofWorkers(func(s *aurea.Stats) float64 { return boolValue(s.Workers.Connected) })},
	{name: "benchmark_worker_throughput_jobs_per_second",
		help:   "Jobs of a worker that ended ok, a second: in its last interval of the running run, or in the last run.",
		labels: []string{"worker"}, kind: gauge,
		values: ofEachWorker(func(w aurea.WorkerStats) float64 { return w.Throughput })},
	{name: "benchmark_worker_cpu_ratio", help: "Share of its cores' time that a worker used, likewise.",
		labels: []string{"worker"}, kind: gauge,
		values: ofEachWorker(func(w aurea.WorkerStats) float64 { return w.CPU })},
	{name: "benchmark_worker_delay_p99_seconds", help: "How late a worker started jobs, likewise: p99 of the delay.",
		labels: []string{"worker"}, kind: gauge,
		values: ofEachWorker(func(w aurea.WorkerStats) float64 { return w.DelayP99 })},
	{name: "benchmark_run_info", help: "The last 20 runs; always 1.",
		labels: []string{"run_id", "name", "workload", "status", "verdict"}, kind: gauge, values: runInfo},
	{name: "benchmark_run_started_timestamp_seconds", help: "When each of the last 20 runs began.",
		labels: []string{"run_id"}, kind: gauge,
		values: timestamps(func(r *aurea.Run) *time.Time { return r.StartedAt })},
	{name: "benchmark_run_finished_timestamp_seconds", help: "When each of the last 20 runs ended.",
		labels: []string{"run_id"}, kind: gauge,
		values: timestamps(func(r *aurea.Run) *time.Time { return r.FinishedAt })},
})

// describe sets the Prometheus description of each row.
func describe(rows []row) []row {
	for i := range rows {
		rows[i].desc = prometheus.NewDesc(rows[i].name, rows[i].help, rows[i].labels, nil)
	}
	return rows
}
