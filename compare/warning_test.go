package compare

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

func hasWarning(c Comparison, code string) bool {
	return slices.ContainsFunc(c.Warnings, func(w Warning) bool { return w.Code == code })
}

// Unusable results are left out, degraded ones are compared, and both are
// warnings.
func TestUsable(t *testing.T) {
	base, head := resultsOf("base", 1, 1, 1, 1, 1, 1), resultsOf("head", 1, 1, 1, 1)
	base[0].Status = aurea.StatusCancelled
	base[1].Validity = aurea.Validity{State: aurea.Invalid, Reasons: []aurea.Reason{{Code: "no_samples"}}}
	base[2].Validity = aurea.Validity{State: aurea.Degraded,
		Reasons: []aurea.Reason{{Code: "delay"}, {Code: "gc_pause"}}}
	base = append(base, base[3])
	head = append(head, base[5])
	c := Results(base, head, Options{Threshold: 0.05})
	want := []Warning{
		{"not_completed", "base-0", "base-0 of base is left out: it is cancelled"},
		{"invalid", "base-1", "base-1 of base is left out, as it is invalid: no_samples"},
		{"duplicate", "base-3", "base-3 is in base more than once, and counts once"},
		{"in_both", "base-5", "runs that are in base and in head make the two alike; there are 1, such as base-5"},
		{"degraded", "base", "runs of base that are degraded: 1 of 4 (delay, gc_pause)"},
	}
	if diff := cmp.Diff(want, c.Warnings); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c.Base.Runs != 4 || c.Head.Runs != 5 {
		t.Errorf("%d and %d runs are compared, want 4 and 5", c.Base.Runs, c.Head.Runs)
	}
	if n := findMetric(t, c, "p50").Base.N; n != 4 {
		t.Errorf("p50 of base has %d values, want 4", n)
	}
}

// A run whose jobs all failed is compared, and is a regression.
func TestFailingRunsAreCompared(t *testing.T) {
	base, head := resultsOf("base", 1, 1, 1, 1, 1, 1), resultsOf("head", 1, 1, 1, 1, 1, 1)
	for _, r := range head {
		r.Counts = aurea.Counts{Planned: r.Counts.Planned, Failed: r.Counts.Planned}
		r.Throughput, r.Latency = 0, aurea.Summary{}
		r.Validity = aurea.Validity{State: aurea.Invalid, Reasons: []aurea.Reason{
			{Code: "few_samples", State: aurea.Degraded}, {Code: "none_ok", State: aurea.Invalid},
		}}
	}
	c := Results(base, head, Options{Threshold: 0.05})
	if c.Head.Runs != 6 {
		t.Errorf("%d runs of head are compared, want 6: %+v", c.Head.Runs, c.Warnings)
	}
	if got := findMetric(t, c, "error_rate").Verdict; got != MetricWorse {
		t.Errorf("the error rate is %s, want worse", got)
	}
	if c.Verdict != Regression {
		t.Errorf("the verdict is %s, want a regression", c.Verdict)
	}
	head[0].Validity.Reasons[0].State = aurea.Invalid
	if c := Results(base, head, Options{Threshold: 0.05}); c.Head.Runs != 5 {
		t.Errorf("with one invalid for another reason too, %d runs of head are compared, want 5", c.Head.Runs)
	}
}

// A warning says when all runs of one side precede those of the other.
func TestInterleaved(t *testing.T) {
	begin := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		base, head []int // minutes
		want       bool
	}{
		"in turns":        {[]int{0, 2, 4}, []int{1, 3, 5}, false},
		"base first":      {[]int{0, 1, 2}, []int{3, 4, 5}, true},
		"head first":      {[]int{3, 4, 5}, []int{2, 1, 0}, true},
		"one each":        {[]int{0}, []int{1}, false},
		"without a clock": {nil, nil, false},
	} {
		sides := [2][]*aurea.Result{resultsOf("base", 1, 1), resultsOf("head", 1, 1)}
		for i, minutes := range [][]int{test.base, test.head} {
			if minutes != nil {
				sides[i] = sides[i][:0]
			}
			for j, minute := range minutes {
				r := resultOf(string(rune('a'+3*i+j)), 1)
				r.StartTime = begin.Add(time.Duration(minute) * time.Minute)
				r.EndTime = r.StartTime.Add(time.Minute)
				sides[i] = append(sides[i], r)
			}
		}
		if c := Results(sides[0], sides[1], Options{}); hasWarning(c, "not_interleaved") != test.want {
			t.Errorf("%s: %+v", name, c.Warnings)
		}
	}
}
