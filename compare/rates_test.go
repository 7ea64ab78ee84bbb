package compare

import (
	"math/rand/v2"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// The rates below are of many comparisons with fixed seeds. Each bound is the
// rate that is promised and two standard errors.

// watch compares after every pair, as runs of two versions would be added, and
// stops when the evidence is clear. It returns the last comparison and how many
// pairs it took.
func watch(base, head []*aurea.Result, options Options) (Comparison, int) {
	for n := FewestRuns; ; n++ {
		c := Results(base[:n], head[:n], options)
		if c.Conclusive() || n == len(base) {
			return c, n
		}
	}
}

// Of 200 pairs of sets of runs with the same distribution at most one in twenty
// is flagged, whether the sets are compared once or after every pair.
func TestSameDistribution(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes thousands of comparisons")
	}
	const pairs, bound = 200, 16
	random := rand.New(rand.NewPCG(7, 8))
	for _, planned := range []int{10, 16} {
		once, early, looks := 0, 0, 0
		for range pairs {
			base, head := simulate(random, "base", planned, 1), simulate(random, "head", planned, 1)
			if c := Results(base, head, Options{}); c.Verdict == Regression || c.Verdict == Improvement {
				once++
			}
			c, _ := watch(base, head, Options{Planned: planned})
			if c.Verdict == Regression || c.Verdict == Improvement {
				early++
			}
			if looked(base, head, Options{}) {
				looks++
			}
		}
		t.Logf("%d pairs of runs: %d of %d flagged at once, %d with early stopping, %d without its correction",
			planned, once, pairs, early, looks)
		if once > bound {
			t.Errorf("%d pairs of runs: %d of %d are flagged", planned, once, pairs)
		}
		if early > bound {
			t.Errorf("%d pairs of runs: %d of %d are flagged with early stopping", planned, early, pairs)
		}
		if planned == 16 && looks <= bound {
			t.Errorf("looking after every pair without correction flags %d of %d: the test is blind", looks, pairs)
		}
	}
}

// looked reports whether any look after a pair finds a difference.
func looked(base, head []*aurea.Result, options Options) bool {
	for n := FewestRuns; n <= len(base); n++ {
		if c := Results(base[:n], head[:n], options); c.Verdict == Regression || c.Verdict == Improvement {
			return true
		}
	}
	return false
}

// shiftP99 returns runs with 3 % of noise in every metric, of a version whose p99
// alone is larger by a factor.
func shiftP99(random *rand.Rand, side string, runs int, factor float64) []*aurea.Result {
	results := resultsOf(side, spread(random, runs, 1, 0.001)...)
	for _, r := range results {
		for _, value := range []*float64{
			&r.Throughput, &r.MeanLatency, &r.Latency.P50, &r.Latency.P90, &r.Latency.P99, &r.Latency.P999,
			&r.Cost.PerMillionJobs,
		} {
			*value *= 1 + 0.03*random.NormFloat64()
		}
		r.Latency.P99 *= factor
	}
	return results
}

// A p99 that is a tenth higher is found with ten runs and 3 % of noise, also if
// the runs may stop early, and then with fewer of them.
func TestFindsShiftedTail(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes thousands of comparisons")
	}
	const seeds = 300
	random := rand.New(rand.NewPCG(9, 10))
	once, early, runs := 0, 0, 0
	for range seeds {
		base, head := shiftP99(random, "base", 10, 1), shiftP99(random, "head", 10, 1.1)
		found := func(c Comparison) int {
			if c.Verdict == Regression && findMetric(t, c, "p99").Verdict == MetricWorse {
				return 1
			}
			return 0
		}
		once += found(Results(base, head, Options{Threshold: DefaultThreshold}))
		c, n := watch(base, head, Options{Threshold: DefaultThreshold, Planned: 10})
		early, runs = early+found(c), runs+n
	}
	t.Logf("found %d of %d at once, %d with early stopping after %.1f runs on average",
		once, seeds, early, float64(runs)/seeds)
	if once < seeds*95/100 {
		t.Errorf("%d of %d are found", once, seeds)
	}
	if early < seeds*95/100 {
		t.Errorf("%d of %d are found with early stopping", early, seeds)
	}
	if runs >= 9*seeds {
		t.Errorf("early stopping takes %d runs for %d comparisons, of 10 planned", runs, seeds)
	}
}

// Of 1,000 intervals at least 93 % contain the true value: of a median, of a
// difference, and of a difference when the runs stop early.
func TestCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes thousands of comparisons")
	}
	const seeds, bound = 1000, 930
	random := rand.New(rand.NewPCG(11, 12))
	var medians, differences, early int
	within := func(i *Interval, value float64) int {
		if i != nil && i.Low <= value && value <= i.High {
			return 1
		}
		return 0
	}
	for range seeds {
		base, head := shiftP99(random, "base", 10, 1), shiftP99(random, "head", 10, 1.1)
		m := findMetric(t, Results(base, head, Options{Threshold: DefaultThreshold}), "p99")
		medians += within(m.Base.Interval, 2)
		differences += within(m.Difference.Interval, 0.1)
		c, _ := watch(base, head, Options{Threshold: DefaultThreshold, Planned: 10})
		early += within(findMetric(t, c, "p99").Difference.Interval, 0.1)
	}
	for what, n := range map[string]int{
		"medians": medians, "differences": differences, "differences after early stopping": early,
	} {
		t.Logf("%s: %d of %d intervals contain the true value", what, n, seeds)
		if n < bound {
			t.Errorf("%s: %d of %d intervals contain the true value", what, n, seeds)
		}
	}
}
