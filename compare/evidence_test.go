package compare

import (
	"math/rand/v2"
	"testing"
)

// A comparison is conclusive with a regression, or once every metric that can be
// one has a verdict.
func TestConclusive(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	for _, test := range []struct {
		name       string
		base, head []float64
		want       bool
	}{
		{"slower", spread(random, 10, 1, 0.02), spread(random, 10, 1.2, 0.02), true},
		{"faster", spread(random, 10, 1, 0.02), spread(random, 10, 0.8, 0.02), true},
		{"alike", spread(random, 10, 1, 0.01), spread(random, 10, 1, 0.01), true},
		{"noisy", spread(random, 10, 1, 0.3), spread(random, 10, 1, 0.3), false},
		{"too few", []float64{1, 2}, []float64{3, 4}, false},
		{"none", nil, nil, false},
	} {
		c := Results(resultsOf("base", test.base...), resultsOf("head", test.head...), Options{Threshold: 0.05})
		if got := c.Conclusive(); got != test.want {
			t.Errorf("%s: conclusive is %t, want %t: %s", test.name, got, test.want, c.Verdict)
		}
	}
	base, head := resultsOf("base", spread(random, 10, 1, 0.02)...), resultsOf("head", spread(random, 10, 0.8, 0.02)...)
	for i := range base {
		base[i].Latency.P99, head[i].Latency.P99 = float64(1+i*7%10), float64(1+i*3%10)
	}
	c := Results(base, head, Options{Threshold: 0.05})
	if c.Verdict != Improvement || c.Conclusive() {
		t.Errorf("an %s with a noisy tail is conclusive: %t", c.Verdict, c.Conclusive())
	}
}

// The estimate of how many more runs it takes is of the right order: on average
// it is from 10 to 400 where most comparisons do not tell with 10 runs, and nearly
// all do with 100.
func TestMoreRuns(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 16))
	conclude := func(runs int) (unknown, more int) {
		for range 40 {
			base := resultsOf("base", spread(random, runs, 1, 0.2)...)
			head := resultsOf("head", spread(random, runs, 1.12, 0.2)...)
			if c := Results(base, head, Options{Threshold: 0.05}); c.Verdict == TooLittleEvidence {
				unknown, more = unknown+1, more+c.MoreRuns
			}
		}
		return unknown, more
	}
	few, more := conclude(10)
	if few < 20 {
		t.Fatalf("10 runs tell in %d of 40 comparisons: there is nothing to estimate", 40-few)
	}
	if enough, _ := conclude(100); enough > 5 {
		t.Errorf("100 runs do not tell in %d of 40 comparisons", enough)
	}
	if mean := more / few; mean < 10 || mean > 400 {
		t.Errorf("%d more runs would tell", mean)
	}
	for name, c := range map[string]Comparison{
		"none":     Results(nil, nil, Options{}),
		"one each": Results(resultsOf("base", 1), resultsOf("head", 2), Options{}),
	} {
		if want := FewestRuns - c.Base.Runs; c.MoreRuns != want {
			t.Errorf("%s: %d more runs would tell, want %d", name, c.MoreRuns, want)
		}
	}
	even := resultsOf("base", 1, 1, 1, 1)
	if c := Results(even, even, Options{}); c.MoreRuns != 0 {
		t.Errorf("with evidence %d more runs would tell", c.MoreRuns)
	}
}
