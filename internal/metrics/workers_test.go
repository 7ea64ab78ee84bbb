package metrics

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// valuesOf returns the series of a scrape whose names begin with prefix.
func valuesOf(t *testing.T, prefix string, stats aurea.Stats) map[string]float64 {
	t.Helper()
	values := series(scrape(t, handler(t, constantStats(stats)), acceptText))
	maps.DeleteFunc(values, func(name string, _ float64) bool { return !strings.HasPrefix(name, prefix) })
	return values
}

// Workers are wanted for the runs that ask for them, and while they have a run.
func TestWantedWorkers(t *testing.T) {
	for _, test := range []struct {
		asked             int64
		reserved, running int
		want              float64
	}{{0, 0, 0, 0}, {3, 0, 0, 3}, {1, 1, 4, 5}, {9, 1, 4, 9}} {
		stats := aurea.Stats{Wanted: test.asked, Workers: &aurea.WorkersStats{States: map[aurea.WorkerState]int{
			aurea.WorkerReserved: test.reserved, aurea.WorkerRunning: test.running, aurea.WorkerIdle: 7,
		}}}
		if got := valuesOf(t, "benchmark_workers_wanted", stats)["benchmark_workers_wanted{}"]; got != test.want {
			t.Errorf("%+v wants %v", test, got)
		}
	}
}

// The workers of the last run are shown until the next run begins, those with
// one name apart.
func TestWorkersOfLastRun(t *testing.T) {
	stats := aurea.Stats{
		Workers: &aurea.WorkersStats{},
		Last: &aurea.Run{Result: &aurea.Result{Workers: &aurea.Workers{Of: []aurea.WorkerResult{
			{ID: "a", Name: "one", CPU: 0.25}, {ID: "b", Name: "two", CPU: 0.5}, {ID: "c", Name: "two", CPU: 0.75}, {ID: "d"},
		}}}},
	}
	want := map[string]float64{
		`benchmark_worker_cpu_ratio{worker="one"}`: 0.25, `benchmark_worker_cpu_ratio{worker="two b"}`: 0.5,
		`benchmark_worker_cpu_ratio{worker="two c"}`: 0.75, `benchmark_worker_cpu_ratio{worker="d"}`: 0,
	}
	if diff := cmp.Diff(want, valuesOf(t, "benchmark_worker_cpu_ratio", stats)); diff != "" {
		t.Errorf("workers of the last run (-want +got):\n%s", diff)
	}
	stats.Active = 1
	if got := valuesOf(t, "benchmark_worker_", stats); len(got) != 0 {
		t.Errorf("a run that has begun elsewhere has %v", got)
	}
	stats.Workers.Of = []aurea.WorkerStats{{ID: "e", Name: "five", CPU: 1}}
	want = map[string]float64{`benchmark_worker_cpu_ratio{worker="five"}`: 1}
	if diff := cmp.Diff(want, valuesOf(t, "benchmark_worker_cpu_ratio", stats)); diff != "" {
		t.Errorf("workers of the running run (-want +got):\n%s", diff)
	}
}

// The spread of a start is absent if only one worker has told of its own.
func TestSpreadOfLastStart(t *testing.T) {
	const name = "benchmark_last_run_start_spread_seconds"
	for _, test := range []struct {
		workers aurea.Workers
		want    int
	}{{aurea.Workers{Count: 2}, 1}, {aurea.Workers{Count: 3, Lost: 1}, 1}, {aurea.Workers{Count: 2, Lost: 1}, 0}} {
		stats := aurea.Stats{Last: &aurea.Run{Result: &aurea.Result{Workers: &test.workers}}}
		if got := valuesOf(t, name, stats); len(got) != test.want {
			t.Errorf("of %+v the values are %v, want %d", test.workers, got, test.want)
		}
	}
}
