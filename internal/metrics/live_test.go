package metrics

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// service starts a manager with a real engine and returns a function that
// scrapes it. The manager stops when the test ends.
func service(t *testing.T) (*runs.Manager, func() map[string]float64) {
	t.Helper()
	manager := runs.New(engine.New("1.2.3", kinds.New(kinds.Options{})), runs.Options{Queue: 5})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- manager.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	h, err := New(manager.Stats, testEnv, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return manager, func() map[string]float64 { return series(scrape(t, h, acceptProtobuf)) }
}

// A scrape after a run agrees with its result, number by number; a scrape
// during the run agrees with its progress.
func TestScrapesOfARun(t *testing.T) {
	t.Parallel()
	manager, scraped := service(t)
	spec, err := aurea.DecodeSpec([]byte(`{"num_jobs": 220, "rate": 100, "warmup": "500ms", "timeout": "30ms", "seed": 3,
		"workload": {"kind": "sleep", "duration": "20ms", "jitter": 0.9, "failure": {"rate": 0.3}},
		"pricing": {"per_second": 1, "per_job": 0.5, "currency": "EUR"}, "thresholds": ["error_rate < 1%"]}`))
	if err != nil {
		t.Fatal(err)
	}
	if before := scraped(); before["benchmark_queue_limit{}"] != 5 || before["benchmark_runs_active{}"] != 0 {
		t.Errorf("an idle service has %v", before)
	}
	progress := make(chan aurea.RunProgress, 10)
	finished := make(chan aurea.Run)
	go func() {
		run, err := manager.Do(context.Background(), spec, func(run aurea.Run) { progress <- *run.Progress })
		if err != nil {
			t.Error(err)
		}
		finished <- run
	}()
	first := <-progress
	live := scraped()
	// Unless the scrape was a second late it sees only the first interval.
	if second := len(progress) > 0; !second {
		failed := live[`benchmark_jobs_total{outcome="failed",workload="sleep"}`]
		timedOut := live[`benchmark_jobs_total{outcome="timeout",workload="sleep"}`]
		for name, want := range map[string]float64{
			`benchmark_jobs_total{outcome="ok",workload="sleep"}`:           float64(first.OK),
			`benchmark_jobs_started_total{workload="sleep"}`:                float64(first.Started),
			`benchmark_job_latency_seconds{workload="sleep"} count`:         float64(first.OK),
			`benchmark_jobs_in_flight{}`:                                    float64(first.InFlight),
			`benchmark_throughput_jobs_per_second{}`:                        first.Throughput,
			`benchmark_jobs_planned{}`:                                      220,
			`benchmark_target_rate_jobs_per_second{}`:                       100,
			`benchmark_target_jobs_in_flight{}`:                             0,
			`benchmark_job_errors_total{class="injected",workload="sleep"}`: failed,
			`benchmark_job_errors_total{class="timeout",workload="sleep"}`:  timedOut,
			`benchmark_runs_active{}`:                                       1,
		} {
			if got, there := live[name]; got != want || !there {
				t.Errorf("after a second %s is %v, want %v", name, got, want)
			}
		}
	}
	run := <-finished
	compareMetrics(t, run, scraped())
}

// compareMetrics compares the metrics of a service after one run with its
// result.
func compareMetrics(t *testing.T, run aurea.Run, values map[string]float64) {
	t.Helper()
	r := run.Result
	if slices.Contains([]int64{r.Counts.OK, r.Counts.Failed, r.Counts.Timeout, r.Warmup.Counts.OK}, 0) {
		t.Fatalf("counts %+v and in the warm-up %+v, want none of the compared ones to be 0", r.Counts, r.Warmup.Counts)
	}
	if r.Rate == nil {
		t.Fatal("the result has no rate")
	}
	all := func(o aurea.Outcome) float64 { return float64(r.Counts.Of(o) + r.Warmup.Counts.Of(o)) }
	ended := all(aurea.OK) + all(aurea.Failed) + all(aurea.TimedOut)
	busy := values[`benchmark_job_duration_seconds{workload="sleep"} sum`]
	want := map[string]float64{
		`benchmark_runs_total{status="completed",workload="sleep"}`:                                              1,
		`benchmark_jobs_started_total{workload="sleep"}`:                                                         220,
		`benchmark_job_duration_seconds{workload="sleep"} count`:                                                 ended,
		`benchmark_job_delay_seconds{workload="sleep"} count`:                                                    ended,
		`benchmark_job_latency_seconds{workload="sleep"} count`:                                                  all(aurea.OK),
		`benchmark_cost_total{currency="EUR"}`:                                                                   busy + ended/2,
		`benchmark_throughput_jobs_per_second{}`:                                                                 r.Throughput,
		`benchmark_mean_latency_seconds{}`:                                                                       r.MeanLatency,
		`benchmark_jobs_in_flight{}`:                                                                             0,
		`benchmark_jobs_planned{}`:                                                                               0,
		`benchmark_target_rate_jobs_per_second{}`:                                                                0,
		`benchmark_runs_active{}`:                                                                                0,
		`benchmark_last_run_throughput_jobs_per_second{}`:                                                        r.Throughput,
		`benchmark_last_run_latency_seconds{quantile="0.99"}`:                                                    r.Latency.P99,
		`benchmark_last_run_duration_seconds{}`:                                                                  r.Duration,
		`benchmark_last_run_error_ratio{}`:                                                                       r.Counts.ErrorRate(),
		`benchmark_last_run_cost{currency="EUR"}`:                                                                r.TotalCost,
		`benchmark_last_run_target_rate_jobs_per_second{}`:                                                       r.Rate.Target,
		`benchmark_last_run_achieved_rate_jobs_per_second{}`:                                                     r.Rate.Achieved,
		`benchmark_last_run_verdict{verdict="fail"}`:                                                             1,
		`benchmark_run_started_timestamp_seconds{run_id="` + run.ID + `"}`:                                       seconds(*run.StartedAt),
		`benchmark_run_finished_timestamp_seconds{run_id="` + run.ID + `"}`:                                      seconds(*run.FinishedAt),
		`benchmark_run_info{name="",run_id="` + run.ID + `",status="completed",verdict="fail",workload="sleep"}`: 1,
	}
	for _, outcome := range aurea.Outcomes() {
		want[`benchmark_jobs_total{outcome="`+outcome.String()+`",workload="sleep"}`] = all(outcome)
		want[`benchmark_last_run_jobs{outcome="`+outcome.String()+`"}`] = float64(r.Counts.Of(outcome))
	}
	want[`benchmark_job_errors_total{class="injected",workload="sleep"}`] = all(aurea.Failed)
	want[`benchmark_job_errors_total{class="timeout",workload="sleep"}`] = all(aurea.TimedOut)
	for _, reason := range r.Validity.Reasons {
		want[`benchmark_last_run_doubt{reason="`+reason.Code+`"}`] = 1
	}
	got := map[string]float64{}
	for name := range want {
		if value, there := values[name]; there {
			got[name] = value
		}
	}
	if diff := cmp.Diff(want, got, rounding); diff != "" {
		t.Errorf("metrics of the run (-result +scraped):\n%s", diff)
	}
}

// seconds returns t in seconds since 1970, with the precision of milliseconds.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
