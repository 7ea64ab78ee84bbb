package compare

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// drawSide draws the results of one side, with some ties.
func drawSide(t *rapid.T, side string) []*aurea.Result {
	latency := rapid.OneOf(rapid.Float64Range(0.5, 2), rapid.SampledFrom([]float64{1, 1.25, 1.5}))
	results := resultsOf(side, rapid.SliceOfN(latency, 0, 12).Draw(t, side)...)
	for i, r := range results {
		failed := rapid.Int64Range(0, 8).Draw(t, "failed")
		r.Counts = aurea.Counts{Planned: 2000, OK: 2000 - failed, Failed: failed}
		r.StartTime = time.Unix(int64(i), 0)
		r.EndTime = r.StartTime.Add(time.Second)
	}
	return results
}

// Law: swapping base and head swaps better and worse, and inverts each
// difference.
func TestSwappedSides(t *testing.T) {
	mirror := map[string]string{
		"better": "worse", "worse": "better", "regression": "improvement", "improvement": "regression",
	}
	mirrored := func(verdict string) string {
		if other := mirror[verdict]; other != "" {
			return other
		}
		return verdict
	}
	rapid.Check(t, func(t *rapid.T) {
		base, head := drawSide(t, "base"), drawSide(t, "head")
		options := Options{Threshold: rapid.SampledFrom([]float64{0, 0.01, 0.05, 0.2}).Draw(t, "threshold")}
		forth, back := Results(base, head, options), Results(head, base, options)
		seen := map[string]bool{}
		for i, m := range forth.Metrics {
			other := back.Metrics[i]
			want := other
			want.Base, want.Head, want.Difference = other.Head, other.Base, m.Difference
			want.Verdict = MetricVerdict(mirrored(string(other.Verdict)))
			if diff := cmp.Diff(want, m); diff != "" {
				t.Fatalf("(-mirrored +got):\n%s", diff)
			}
			if m.Difference != nil && other.Difference != nil {
				want := 1/(1+other.Difference.Value) - 1
				if m.Metric == "error_rate" {
					want = -other.Difference.Value
				}
				if math.Abs(m.Difference.Value-want) > 1e-9 {
					t.Fatalf("%s: difference %v, and %v when swapped",
						m.Metric, m.Difference.Value, other.Difference.Value)
				}
			}
			seen[string(m.Verdict)] = true
		}
		if both := seen["better"] && seen["worse"]; !both && string(forth.Verdict) != mirrored(string(back.Verdict)) {
			t.Fatalf("verdict %s, and %s when swapped", forth.Verdict, back.Verdict)
		}
	})
}

// Law: the unit of durations changes no verdict and no p-value.
func TestScaledDurations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, head := drawSide(t, "base"), drawSide(t, "head")
		before := Results(base, head, Options{Threshold: 0.03})
		scale := math.Ldexp(1, rapid.IntRange(-20, 20).Draw(t, "scale"))
		for _, r := range append(base, head...) {
			counts := r.Counts
			*r = *resultOf(r.ID, r.MeanLatency*scale)
			r.Counts = counts
		}
		after := Results(base, head, Options{Threshold: 0.03})
		for i, m := range before.Metrics {
			if got := after.Metrics[i]; got.Verdict != m.Verdict || got.P != m.P {
				t.Fatalf("%+v; scaled by %v: %+v", m, scale, got)
			}
		}
		if before.Verdict != after.Verdict {
			t.Fatalf("verdict %s; scaled by %v: %s", before.Verdict, scale, after.Verdict)
		}
	})
}

// Law: a comparison with the same measurements in another order finds no
// difference, and leaves the results unchanged.
func TestIdenticalSides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := drawSide(t, "base")
		head := make([]*aurea.Result, len(base))
		for i, r := range base {
			other := *r
			other.ID = "head" + r.ID
			head[len(base)-1-i] = &other
		}
		was, _ := json.Marshal(append(base, head...))
		c := Results(base, head, Options{Threshold: 0})
		for _, m := range c.Metrics {
			if m.Verdict == MetricBetter || m.Verdict == MetricWorse {
				t.Fatalf("%s is %s", m.Metric, m.Verdict)
			}
			if m.P < 1 || m.Difference.Value != 0 {
				t.Fatalf("%s: p = %v, difference %v; want 1 and 0", m.Metric, m.P, m.Difference.Value)
			}
		}
		if c.Verdict == Regression || c.Verdict == Improvement {
			t.Fatalf("the verdict is %s", c.Verdict)
		}
		if is, _ := json.Marshal(append(base, head...)); string(is) != string(was) {
			t.Fatal("the results were changed")
		}
	})
}

// simulate returns results of a system whose metrics rise and fall together,
// with some independent noise. slower is the factor of its median latency.
func simulate(random *rand.Rand, side string, runs int, slower float64) []*aurea.Result {
	results := resultsOf(side, spread(random, runs, slower, 0.05)...)
	for _, r := range results {
		for _, value := range []*float64{
			&r.Throughput, &r.MeanLatency, &r.Latency.P50, &r.Latency.P90, &r.Latency.P99, &r.Latency.P999,
			&r.Cost.PerMillionJobs,
		} {
			*value *= math.Exp(random.NormFloat64() * 0.02)
		}
		r.Counts.Failed = int64(random.IntN(4))
	}
	return results
}

// comparisons is how often a test of frequencies compares. With a chance of 5 %
// each, more than maxMisses occur once in 2000 tests.
const (
	comparisons = 500
	maxMisses   = 42
)

// Two equal versions are reported as different in at most one of twenty
// comparisons, over all metrics, for any number of runs. Intervals contain the
// true difference as often as the confidence says.
func TestFalsePositives(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes thousands of comparisons")
	}
	random := rand.New(rand.NewPCG(3, 4))
	for _, runs := range []int{4, 6, 10} {
		alarms, misses := 0, 0
		for range comparisons {
			c := Results(simulate(random, "base", runs, 1), simulate(random, "head", runs, 1), Options{Threshold: 0})
			if c.Verdict == Regression || c.Verdict == Improvement {
				alarms++
			}
			if i := findMetric(t, c, "p90").Difference.Interval; i.Low > 0 || i.High < 0 {
				misses++
			}
		}
		if alarms > maxMisses || misses > maxMisses {
			t.Errorf("%d runs each: of %d comparisons %d are false positives and %d have a wrong interval",
				runs, comparisons, alarms, misses)
		}
		t.Logf("%d runs each: %d false positives, %d misses in %d", runs, alarms, misses, comparisons)
	}
}

// A version that is a fifth slower is found with ten runs of each.
func TestFindsRegression(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes hundreds of comparisons")
	}
	random := rand.New(rand.NewPCG(5, 6))
	found, covered := 0, 0
	for range comparisons {
		c := Results(simulate(random, "base", 10, 1), simulate(random, "head", 10, 1.2), Options{Threshold: 0.05})
		if c.Verdict == Regression {
			found++
		}
		if i := findMetric(t, c, "mean_latency").Difference.Interval; i.Low <= 0.2 && 0.2 <= i.High {
			covered++
		}
	}
	if found < comparisons*99/100 || covered < comparisons-maxMisses {
		t.Errorf("of %d comparisons %d find the regression, and %d intervals contain its size",
			comparisons, found, covered)
	}
	t.Logf("found %d, covered %d", found, covered)
}
