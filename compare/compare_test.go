package compare

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

var update = flag.Bool("update", false, "write the golden files again")

// resultOf returns a valid result of 2000 jobs with the given median latency in
// seconds. Its other metrics are proportional to it or to its inverse.
func resultOf(id string, latency float64) *aurea.Result {
	return &aurea.Result{
		ID: id, Status: aurea.StatusCompleted, Model: aurea.Closed, Counts: aurea.Counts{Planned: 2000, OK: 2000},
		Throughput: 8 / latency, MeanLatency: latency,
		Latency: aurea.Summary{
			Count: 2000, Mean: latency, P50: latency, P90: latency * 1.5, P99: latency * 2, P999: latency * 4,
		},
		Cost:     aurea.Cost{PerMillionJobs: latency * 1000},
		Validity: aurea.Validity{State: aurea.Valid, Reasons: []aurea.Reason{}},
	}
}

// resultsOf returns a result for each latency, with ids such as base-0.
func resultsOf(side string, latencies ...float64) []*aurea.Result {
	results := make([]*aurea.Result, len(latencies))
	for i, latency := range latencies {
		results[i] = resultOf(fmt.Sprintf("%s-%d", side, i), latency)
	}
	return results
}

func findMetric(t interface {
	Helper()
	Fatalf(string, ...any)
}, c Comparison, name string) MetricComparison {
	t.Helper()
	for _, m := range c.Metrics {
		if m.Metric == name {
			return m
		}
	}
	t.Fatalf("the comparison has no metric %s", name)
	return MetricComparison{}
}

// A case computed by hand: of five runs each, all of head are slower than all of
// base. That is one of the two extreme orders out of 252. The pairs differ by
// factors from 1.2/1.04 to 1.24/1; the third from either end bounds the interval.
func TestResultsByHand(t *testing.T) {
	base := resultsOf("base", 1.04, 1, 1.01, 1.03, 1.02)
	head := resultsOf("head", 1.2, 1.24, 1.21, 1.23, 1.22)
	c := Results(base, head, Options{Threshold: DefaultThreshold})
	m := findMetric(t, c, "mean_latency")
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	near("p", m.P, 2.0/252)
	near("adjusted", m.PAdjusted, 2.0/252) // all metrics that vary have the same p-value
	near("base", m.Base.Median, 1.02)
	near("head", m.Head.Median, 1.22)
	near("difference", m.Difference.Value, 1.22/1.02-1)
	near("low", m.Difference.Interval.Low, 1.2/1.03-1)    // after 1.2/1.04 and 1.21/1.04
	near("high", m.Difference.Interval.High, 1.24/1.01-1) // before 1.24/1 and 1.23/1
	if c.Verdict != Regression || m.Verdict != MetricWorse {
		t.Errorf("the verdict is %s, and %s of the mean latency", c.Verdict, m.Verdict)
	}
	if m.TooFewRuns {
		t.Error("five runs of each are too few")
	}
	if m.Base.N != 5 || m.Base.Interval != nil {
		t.Errorf("base is %+v, want 5 values without an interval", m.Base)
	}
	if m := findMetric(t, c, "throughput"); m.Verdict != MetricWorse || m.Difference.Value > -0.1 {
		t.Errorf("throughput: %+v", m)
	}
	if m := findMetric(t, c, "error_rate"); m.Verdict != MetricSame || m.P != 1 {
		t.Errorf("error rate: %+v", m)
	}
	if interval := findMetric(t, c, "error_rate").Difference.Interval; *interval != (Interval{}) {
		t.Errorf("the difference in error rate is within %+v, want 0", *interval)
	}
	if better := findMetric(t, c, "throughput").Better; better != "higher" {
		t.Errorf("a %s throughput is better", better)
	}
	if len(c.Metrics) != 8 || len(c.Warnings) != 0 {
		t.Errorf("%d metrics, want 8; warnings %+v", len(c.Metrics), c.Warnings)
	}
	if c.Base.Runs != 5 || c.Head.IDs[4] != "head-4" {
		t.Errorf("compared %+v and %+v", c.Base, c.Head)
	}
}

// spread returns n log-normal values; width is the deviation of their
// logarithms.
func spread(random *rand.Rand, n int, median, width float64) []float64 {
	latencies := make([]float64, n)
	for i := range latencies {
		latencies[i] = median * math.Exp(random.NormFloat64()*width)
	}
	return latencies
}

func TestVerdicts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	few := []float64{1, 1.1}
	equal := slices.Repeat([]float64{1}, 4)
	slower, slowest := slices.Repeat([]float64{1.049}, 4), slices.Repeat([]float64{1.051}, 4)
	tests := []struct {
		name       string
		base, head []float64
		threshold  float64
		want       Verdict
		latency    MetricVerdict
	}{
		{"slower", spread(random, 10, 1, 0.02), spread(random, 10, 1.2, 0.02), 0.05, Regression, MetricWorse},
		{"faster", spread(random, 10, 1, 0.02), spread(random, 10, 0.8, 0.02), 0.05, Improvement, MetricBetter},
		{"within the threshold",
			spread(random, 20, 1, 0.01), spread(random, 20, 1.03, 0.01), 0.05, NoChange, MetricSame},
		{"threshold 0",
			spread(random, 20, 1, 0.01), spread(random, 20, 1.03, 0.01), 0, Regression, MetricWorse},
		{"worse, with the estimate within the threshold",
			spread(random, 20, 1, 0.02), spread(random, 20, 1.04, 0.02), 0.05, NoChange, MetricWorse},
		{"a factor of 1.049", equal, slower, 0.05, NoChange, MetricSame},
		{"a factor of 1.051", equal, slowest, 0.05, Regression, MetricWorse},
		{"down by a factor of 1.049", slower, equal, 0.05, NoChange, MetricSame},
		{"down by a factor of 1.051", slowest, equal, 0.05, Improvement, MetricBetter},
		{"alike", spread(random, 10, 1, 0.01), spread(random, 10, 1, 0.01), 0.05, NoChange, MetricSame},
		{"noisy", spread(random, 10, 1, 0.3), spread(random, 10, 1, 0.3), 0.05, TooLittleEvidence, MetricUnknown},
		{"one each", []float64{1}, []float64{100}, 0.05, TooLittleEvidence, MetricUnknown},
		{"three each", []float64{1, 2, 3}, []float64{100, 101, 102}, 0.05, TooLittleEvidence, MetricUnknown},
		{"four each", []float64{1, 2, 3, 4}, []float64{100, 101, 102, 103}, 0.05, Regression, MetricWorse},
		{"two and eight", few, spread(random, 8, 2, 0.1), 0.05, Regression, MetricWorse},
		{"two and seven", few, spread(random, 7, 2, 0.1), 0.05, TooLittleEvidence, MetricUnknown},
		{"none", nil, nil, 0.05, TooLittleEvidence, ""},
		{"none of head", []float64{1, 2, 3, 4}, nil, 0.05, TooLittleEvidence, MetricUnknown},
	}
	for _, test := range tests {
		base, head := resultsOf("base", test.base...), resultsOf("head", test.head...)
		c := Results(base, head, Options{Threshold: test.threshold})
		if c.Verdict != test.want {
			t.Errorf("%s: %s, want %s: %+v", test.name, c.Verdict, test.want, c.Metrics)
		}
		if test.latency == "" {
			continue
		}
		tooFew := smallestP(len(test.base), len(test.head)) > 0.05
		if m := findMetric(t, c, "mean_latency"); m.Verdict != test.latency || m.TooFewRuns != tooFew {
			t.Errorf("%s: %+v; want %s, too few runs %t", test.name, m, test.latency, tooFew)
		}
		if hasWarning(c, "too_few_runs") != tooFew {
			t.Errorf("%s: warnings %+v; want too_few_runs %t", test.name, c.Warnings, tooFew)
		}
	}
}

// smallestP returns the p-value of samples that do not overlap.
func smallestP(n1, n2 int) float64 {
	if n1 == 0 || n2 == 0 {
		return 1
	}
	return 2 / binomial(n1+n2, n1)
}

// Only the deciding metrics, throughput and mean latency, can make the verdict
// too little evidence.
func TestDecidingMetrics(t *testing.T) {
	noise := []float64{1, 3, 2, 5, 4, 1.5, 6}
	base, head := resultsOf("base", 1, 1, 1, 1, 1, 1, 1), resultsOf("head", 1, 1, 1, 1, 1, 1, 1)
	for i, n := range noise {
		base[i].Latency.P999, head[len(noise)-1-i].Latency.P999 = n, n
	}
	c := Results(base, head, Options{Threshold: 0.05})
	if m := findMetric(t, c, "p99.9"); m.Verdict != MetricUnknown || c.Verdict != NoChange {
		t.Errorf("with a noisy tail: %s, %+v", c.Verdict, m)
	}
	for i, n := range noise {
		base[i].MeanLatency, head[len(noise)-1-i].MeanLatency = n, n
	}
	if c := Results(base, head, Options{Threshold: 0.05}); c.Verdict != TooLittleEvidence {
		t.Errorf("with a noisy mean: %s", c.Verdict)
	}
}

// A metric gets a verdict even if its base is 0, and so has no relative
// difference.
func TestZeroValues(t *testing.T) {
	base, head := resultsOf("base", 1, 1, 1, 1), resultsOf("head", 1, 1, 1, 1)
	for _, r := range base {
		r.Cost.PerMillionJobs = 0
	}
	for i, r := range head {
		r.Counts = aurea.Counts{Planned: 2000, OK: 2000 - int64(i) - 1, Failed: int64(i) + 1}
	}
	c := Results(base, head, Options{Threshold: 0.05})
	if m := findMetric(t, c, "cost_per_million"); m.Verdict != MetricWorse || m.Difference != nil {
		t.Errorf("cost: %+v", m)
	}
	if c.Verdict != Regression {
		t.Errorf("the verdict is %s", c.Verdict)
	}
	m := findMetric(t, c, "error_rate") // 0.5 to 2 in a thousand
	if m.Verdict != MetricWorse || math.Abs(m.Difference.Value-0.00125) > 1e-12 {
		t.Errorf("error rate: %+v", m)
	}
	back := Results(head, base, Options{Threshold: 0.05})
	if m := findMetric(t, back, "cost_per_million"); m.Verdict != MetricBetter || m.Difference.Value != -1 {
		t.Errorf("swapped: %+v", m)
	}
	if back.Verdict != Improvement {
		t.Errorf("swapped: the verdict is %s", back.Verdict)
	}
	for _, r := range head {
		r.Counts = aurea.Counts{Planned: 9, Failed: 9}
		r.Throughput, r.MeanLatency, r.Latency = 0, 0, aurea.Summary{}
	}
	c = Results(base, head, Options{Threshold: 0.05})
	if m := findMetric(t, c, "throughput"); m.Verdict != MetricWorse || m.Difference.Value != -1 {
		t.Errorf("throughput of failed runs: %+v", m)
	}
	if m := findMetric(t, c, "p99"); m.Verdict != MetricUnknown || m.Difference != nil {
		t.Errorf("p99 of failed runs: %+v", m)
	}
	if n := findMetric(t, c, "p99").Head.N; n != 0 {
		t.Errorf("p99 of failed runs has %d values", n)
	}
}

// A percentile is compared only for runs with enough jobs, and the delay only for
// the open model.
func TestComparedMetrics(t *testing.T) {
	base, head := resultsOf("base", 1, 2), resultsOf("head", 1, 2)
	for _, r := range append(base, head...) {
		r.Model, r.Delay, r.Latency.Count = aurea.Open, aurea.Summary{Count: 99, P99: 1}, 999
	}
	head[0].Delay.Count = 100
	c := Results(base, head, Options{})
	if m := findMetric(t, c, "delay.p99"); m.Base.N != 0 || m.Head.N != 1 {
		t.Errorf("delay: %+v", m)
	}
	head[0].Model = aurea.Closed
	if m := Results(base, head, Options{}); len(m.Metrics) != len(metrics)-2 {
		t.Errorf("closed: %d metrics", len(m.Metrics))
	}
	if n := findMetric(t, c, "p99").Base.N; n != 2 {
		t.Errorf("p99 of base has %d values, want 2", n)
	}
	if !hasWarning(c, "few_jobs") || len(c.Metrics) != len(metrics)-1 {
		t.Errorf("%d metrics, %+v", len(c.Metrics), c.Warnings)
	}
}

// A longer delay is shown and is no regression.
func TestDelayOnlyInforms(t *testing.T) {
	side := func(name string, delay float64) []*aurea.Result {
		results := resultsOf(name, 1, 1.001, 1.002, 1.003, 1.004, 1.005)
		for _, r := range results {
			r.Model, r.Delay = aurea.Open, aurea.Summary{Count: 2000, P99: delay * r.MeanLatency}
		}
		return results
	}
	c := Results(side("base", 1e-5), side("head", 1e-3), Options{Threshold: DefaultThreshold})
	if m := findMetric(t, c, "delay.p99"); m.Verdict != MetricWorse || m.Difference.Value < 90 {
		t.Errorf("delay: %+v", m)
	}
	if c.Verdict != NoChange {
		t.Errorf("the verdict is %s", c.Verdict)
	}
}

func TestComparisonJSON(t *testing.T) {
	base, head := resultsOf("base", 1, 1, 1, 1.25), resultsOf("head", 2, 2, 2, 2.5, 2.5, 2.5, 2.5)
	c := Results(base, head, Options{Threshold: 0.05})
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, encoded, "", "  "); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/comparison.json"
	if *update {
		if err := os.WriteFile(golden, indented.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), indented.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
	var again Comparison
	if err := json.Unmarshal(encoded, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, again); diff != "" {
		t.Errorf("decoded again (-want +got):\n%s", diff)
	}
}

func TestParseThreshold(t *testing.T) {
	for text, want := range map[string]float64{"5%": 0.05, "0.05": 0.05, "0": 0, "100%": 1, "1": 1, "2.5%": 0.025} {
		if got, err := ParseThreshold(text); err != nil || math.Abs(got-want) > 1e-15 {
			t.Errorf("%s is %v (%v)", text, got, err)
		}
	}
	for _, text := range []string{"", "x", "5", "101%", "-1%", "NaN", "5ms", "5 %"} {
		if got, err := ParseThreshold(text); err == nil {
			t.Errorf("%s is %v", text, got)
		}
	}
}
