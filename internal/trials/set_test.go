package trials

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A set has the runs in order, with the cool-down between them and the seed that
// the spec has.
func TestRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seed := uint64(7)
		spec := aurea.Spec{Seed: &seed, Repeat: &aurea.Repeat{Times: 3, Cooldown: aurea.Duration(2 * time.Second)}}
		began := time.Now()
		var ended []int64
		set, err := Repeat(t.Context(), spec, counted(func(n int, spec aurea.Spec) aurea.Run {
			if spec.Repeat != nil || *spec.Seed != 7 {
				t.Errorf("run %d is of %+v", n, spec)
			}
			return runOf(fmt.Sprint(n), spec, float64(n))
		}), func(n int64, _ aurea.Run) { ended = append(ended, n) })
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 4*time.Second {
			t.Errorf("it took %v, want two cool-downs of 2s", took)
		}
		if diff := cmp.Diff([]int64{1, 2, 3}, ended); diff != "" {
			t.Errorf("ended (-want +got):\n%s", diff)
		}
		if set.Times != 3 || set.Cooldown != 2 || len(set.Results) != 3 || set.Results[2].ID != "3" {
			t.Errorf("the set is %d times, cool-down %v, %d results", set.Times, set.Cooldown, len(set.Results))
		}
		if m := set.Metrics[1]; m.Metric != "mean_latency" || m.Median.Median != 2 || m.Max != 3 {
			t.Errorf("the spread is %+v", m)
		}
		if spec.Repeat == nil {
			t.Error("the spec of the caller was changed")
		}
	})
}

// A set ends with the first run that fails or is stopped, and has the results so
// far.
func TestRepeatEnds(t *testing.T) {
	spec := aurea.Spec{Repeat: &aurea.Repeat{Times: 5}}
	failing := counted(func(n int, spec aurea.Spec) aurea.Run {
		run := runOf("x", spec, 1)
		if n == 2 {
			run.Status, run.Error, run.Result = aurea.StatusFailed, "no disk", nil
		}
		return run
	})
	set, err := Repeat(t.Context(), spec, failing, func(int64, aurea.Run) {})
	if err == nil || err.Error() != "run 2 of 5: the run failed: no disk" {
		t.Errorf("a failed run: %v", err)
	}
	if len(set.Results) != 1 {
		t.Errorf("a failed run: %d results, want 1", len(set.Results))
	}
	ctx, cancel := context.WithCancel(t.Context())
	set, err = Repeat(ctx, spec, counted(func(n int, spec aurea.Spec) aurea.Run {
		if n == 3 {
			cancel()
		}
		return runOf("x", spec, 1)
	}), func(int64, aurea.Run) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if len(set.Results) != 3 {
		t.Errorf("stopped: %d results, want 3, the last of them partial", len(set.Results))
	}
	wrong := errors.New("wrong spec")
	_, err = Repeat(t.Context(), spec, func(context.Context, aurea.Spec) (aurea.Run, error) {
		return aurea.Run{}, wrong
	}, func(int64, aurea.Run) {})
	if !errors.Is(err, wrong) {
		t.Errorf("refused: %v", err)
	}
}
