package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aurea-orchestrator/aurea"
)

var epoch = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)

// history returns the results of n runs with 2 % of noise, one a day. From run
// `from` on latencies are larger and throughput is smaller by step, a share.
func history(seed uint64, n, from int, step float64) []*aurea.Result {
	random := rand.New(rand.NewPCG(seed, uint64(n)))
	results := make([]*aurea.Result, n)
	for i := range results {
		level := 0.005
		if i >= from {
			level *= 1 + step
		}
		noisy := func() float64 { return level * (1 + 0.02*random.NormFloat64()) }
		r := resultOf(fmt.Sprintf("run-%d", i), noisy())
		r.Throughput, r.Latency.P99 = 8/noisy(), 3*noisy()
		r.StartTime = epoch.AddDate(0, 0, i)
		results[i] = r
	}
	return results
}

// firstChanges returns the index of the first change of every metric that has
// one.
func firstChanges(t Trend) map[string]int {
	found := map[string]int{}
	for _, m := range t.Metrics {
		if len(m.Changes) > 0 {
			found[m.Metric] = m.Changes[0].Index
		}
	}
	return found
}

// A change of 5 % in the middle of 60 runs is found in every metric that has it,
// within two runs; without one none is found in any. Of 200 seeds 190 are enough.
func TestTrendOfNoisyRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("needs seconds of CPU time")
	}
	const seeds, enough, middle = 200, 190, 30
	near := map[string]int{}
	quiet := 0
	for seed := range uint64(seeds) {
		for metric, at := range firstChanges(NewTrend("n", history(seed, 60, middle, 0.05))) {
			if at >= middle-2 && at <= middle+2 {
				near[metric]++
			}
		}
		if len(firstChanges(NewTrend("n", history(seed, 60, 0, 0)))) == 0 {
			quiet++
		}
	}
	for _, metric := range []string{"throughput", "p50", "p99"} {
		if near[metric] < enough {
			t.Errorf("%s was found with %d of %d seeds, want %d", metric, near[metric], seeds, enough)
		}
	}
	if near["error_rate"] != 0 {
		t.Errorf("a change of the error rate was found with %d seeds", near["error_rate"])
	}
	if quiet < enough {
		t.Errorf("no change was found with %d of %d seeds, want %d", quiet, seeds, enough)
	}
}

// A change has the run with which it came, its size from median to median, its p
// and its direction.
func TestTrendDescribesAChange(t *testing.T) {
	results := resultsOf("run", slices.Concat(level(10, 0.010), level(10, 0.012))...)
	for i, r := range results {
		r.StartTime = epoch.AddDate(0, 0, i)
		r.Spec.Concurrency = 10
		if i >= 10 {
			r.Counts.Failed, r.Environment.Version, r.Spec.Concurrency = 500, "1.1", 20
		}
	}
	slices.Reverse(results) // NewTrend orders them by their starts
	trend := NewTrend("search", results)
	size := func(v float64) *float64 { return &v }
	at := results[9].StartTime
	want := map[string]Change{
		"throughput": {Index: 10, Run: "run-10", At: at, Before: 8 / 0.01001, After: 8 / 0.012012, Size: size(1/1.2 - 1),
			P: 0.001, Verdict: MetricWorse},
		"p50": {Index: 10, Run: "run-10", At: at, Before: 0.01001, After: 0.012012, Size: size(0.2), P: 0.001,
			Verdict: MetricWorse},
		"p99": {Index: 10, Run: "run-10", At: at, Before: 0.02002, After: 0.024024, Size: size(0.2), P: 0.001,
			Verdict: MetricWorse},
		"error_rate": {Index: 10, Run: "run-10", At: at, Before: 0, After: 0.2, Size: size(0.2), P: 0.001,
			Verdict: MetricWorse},
	}
	for _, m := range trend.Metrics {
		// A permutation reaches the divergence by chance once in 999 times at most.
		for i := range m.Changes {
			if p := m.Changes[i].P; p > 0.002 {
				t.Errorf("%s: p is %v", m.Metric, p)
			}
			m.Changes[i].P = 0.001
		}
		if diff := cmp.Diff([]Change{want[m.Metric]}, m.Changes, cmpopts.EquateApprox(0, 0.00002)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", m.Metric, diff)
		}
	}
	warnings := []Warning{
		{"unlike_spec", "run-10", "concurrency was 10 before run-10, and 20 with it"},
		{"unlike_version", "run-10", "version was none before run-10, and 1.1 with it"},
	}
	if diff := cmp.Diff(warnings, trend.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	for last, names := range map[int][]string{9: nil, 10: {"throughput", "p50", "p99", "error_rate"}} {
		if diff := cmp.Diff(names, trend.WorseSince(last)); diff != "" {
			t.Errorf("worse within the last %d (-want +got):\n%s", last, diff)
		}
	}
}

// A change for the better is none for the worse.
func TestTrendForTheBetter(t *testing.T) {
	trend := NewTrend("search", resultsOf("run", slices.Concat(level(10, 0.012), level(10, 0.010))...))
	for _, m := range trend.Metrics[:3] {
		if len(m.Changes) != 1 || m.Changes[0].Verdict != MetricBetter {
			t.Errorf("%s: %+v", m.Metric, m.Changes)
		}
	}
	if names := trend.WorseSince(20); names != nil {
		t.Errorf("worse: %q", names)
	}
}

// Runs that are no measurement are left out with a warning; a run without enough
// jobs for a metric has no value of it; only the newest 200 count.
func TestTrendLeavesOut(t *testing.T) {
	results := history(1, 210, 0, 0)
	results[209].Status = aurea.StatusCancelled
	results[208].Validity = aurea.Validity{
		State: aurea.Invalid, Reasons: []aurea.Reason{{Code: "no_samples", State: aurea.Invalid}},
	}
	results[207].Latency.Count = 5
	trend := NewTrend("search", results)
	if len(trend.Runs) != MaxTrendRuns {
		t.Errorf("it has %d runs", len(trend.Runs))
	}
	if first, last := trend.Runs[0].ID, trend.Runs[MaxTrendRuns-1].ID; first != "run-8" || last != "run-207" {
		t.Errorf("the runs go from %s to %s", first, last)
	}
	for _, m := range trend.Metrics {
		if has := m.Values[MaxTrendRuns-1] != nil; has != (m.Metric != "p99") {
			t.Errorf("the last run has a %s: %v", m.Metric, has)
		}
	}
	warnings := []Warning{
		{"invalid", "run-208", "run-208 of the trend is left out, as it is invalid: no_samples"},
		{"not_completed", "run-209", "run-209 of the trend is left out: it is cancelled"},
	}
	byRun := cmpopts.SortSlices(func(a, b Warning) bool { return a.About < b.About })
	if diff := cmp.Diff(warnings, trend.Warnings, byRun); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestTrendOfFewRuns(t *testing.T) {
	for n, few := range map[int]bool{0: true, MinTrendRuns - 1: true, MinTrendRuns: false} {
		if trend := NewTrend("search", history(1, n, 0, 0)); trend.TooFewRuns != few {
			t.Errorf("%d runs are too few: %v", n, trend.TooFewRuns)
		}
	}
}

// The size of a change from 0 is infinite, and so absent.
func TestChangeFromZero(t *testing.T) {
	change := metrics[0].change([]float64{0, 0, 0}, []float64{1, 1, 1})
	if change.Size != nil {
		t.Errorf("the size is %v", *change.Size)
	}
	if math.IsNaN(change.After) || change.Verdict != MetricBetter {
		t.Errorf("%+v", change)
	}
}
