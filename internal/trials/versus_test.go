package trials

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
)

// versus returns a Versus whose runs have 1 % of noise; those of head, which is
// named so, take slower times as long.
func versus(pairs int, seed uint64, slower float64) Versus {
	random := rand.New(rand.NewPCG(seed, 1))
	return Versus{
		Sides: [2]Side{{Spec: aurea.Spec{Name: "base"}}, {Spec: aurea.Spec{Name: "head"}}},
		Pairs: pairs, Seed: seed, Threshold: compare.DefaultThreshold,
		Execute: counted(func(n int, spec aurea.Spec) aurea.Run {
			latency := 1 + 0.01*random.NormFloat64()
			if spec.Name == "head" {
				latency *= slower
			}
			return runOf(fmt.Sprintf("%s-%d", spec.Name, n), spec, latency)
		}),
		Ended:    func(int, int, aurea.Run) {},
		Compared: func(int, compare.Comparison) {},
	}
}

// The runs of a pair follow each other in random order and have the same seed.
// The order depends on the seed alone.
func TestVersusOrder(t *testing.T) {
	v := versus(10, 5, 1)
	type ended struct {
		Pair, Side int
		Seed       uint64
	}
	var runs []ended
	v.Threshold = 0 // nothing is the same, so it does not stop
	v.Ended = func(pair, side int, run aurea.Run) {
		runs = append(runs, ended{pair, side, *run.Result.Spec.Seed})
	}
	outcome, err := v.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 20 || outcome.Stopped {
		t.Fatalf("%d runs, stopped early %t; want all 20", len(runs), outcome.Stopped)
	}
	var order []string
	for i := 0; i < len(runs); i += 2 {
		first, second := runs[i], runs[i+1]
		if first.Pair != i/2+1 || second.Pair != first.Pair || first.Side+second.Side != 1 {
			t.Errorf("runs %d and %d are %+v and %+v", i, i+1, first, second)
		}
		if first.Seed != second.Seed {
			t.Errorf("pair %d has the seeds %d and %d", first.Pair, first.Seed, second.Seed)
		}
		order = append(order, []string{"AB", "BA"}[first.Side])
	}
	if diff := cmp.Diff(order, outcome.Order); diff != "" {
		t.Errorf("the order (-executed +outcome):\n%s", diff)
	}
	for _, want := range []string{"AB", "BA"} {
		if !slices.Contains(order, want) {
			t.Errorf("the order %v has no %s", order, want)
		}
	}
	again, err := versus(10, 5, 1).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(outcome.Order[:len(again.Order)], again.Order); diff != "" {
		t.Errorf("the order with the same seed (-first +second):\n%s", diff)
	}
	if base, head := len(outcome.BaseResults), len(outcome.HeadResults); base != 10 || head != 10 {
		t.Errorf("%d results of base and %d of head, want 10 each", base, head)
	}
}

// It stops early with a regression or once all metrics are the same, and says
// how many more runs it takes if it cannot tell.
func TestVersusStops(t *testing.T) {
	for _, test := range []struct {
		name    string
		slower  float64
		pairs   int
		verdict compare.Verdict
		early   bool
	}{
		{"slower", 1.2, 10, compare.Regression, true},
		{"alike", 1, 20, compare.NoChange, true},
		{"near the threshold", 1.05, 6, compare.TooLittleEvidence, false},
		{"too few", 1.2, 3, compare.TooLittleEvidence, false},
	} {
		v := versus(test.pairs, 11, test.slower)
		if test.name == "near the threshold" {
			v.Threshold = 0.0001
			v.Sides[1].Spec.Name = "base" // nor is there a difference
		}
		outcome, err := v.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if outcome.Verdict != test.verdict || outcome.Stopped != test.early {
			t.Errorf("%s: %s after %d pairs, stopped early %t; want %s, %t",
				test.name, outcome.Verdict, len(outcome.Order), outcome.Stopped, test.verdict, test.early)
		}
		if unknown := test.verdict == compare.TooLittleEvidence; (outcome.MoreRuns > 0) != unknown {
			t.Errorf("%s: %d more runs would tell", test.name, outcome.MoreRuns)
		}
	}
}

// A condition ends it: once it fails, or is met.
func TestVersusFailOn(t *testing.T) {
	condition, err := compare.ParseCondition("p99 > +10%")
	if err != nil {
		t.Fatal(err)
	}
	for slower, want := range map[float64]compare.ConditionState{
		1.3: compare.ConditionFailed, 1: compare.ConditionMet,
	} {
		v := versus(20, 3, slower)
		v.FailOn = []compare.Condition{condition}
		outcome, err := v.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := outcome.ConditionState(); got != want || !outcome.Stopped {
			t.Errorf("%v times as slow: %s after %d pairs, want %s", slower, got, len(outcome.Order), want)
		}
	}
}

// The system of a side is started before each of its runs and stopped after it.
// What goes wrong ends it, and says in which run.
func TestVersusStarts(t *testing.T) {
	v := versus(4, 2, 1)
	running, starts := false, 0
	v.Sides[1].Start = func(context.Context) (func() error, error) {
		if starts++; starts == 3 {
			return nil, errors.New("no port")
		}
		running = true
		return func() error {
			running = false
			return nil
		}, nil
	}
	execute := v.Execute
	v.Execute = func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) {
		if running != (spec.Name == "head") {
			t.Errorf("during a run of %s the system of head runs: %t", spec.Name, running)
		}
		return execute(ctx, spec)
	}
	outcome, err := v.Run(t.Context())
	if err == nil || err.Error() != "run 3 of B: no port" {
		t.Errorf("the error is %v", err)
	}
	if running {
		t.Error("the system still runs")
	}
	if len(outcome.HeadResults) != 2 || outcome.Head.Runs != 2 {
		t.Errorf("the outcome has %d results of head, and compares %d",
			len(outcome.HeadResults), outcome.Head.Runs)
	}
}

// A system that cannot be stopped ends it: the next run would measure the old one.
func TestVersusCannotStop(t *testing.T) {
	v := versus(4, 2, 1)
	v.Sides[0].Start = func(context.Context) (func() error, error) {
		return func() error { return errors.New("still listening") }, nil
	}
	outcome, err := v.Run(t.Context())
	if err == nil || err.Error() != "run 1 of A: still listening" {
		t.Errorf("the error is %v", err)
	}
	if n := len(outcome.BaseResults); n != 1 {
		t.Errorf("the outcome has %d results of base, want the one that was measured", n)
	}
}
