package metrics

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// lastRun returns the benchmark_last_run_ metrics with the prefix after a run
// with the given result.
func lastRun(t *testing.T, result aurea.Result, prefix string) map[string]float64 {
	t.Helper()
	values := series(scrape(t, handler(t, constantStats(aurea.Stats{Last: &aurea.Run{Result: &result}})), acceptText))
	maps.DeleteFunc(values, func(name string, _ float64) bool {
		return !strings.HasPrefix(name, "benchmark_last_run_"+prefix)
	})
	return values
}

// Every possible reason has a series; only those of the result are 1.
func TestValidityReasons(t *testing.T) {
	for _, found := range aurea.ValidityCodes() {
		want := map[string]float64{}
		for _, code := range aurea.ValidityCodes() {
			want[`benchmark_last_run_doubt{reason="`+code+`"}`] = 0
		}
		want[`benchmark_last_run_doubt{reason="`+found+`"}`] = 1
		got := lastRun(t, aurea.Result{Validity: aurea.Validity{Reasons: []aurea.Reason{{Code: found}}}}, "doubt")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", found, diff)
		}
	}
}

func TestVerdicts(t *testing.T) {
	for _, found := range aurea.Verdicts() {
		want := map[string]float64{}
		for _, verdict := range aurea.Verdicts() {
			want[`benchmark_last_run_verdict{verdict="`+string(verdict)+`"}`] = 0
		}
		want[`benchmark_last_run_verdict{verdict="`+string(found)+`"}`] = 1
		if diff := cmp.Diff(want, lastRun(t, aurea.Result{Verdict: found}, "verdict")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", found, diff)
		}
	}
}

// A run without a rate has no rate metrics.
func TestRateOfLastRun(t *testing.T) {
	for _, prefix := range []string{"target", "achieved"} {
		if got := lastRun(t, aurea.Result{}, prefix); len(got) != 0 {
			t.Errorf("a closed run has %v", got)
		}
	}
}

// A run without a job that ended ok has no quantiles.
func TestQuantilesOfLastRun(t *testing.T) {
	if got := lastRun(t, aurea.Result{}, "latency"); len(got) != 0 {
		t.Errorf("without a sample there are %v", got)
	}
	got := lastRun(t, aurea.Result{Latency: aurea.Summary{Count: 1, P50: 1, P90: 2, P95: 3, P99: 4, P999: 5}},
		"latency")
	if len(got) != 5 {
		t.Errorf("with one there are %v", got)
	}
}
