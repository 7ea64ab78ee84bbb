package live

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestStep(t *testing.T) {
	for _, test := range []struct {
		load     float64
		whole    bool
		up, down float64
	}{
		{100, false, 110, 95}, {110, false, 120, 100}, {190, false, 200, 180}, {200, false, 220, 190},
		{500, false, 550, 480}, {333, false, 340, 320}, {950, false, 1000, 900}, {1000, false, 1100, 950},
		{0.3, false, 0.32, 0.28}, {1, false, 1.1, 0.95}, {0, false, 1, 1},
		{1, true, 2, 1}, {9, true, 10, 8}, {10, true, 11, 9}, {20, true, 22, 19}, {50, true, 55, 48}, {0, true, 1, 1},
	} {
		if got := step(test.load, true, test.whole); math.Abs(got-test.up) > 1e-9 {
			t.Errorf("above %v is %v, want %v", test.load, got, test.up)
		}
		if got := step(test.load, false, test.whole); math.Abs(got-test.down) > 1e-9 {
			t.Errorf("below %v is %v, want %v", test.load, got, test.down)
		}
	}
}

// One step up and one down lead back to a load of the ladder, and each is 4 to
// 10 %, or a single job.
func TestStepsUndoEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Bool().Draw(t, "whole")
		load := step(rapid.Float64Range(1, 1e8).Draw(t, "load"), true, whole)
		up := step(load, true, whole)
		if back := step(up, false, whole); math.Abs(back-load) > 1e-9*load {
			t.Fatalf("%v, up to %v, is down to %v", load, up, back)
		}
		if share := up/load - 1; share < 0.041 || share > 0.101 && !(whole && up-load == 1) {
			t.Fatalf("a step from %v to %v", load, up)
		}
	})
}
