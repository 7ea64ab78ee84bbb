package metrics

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/aurea-orchestrator/aurea"
)

const ms = time.Millisecond

// rounding tolerates the rounding error of a sum.
var rounding = cmpopts.EquateApprox(0, 1e-12)

// fixed returns totals of every kind, all of them different.
func fixed() aurea.Stats {
	sleep, noop := aurea.NewTally(), aurea.NewTally()
	sleep.End(aurea.OK, 0, 0, 2*ms)
	sleep.End(aurea.OK, 10*ms, 13*ms, 43*ms)
	sleep.End(aurea.OK, 0, 0, 700*ms)
	sleep.End(aurea.OK, 0, 0, 90*time.Second) // beyond the last bucket
	sleep.End(aurea.Failed, 0, 0, 200*ms)
	sleep.End(aurea.TimedOut, 0, 0, 2*time.Second)
	sleep.Cancelled, sleep.Dropped, sleep.Lost = 3, 4, 5
	sleep.Started, noop.Started = 9, 8
	for range 6 {
		noop.End(aurea.OK, 0, 0, 0)
	}
	last := aurea.Run{ID: "benchmark-2", Name: `say "hi" \ bye` + "\n", Status: aurea.StatusCompleted,
		Result: &aurea.Result{
			Throughput: 123.5,
			Counts:     aurea.Counts{Planned: 21, OK: 6, Failed: 1, Timeout: 2, Cancelled: 7, Dropped: 4, Lost: 1},
			Latency:    aurea.Summary{Count: 1000, P50: 0.05, P90: 0.09, P95: 0.095, P99: 0.099, P999: 0.0999},
			TotalCost:  0.75,
			Cost:       aurea.Cost{Currency: "EUR"},
			Validity: aurea.Validity{State: aurea.Degraded,
				Reasons: []aurea.Reason{{Code: "backlog"}, {Code: "generator_cpu"}}},
			Verdict: aurea.VerdictPass,

			MeanLatency: 0.0625,
			Duration:    12.25,
			Rate:        &aurea.Rate{Target: 130, Achieved: 128.5},
			Workers:     &aurea.Workers{Spread: 0.0625, Bound: 0.03125},
		}}
	at := func(ms int64) *time.Time { t := time.UnixMilli(ms).UTC(); return &t }
	last.StartedAt, last.FinishedAt = at(1_790_000_010_500), at(1_790_000_022_750)
	return aurea.Stats{
		Runs: map[aurea.RunsKey]int64{
			{Workload: "sleep", Status: aurea.StatusCompleted}: 7,
			{Workload: "sleep", Status: aurea.StatusCancelled}: 2,
			{Workload: "noop", Status: aurea.StatusFailed}:     1,
		},
		Workloads: map[string]*aurea.Tally{"sleep": sleep, "noop": noop},
		Errors: map[string]map[string]int64{
			"sleep": {"timeout": 6, "injected": 2},
			"noop":  {"other": 11},
		},
		Kinds:       []string{"noop", "sleep"},
		Currencies:  []string{"EUR", "USD"},
		QueueLimit:  16,
		Unstored:    5,
		NotStored:   13,
		Target:      aurea.Target{Jobs: 1000, Rate: 300.5, InFlight: 64},
		Cost:        map[string]float64{"USD": 0.25, "EUR": 7.5},
		Active:      1,
		Queued:      3,
		InFlight:    42,
		Throughput:  250.5,
		MeanLatency: 0.125,
		Wanted:      4,
		Workers: &aurea.WorkersStats{
			Connected: true,
			States:    map[aurea.WorkerState]int{aurea.WorkerIdle: 5, aurea.WorkerReserved: 2, aurea.WorkerGone: 1},
			Ignored:   17,
			Lost:      19,
			Reports:   map[string]int64{"folded": 23, "again": 29, "refused": 31},
			Of: []aurea.WorkerStats{
				{ID: "a", Name: "one", Throughput: 37.5, CPU: 0.25, DelayP99: 0.5},
				{ID: "b", Name: "two", Throughput: 41.5, CPU: 0.75, DelayP99: 1.5},
			},
		},
		Last: &last,
		Recent: []aurea.Run{
			{ID: "benchmark-1", Status: aurea.StatusInterrupted, FinishedAt: at(1_790_000_009_125),
				Spec: aurea.Spec{NumJobs: 1}},
			last,
			{ID: "benchmark-3", Name: "now", Status: aurea.StatusRunning, StartedAt: at(1_790_000_023_000),
				Spec: aurea.Spec{Workload: &aurea.Workload{Kind: "noop"}}},
		},
	}
}

// statsOf returns the totals of a service that ran one workload.
func statsOf(workload string, tally *aurea.Tally) aurea.Stats {
	return aurea.Stats{Workloads: map[string]*aurea.Tally{workload: tally}, Kinds: []string{workload}}
}

// Every metric of the table has the value, labels, type and help in
// testdata/metrics.txt. The validity reasons have a test of their own.
func TestValues(t *testing.T) {
	var names []string
	for _, row := range table {
		if row.name != "benchmark_last_run_doubt" {
			names = append(names, row.name)
		}
	}
	golden, err := os.Open(filepath.Join("testdata", "metrics.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer golden.Close()
	if err := testutil.CollectAndCompare(collector{constantStats(fixed())}, golden, names...); err != nil {
		t.Error(err)
	}
}

// Before the first run, metrics of the last run are absent and the others are
// 0.
func TestNothingYet(t *testing.T) {
	values := series(scrape(t, handler(t, constantStats(aurea.Stats{})), acceptText))
	maps.DeleteFunc(values, func(name string, _ float64) bool { return !strings.HasPrefix(name, "benchmark_") })
	want := map[string]float64{
		"benchmark_throughput_jobs_per_second{}": 0, "benchmark_mean_latency_seconds{}": 0,
		"benchmark_jobs_in_flight{}": 0, "benchmark_runs_active{}": 0, "benchmark_runs_queued{}": 0,
		"benchmark_jobs_planned{}": 0, "benchmark_target_rate_jobs_per_second{}": 0,
		"benchmark_target_jobs_in_flight{}": 0,
		"benchmark_queue_limit{}":           0, "benchmark_runs_unstored{}": 0, "benchmark_results_unstored_total{}": 0,
	}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Errorf("metrics of an idle service (-want +got):\n%s", diff)
	}
}

func TestValidityOfLastRun(t *testing.T) {
	for state, want := range map[aurea.ValidityState]float64{aurea.Valid: 1, aurea.Degraded: 0.5, aurea.Invalid: 0} {
		stats := aurea.Stats{Last: &aurea.Run{Result: &aurea.Result{Validity: aurea.Validity{State: state}}}}
		values := series(scrape(t, handler(t, constantStats(stats)), acceptText))
		if got, ok := values["benchmark_last_run_validity{}"]; got != want || !ok {
			t.Errorf("%s is %v, want %v", state, got, want)
		}
	}
}

// Law: the metrics of two tallies merged are the sums of the metrics of each.
func TestMergedTalliesAddUp(t *testing.T) {
	one := fixed().Workloads["sleep"]
	other := aurea.NewTally()
	for i := range 1000 {
		start := time.Duration(i) * 777 * time.Microsecond
		other.End(aurea.Outcome(i%3), start/2, start, start+time.Duration(i*i)*time.Microsecond)
	}
	other.Dropped = 17
	both := one.Clone()
	both.Merge(other)

	read := func(tally *aurea.Tally) map[string]float64 {
		values := series(scrape(t, handler(t, constantStats(statsOf("sleep", tally))), acceptProtobuf))
		maps.DeleteFunc(values, func(name string, _ float64) bool { return !strings.HasPrefix(name, "benchmark_job") })
		return values
	}
	sum := read(one)
	for name, value := range read(other) {
		sum[name] += value
	}
	if diff := cmp.Diff(sum, read(both), rounding); diff != "" {
		t.Errorf("merged (-sum +merged):\n%s", diff)
	}
	if jobs := sum[`benchmark_jobs_total{outcome="dropped",workload="sleep"}`]; jobs != 21 {
		t.Errorf("%v dropped jobs, want 4 + 17", jobs)
	}
}
