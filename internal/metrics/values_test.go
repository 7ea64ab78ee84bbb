package metrics

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"

	"github.com/aurea-orchestrator/aurea"
)

// fullStats returns the totals after a hundred thousand runs of 100 workloads
// in as many currencies, with every outcome and every class of error.
func fullStats() aurea.Stats {
	stats := aurea.Stats{
		Runs:      map[aurea.RunsKey]int64{},
		Workloads: map[string]*aurea.Tally{},
		Errors:    map[string]map[string]int64{},
		Exemplars: map[string]aurea.Exemplars{},
		Cost:      map[string]float64{},
	}
	tally := aurea.NewTally()
	for i := range 1000 {
		tally.End(aurea.OK, 0, time.Duration(i*i)*time.Microsecond, time.Duration(i*i*i)*time.Microsecond)
	}
	now := time.Now()
	for i := range 100 {
		kind := fmt.Sprintf("kind%d", i)
		stats.Kinds = append(stats.Kinds, kind)
		stats.Workloads[kind] = tally
		for _, status := range aurea.Statuses() {
			if status.Finished() {
				stats.Runs[aurea.RunsKey{Workload: kind, Status: status}] = 250
			}
		}
		stats.Errors[kind] = map[string]int64{"a": 1, "b": 1, "c": 1, "d": 1, "other": 1, "status_400": 1,
			"status_404": 1, "status_500": 1, "status_other": 1}
		currency := fmt.Sprintf("C%02d", i)
		stats.Currencies = append(stats.Currencies, currency)
		stats.Cost[currency] = 1
	}
	for i := range 20 {
		stats.Recent = append(stats.Recent,
			aurea.Run{ID: fmt.Sprint("benchmark-", i), StartedAt: &now, FinishedAt: &now})
	}
	workers := &aurea.Workers{}
	for i := range aurea.MaxListedWorkers {
		workers.Of = append(workers.Of, aurea.WorkerResult{ID: fmt.Sprint("worker-", i)})
	}
	stats.Workers = &aurea.WorkersStats{Reports: map[string]int64{"folded": 1, "again": 1, "refused": 1}}
	stats.Last = &aurea.Run{Result: &aurea.Result{
		Rate: &aurea.Rate{}, Latency: aurea.Summary{Count: 1}, Workers: workers,
	}}
	return stats
}

// count returns how many series a scrape creates in Prometheus.
func count(families map[string]*dto.MetricFamily) int {
	var n int
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			switch {
			case metric.GetHistogram() != nil:
				n += len(metric.GetHistogram().GetBucket()) + 2 // the text format lists +Inf as a bucket
			case metric.GetSummary() != nil:
				n += len(metric.GetSummary().GetQuantile()) + 2
			default:
				n++
			}
		}
	}
	return n
}

// There are at most 700 series, whatever has been run.
func TestSeriesAreBounded(t *testing.T) {
	families := scrape(t, handler(t, constantStats(fullStats())), acceptText)
	if n := count(families); n > 700 {
		t.Errorf("%d series, want at most 700", n)
	}
	for name, want := range map[string]int{
		"benchmark_jobs_total":                           8 * 6,
		"benchmark_jobs_started_total":                   8,
		"benchmark_runs_total":                           8 * 4,
		"benchmark_job_errors_total":                     3 * 9,
		"benchmark_job_latency_seconds":                  3,
		"benchmark_cost_total":                           4,
		"benchmark_run_info":                             20,
		"benchmark_worker_cpu_ratio":                     50,
		"benchmark_workers":                              6,
		"benchmark_last_run_target_rate_jobs_per_second": 1,
	} {
		if got := len(families[name].GetMetric()); got != want {
			t.Errorf("%s has %d series, want %d", name, got, want)
		}
	}
}

// The workloads that ran last have histograms.
func TestLatestAreShown(t *testing.T) {
	families := scrape(t, handler(t, constantStats(fullStats())), acceptText)
	shown := map[string]bool{}
	for _, metric := range families["benchmark_job_delay_seconds"].GetMetric() {
		shown[metric.GetLabel()[0].GetValue()] = true
	}
	if diff := cmp.Diff(map[string]bool{"kind0": true, "kind1": true, "kind2": true}, shown); diff != "" {
		t.Errorf("workloads with histograms (-want +got):\n%s", diff)
	}
}
