package compare

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// withSeries returns a result with a series whose neighboring points depend on
// each other. Its latency is slower times one second, and some.
func withSeries(random *rand.Rand, id string, points int, slower float64) *aurea.Result {
	r := resultOf(id, slower)
	off := 0.0
	for i := range points {
		off = 0.4*off + 0.05*random.NormFloat64()
		latency := slower * (1 + off)
		r.Series = append(r.Series, aurea.Point{
			T: float64(i + 1), OK: 100, Throughput: 100 / latency, P50: latency, P90: 2 * latency, P99: 3 * latency,
		})
	}
	return r
}

func withinOf(c Comparison, name string) WithinRuns {
	for _, w := range c.WithinRuns {
		if w.Metric == name {
			return w
		}
	}
	return WithinRuns{}
}

// The series of two single runs show that they differ. There is still no verdict.
func TestWithinRuns(t *testing.T) {
	random := rand.New(rand.NewPCG(17, 18))
	base, head := withSeries(random, "base", 60, 1), withSeries(random, "head", 60, 1.2)
	c := Results([]*aurea.Result{base}, []*aurea.Result{head}, Options{Threshold: DefaultThreshold})
	if c.Verdict != TooLittleEvidence {
		t.Errorf("the verdict is %s, want %s", c.Verdict, TooLittleEvidence)
	}
	got := map[string]MetricVerdict{}
	for _, w := range c.WithinRuns {
		got[w.Metric] = w.Verdict
	}
	want := map[string]MetricVerdict{
		"throughput": MetricWorse, "p50": MetricWorse, "p90": MetricWorse, "p99": MetricWorse,
		"error_rate": MetricUnknown,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if i := withinOf(c, "p99").Difference.Interval; i.Low > 0.2 || i.High < 0.2 {
		t.Errorf("the interval of p99 is %+v, want one around 0.2", *i)
	}
	again := Results([]*aurea.Result{base}, []*aurea.Result{head}, Options{Threshold: DefaultThreshold})
	if diff := cmp.Diff(c, again); diff != "" {
		t.Errorf("compared again (-first +second):\n%s", diff)
	}
}

// Only two single runs with a long enough series after the warm-up are compared
// by it.
func TestWithinRunsNeeds(t *testing.T) {
	random := rand.New(rand.NewPCG(19, 20))
	base, head := withSeries(random, "base", 25, 1), withSeries(random, "head", 19, 1)
	if c := Results([]*aurea.Result{base}, []*aurea.Result{head}, Options{}); c.WithinRuns != nil {
		t.Errorf("with 19 points: %+v", c.WithinRuns)
	}
	head = withSeries(random, "head", 25, 1)
	if c := Results([]*aurea.Result{base}, []*aurea.Result{head}, Options{}); len(c.WithinRuns) != len(seriesReaders) {
		t.Errorf("with 25 points: %d metrics, want %d", len(c.WithinRuns), len(seriesReaders))
	}
	head.Spec.Warmup = 6e9
	if c := Results([]*aurea.Result{base}, []*aurea.Result{head}, Options{}); c.WithinRuns != nil {
		t.Errorf("with 19 points after the warm-up: %+v", c.WithinRuns)
	}
	head.Spec.Warmup = 0
	other := withSeries(random, "other", 25, 1)
	if c := Results([]*aurea.Result{base, other}, []*aurea.Result{head}, Options{}); c.WithinRuns != nil {
		t.Errorf("with two runs of base: %+v", c.WithinRuns)
	}
}

// Series that no run has, such as those of a damaged file, give finite numbers or
// none.
func TestWithinRunsFinite(t *testing.T) {
	random := rand.New(rand.NewPCG(23, 24))
	for _, value := range []float64{0, -1, 1.7e308, 5e-324} {
		base, head := withSeries(random, "base", 25, 1), withSeries(random, "head", 25, 1)
		for i := range head.Series {
			head.Series[i].P50, head.Series[i].Throughput = value, value
		}
		c := Results([]*aurea.Result{base}, []*aurea.Result{head}, Options{})
		if _, err := json.Marshal(c); err != nil {
			t.Errorf("with %v: %v", value, err)
		}
	}
}

// The intervals of two like series contain no difference in nine of ten cases:
// blocks catch most of the dependence of neighboring points.
func TestWithinRunsCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("needs seconds of CPU time")
	}
	const seeds, bound = 100, 85
	random := rand.New(rand.NewPCG(21, 22))
	covered := 0
	for range seeds {
		c := Results([]*aurea.Result{withSeries(random, "base", 100, 1)},
			[]*aurea.Result{withSeries(random, "head", 100, 1)}, Options{})
		if withinOf(c, "p99").Verdict == MetricUnknown {
			covered++
		}
	}
	t.Logf("%d of %d intervals contain the true value", covered, seeds)
	if covered < bound {
		t.Errorf("%d of %d intervals contain the true value", covered, seeds)
	}
}
