package compare

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

var update = flag.Bool("update", false, "write the golden files again")

// measuredAs is a result of 2000 jobs whose latencies are all so many seconds, and
// whose throughput and cost follow from that.
func measuredAs(id string, latency float64) *aurea.Result {
	r := &aurea.Result{
		ID: id, Status: aurea.StatusCompleted, Model: aurea.Closed, Counts: aurea.Counts{Planned: 2000, OK: 2000},
		Throughput: 8 / latency, MeanLatency: latency,
		Latency:  aurea.Summary{Count: 2000, Mean: latency, P50: latency, P90: latency * 1.5, P99: latency * 2, P999: latency * 4},
		Cost:     aurea.Cost{PerMillionJobs: latency * 1000},
		Validity: aurea.Validity{State: aurea.Valid, Reasons: []aurea.Reason{}},
	}
	return r
}

func measuredAll(side string, latencies ...float64) []*aurea.Result {
	results := make([]*aurea.Result, len(latencies))
	for i, latency := range latencies {
		results[i] = measuredAs(fmt.Sprintf("%s-%d", side, i), latency)
	}
	return results
}

// metricOf is what is said of a metric.
func metricOf(t testing.TB, c Comparison, name string) MetricComparison {
	t.Helper()
	for _, m := range c.Metrics {
		if m.Metric == name {
			return m
		}
	}
	t.Fatalf("nothing is said of %s", name)
	return MetricComparison{}
}

// A case that can be worked out by hand: of five runs each, all of head are slower
// than all of base. Of the 252 orders that is the one at either end, and the pairs
// differ by factors from 1.2/1.04 to 1.24/1, of which the third from either end bounds
// the interval.
func TestCompareByHand(t *testing.T) {
	base, head := measuredAll("base", 1.04, 1, 1.01, 1.03, 1.02), measuredAll("head", 1.2, 1.24, 1.21, 1.23, 1.22)
	c := Results(base, head, Options{DefaultThreshold})
	m := metricOf(t, c, "mean_latency")
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	near("p", m.P, 2.0/252)
	near("adjusted", m.PAdjusted, 2.0/252) // all that vary have the same
	near("base", m.Base.Median, 1.02)
	near("head", m.Head.Median, 1.22)
	near("difference", m.Difference.Value, 1.22/1.02-1)
	near("low", m.Difference.Interval.Low, 1.2/1.03-1)    // after 1.2/1.04 and 1.21/1.04
	near("high", m.Difference.Interval.High, 1.24/1.01-1) // before 1.24/1 and 1.23/1
	if c.Verdict != Regression || m.Verdict != MetricWorse || m.TooFewRuns || m.Base.N != 5 || m.Base.Interval != nil {
		t.Errorf("%s: %+v", c.Verdict, m)
	}
	if m := metricOf(t, c, "throughput"); m.Verdict != MetricWorse || m.Difference.Value > -0.1 || m.Better != "higher" {
		t.Errorf("throughput: %+v", m)
	}
	if m := metricOf(t, c, "error_rate"); m.Verdict != MetricSame || m.P != 1 || *m.Difference.Interval != (Interval{}) {
		t.Errorf("error rate: %+v", m)
	}
	if len(c.Metrics) != 8 || len(c.Warnings) != 0 || c.Base.Runs != 5 || c.Head.IDs[4] != "head-4" {
		t.Errorf("%d metrics, %+v of %+v and %+v", len(c.Metrics), c.Warnings, c.Base, c.Head)
	}
}

// spread are n latencies around a median, from a seed.
func spread(random *rand.Rand, n int, median, width float64) []float64 {
	latencies := make([]float64, n)
	for i := range latencies {
		latencies[i] = median * math.Exp(random.NormFloat64()*width)
	}
	return latencies
}

func TestCompareVerdicts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	few := []float64{1, 1.1}
	tests := []struct {
		name       string
		base, head []float64
		threshold  float64
		want       Verdict
		latency    MetricVerdict
	}{
		{"slower", spread(random, 10, 1, 0.02), spread(random, 10, 1.2, 0.02), 0.05, Regression, MetricWorse},
		{"faster", spread(random, 10, 1, 0.02), spread(random, 10, 0.8, 0.02), 0.05, Improvement, MetricBetter},
		{"slower by less than matters", spread(random, 20, 1, 0.01), spread(random, 20, 1.03, 0.01), 0.05, NoChange, MetricSame},
		{"slower by that, when it matters", spread(random, 20, 1, 0.01), spread(random, 20, 1.03, 0.01), 0, Regression, MetricWorse},
		{"slower by evidence, but by less than matters as far as is known", spread(random, 20, 1, 0.02), spread(random, 20, 1.04, 0.02), 0.05, NoChange, MetricWorse},
		{"a factor of 1.049", []float64{1, 1, 1, 1}, []float64{1.049, 1.049, 1.049, 1.049}, 0.05, NoChange, MetricSame},
		{"a factor of 1.051", []float64{1, 1, 1, 1}, []float64{1.051, 1.051, 1.051, 1.051}, 0.05, Regression, MetricWorse},
		{"down by a factor of 1.049", []float64{1.049, 1.049, 1.049, 1.049}, []float64{1, 1, 1, 1}, 0.05, NoChange, MetricSame},
		{"down by a factor of 1.051", []float64{1.051, 1.051, 1.051, 1.051}, []float64{1, 1, 1, 1}, 0.05, Improvement, MetricBetter},
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
		c := Results(measuredAll("base", test.base...), measuredAll("head", test.head...), Options{test.threshold})
		if c.Verdict != test.want {
			t.Errorf("%s: %s, want %s: %+v", test.name, c.Verdict, test.want, c.Metrics)
		}
		if test.latency == "" {
			continue
		}
		if m := metricOf(t, c, "mean_latency"); m.Verdict != test.latency || m.TooFewRuns != (smallestP(len(test.base), len(test.head)) > 0.05) {
			t.Errorf("%s: %+v, want %s", test.name, m, test.latency)
		}
		if hasWarning(c, "too_few_runs") != (smallestP(len(test.base), len(test.head)) > 0.05) {
			t.Errorf("%s: warned of %+v", test.name, c.Warnings)
		}
	}
}

// smallestP is the p-value of samples that are wholly apart.
func smallestP(n1, n2 int) float64 {
	if n1 == 0 || n2 == 0 {
		return 1
	}
	return 2 / binomial(n1+n2, n1)
}

// Of a tail nothing may be known where throughput and mean latency are the same; the
// other way round there is too little evidence.
func TestDecidingMetrics(t *testing.T) {
	noise := []float64{1, 3, 2, 5, 4, 1.5, 6}
	base, head := measuredAll("base", 1, 1, 1, 1, 1, 1, 1), measuredAll("head", 1, 1, 1, 1, 1, 1, 1)
	for i, n := range noise {
		base[i].Latency.P999, head[len(noise)-1-i].Latency.P999 = n, n
	}
	c := Results(base, head, Options{0.05})
	if m := metricOf(t, c, "p99.9"); m.Verdict != MetricUnknown || c.Verdict != NoChange {
		t.Errorf("of the tail nothing is known: %s, %+v", c.Verdict, m)
	}
	for i, n := range noise {
		base[i].MeanLatency, head[len(noise)-1-i].MeanLatency = n, n
	}
	if c := Results(base, head, Options{0.05}); c.Verdict != TooLittleEvidence {
		t.Errorf("of the mean nothing is known: %s", c.Verdict)
	}
}

// A metric whose values can be 0 has no percentage of that, and is judged all the
// same.
func TestCompareOfNothing(t *testing.T) {
	base, head := measuredAll("base", 1, 1, 1, 1), measuredAll("head", 1, 1, 1, 1)
	for _, r := range base {
		r.Cost.PerMillionJobs = 0
	}
	for i, r := range head {
		r.Counts = aurea.Counts{Planned: 2000, OK: 2000 - int64(i) - 1, Failed: int64(i) + 1}
	}
	c := Results(base, head, Options{0.05})
	if m := metricOf(t, c, "cost_per_million"); m.Verdict != MetricWorse || m.Difference != nil || c.Verdict != Regression {
		t.Errorf("%s of %+v", c.Verdict, m)
	}
	m := metricOf(t, c, "error_rate") // 0.5 to 2 in a thousand
	if m.Verdict != MetricWorse || math.Abs(m.Difference.Value-0.00125) > 1e-12 {
		t.Errorf("error rate: %+v", m)
	}
	back := Results(head, base, Options{0.05})
	if m := metricOf(t, back, "cost_per_million"); m.Verdict != MetricBetter || m.Difference.Value != -1 || back.Verdict != Improvement {
		t.Errorf("back: %s of %+v", back.Verdict, m)
	}
	for _, r := range head {
		r.Counts, r.Throughput, r.MeanLatency, r.Latency = aurea.Counts{Planned: 9, Failed: 9}, 0, 0, aurea.Summary{}
	}
	c = Results(base, head, Options{0.05})
	if m := metricOf(t, c, "throughput"); m.Verdict != MetricWorse || m.Difference.Value != -1 {
		t.Errorf("throughput of failures: %+v", m)
	}
	if m := metricOf(t, c, "p99"); m.Verdict != MetricUnknown || m.Head.N != 0 || m.Difference != nil {
		t.Errorf("p99 of failures: %+v", m)
	}
}

// A percentile is that of runs which have as many jobs as it takes, and the delay
// that of an open model.
func TestComparedMetrics(t *testing.T) {
	base, head := measuredAll("base", 1, 2), measuredAll("head", 1, 2)
	for _, r := range append(base, head...) {
		r.Model, r.Delay, r.Latency.Count = aurea.Open, aurea.Summary{Count: 99, P99: 1}, 999
	}
	head[0].Delay.Count = 100
	c := Results(base, head, Options{})
	if m := metricOf(t, c, "delay.p99"); m.Base.N != 0 || m.Head.N != 1 {
		t.Errorf("delay: %+v", m)
	}
	head[0].Model = aurea.Closed // which has no schedule to be late by
	if m := Results(base, head, Options{}); len(m.Metrics) != len(metrics)-2 {
		t.Errorf("closed: %d metrics", len(m.Metrics))
	}
	if metricOf(t, c, "p99").Base.N != 2 || !hasWarning(c, "few_jobs") || len(c.Metrics) != len(metrics)-1 {
		t.Errorf("%d metrics, %+v", len(c.Metrics), c.Warnings)
	}
}

// A delay is the generator's own: that it grew is told, and is no regression.
func TestCompareDelay(t *testing.T) {
	side := func(name string, delay float64) []*aurea.Result {
		results := measuredAll(name, 1, 1.001, 1.002, 1.003, 1.004, 1.005)
		for _, r := range results {
			r.Model, r.Delay = aurea.Open, aurea.Summary{Count: 2000, P99: delay * r.MeanLatency}
		}
		return results
	}
	c := Results(side("base", 1e-5), side("head", 1e-3), Options{DefaultThreshold})
	if m := metricOf(t, c, "delay.p99"); m.Verdict != MetricWorse || m.Difference.Value < 90 || c.Verdict != NoChange {
		t.Errorf("%s with %+v", c.Verdict, m)
	}
}

// sided draws the runs of one side, some of them as others are.
func sided(t *rapid.T, side string) []*aurea.Result {
	latencies := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(0.5, 2), rapid.SampledFrom([]float64{1, 1.25, 1.5})), 0, 12).Draw(t, side)
	results := measuredAll(side, latencies...)
	for i, r := range results {
		failed := rapid.Int64Range(0, 8).Draw(t, "failed")
		r.Counts = aurea.Counts{Planned: 2000, OK: 2000 - failed, Failed: failed}
		r.StartTime = time.Unix(int64(i), 0)
		r.EndTime = r.StartTime.Add(time.Second)
	}
	return results
}

// Law: what is better from base to head is worse from head to base, by as much.
func TestCompareSwapped(t *testing.T) {
	mirror := map[string]string{"better": "worse", "worse": "better", "regression": "improvement", "improvement": "regression"}
	mirrored := func(verdict string) string {
		if other := mirror[verdict]; other != "" {
			return other
		}
		return verdict
	}
	rapid.Check(t, func(t *rapid.T) {
		base, head := sided(t, "base"), sided(t, "head")
		options := Options{rapid.SampledFrom([]float64{0, 0.01, 0.05, 0.2}).Draw(t, "threshold")}
		forth, back := Results(base, head, options), Results(head, base, options)
		asked := map[string]bool{}
		for i, m := range forth.Metrics {
			other := back.Metrics[i]
			if string(m.Verdict) != mirrored(string(other.Verdict)) || m.P != other.P || m.PAdjusted != other.PAdjusted || m.Base != other.Head && m.Base.N != other.Head.N {
				t.Fatalf("%+v, and back %+v", m, other)
			}
			if m.Difference != nil && other.Difference != nil {
				want := 1/(1+other.Difference.Value) - 1
				if m.Metric == "error_rate" {
					want = -other.Difference.Value
				}
				if math.Abs(m.Difference.Value-want) > 1e-9 {
					t.Fatalf("%s: %v, and back %v", m.Metric, m.Difference.Value, other.Difference.Value)
				}
			}
			asked[string(m.Verdict)] = true
		}
		if both := asked["better"] && asked["worse"]; !both && string(forth.Verdict) != mirrored(string(back.Verdict)) {
			t.Fatalf("%s, and back %s", forth.Verdict, back.Verdict)
		}
	})
}

// Law: whether durations are in seconds or in minutes changes no verdict.
func TestCompareScaled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, head := sided(t, "base"), sided(t, "head")
		before := Results(base, head, Options{0.03})
		scale := math.Ldexp(1, rapid.IntRange(-20, 20).Draw(t, "scale"))
		for _, r := range append(base, head...) {
			failed := r.Counts
			*r = *measuredAs(r.ID, r.MeanLatency*scale)
			r.Counts = failed
		}
		after := Results(base, head, Options{0.03})
		for i, m := range before.Metrics {
			if got := after.Metrics[i]; got.Verdict != m.Verdict || got.P != m.P {
				t.Fatalf("%+v, and scaled by %v %+v", m, scale, got)
			}
		}
		if before.Verdict != after.Verdict {
			t.Fatalf("%s, and scaled by %v %s", before.Verdict, scale, after.Verdict)
		}
	})
}

// Law: runs compared with the same measurements give no evidence of a difference,
// nor do the results change, nor their order matter.
func TestCompareIdentical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := sided(t, "base")
		head := make([]*aurea.Result, len(base))
		for i, r := range base {
			other := *r
			other.ID = "head" + r.ID
			head[len(base)-1-i] = &other
		}
		was, _ := json.Marshal(append(base, head...))
		c := Results(base, head, Options{0})
		for _, m := range c.Metrics {
			if m.Verdict == MetricBetter || m.Verdict == MetricWorse || m.P < 1 || m.Difference.Value != 0 {
				t.Fatalf("%+v", m)
			}
		}
		if c.Verdict == Regression || c.Verdict == Improvement {
			t.Fatal(c.Verdict)
		}
		if is, _ := json.Marshal(append(base, head...)); string(is) != string(was) {
			t.Fatal("the results were changed")
		}
	})
}

// simulated are runs of a system whose metrics rise and fall together, each with
// something of its own.
func simulated(random *rand.Rand, side string, runs int, slower float64) []*aurea.Result {
	results := measuredAll(side, spread(random, runs, slower, 0.05)...)
	for _, r := range results {
		for _, value := range []*float64{&r.Throughput, &r.MeanLatency, &r.Latency.P50, &r.Latency.P90, &r.Latency.P99, &r.Latency.P999, &r.Cost.PerMillionJobs} {
			*value *= math.Exp(random.NormFloat64() * 0.02)
		}
		r.Counts.Failed = int64(random.IntN(4))
	}
	return results
}

// Two versions that do not differ are said to in no more than one in twenty
// comparisons, all metrics taken together, whatever the number of runs; the
// intervals hold the truth in as many as they say; and one that is a fifth slower
// is found by ten runs each.
func TestComparisonsInTheLongRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes thousands of comparisons")
	}
	const comparisons = 500
	const most = 42 // with a chance of 5 % each, more come once in 2000 times
	random := rand.New(rand.NewPCG(3, 4))
	for _, runs := range []int{4, 6, 10} {
		alarms, misses := 0, 0
		for range comparisons {
			c := Results(simulated(random, "base", runs, 1), simulated(random, "head", runs, 1), Options{0})
			if c.Verdict == Regression || c.Verdict == Improvement {
				alarms++
			}
			if i := metricOf(t, c, "p90").Difference.Interval; i.Low > 0 || i.High < 0 {
				misses++
			}
		}
		if alarms > most || misses > most {
			t.Errorf("%d runs each: %d of %d comparisons find a difference where there is none, %d intervals miss the truth", runs, alarms, comparisons, misses)
		}
		t.Logf("%d runs each: %d false alarms, %d misses in %d", runs, alarms, misses, comparisons)
	}
	found, held := 0, 0
	for range comparisons {
		c := Results(simulated(random, "base", 10, 1), simulated(random, "head", 10, 1.2), Options{0.05})
		if c.Verdict == Regression {
			found++
		}
		if i := metricOf(t, c, "mean_latency").Difference.Interval; i.Low <= 0.2 && 0.2 <= i.High {
			held++
		}
	}
	if found < comparisons*99/100 || held < comparisons-most {
		t.Errorf("a fifth slower is found %d times of %d, and within the interval %d times", found, comparisons, held)
	}
	t.Logf("found %d, held %d", found, held)
}

// What is believed of a comparison is in its JSON.
func TestComparisonJSON(t *testing.T) {
	c := Results(measuredAll("base", 1, 1, 1, 1.25), measuredAll("head", 2, 2, 2, 2.5, 2.5, 2.5, 2.5), Options{0.05})
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
		t.Errorf("read again (-was +is):\n%s", diff)
	}
}

func TestParseCompareThreshold(t *testing.T) {
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
