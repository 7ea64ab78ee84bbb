package aurea

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDealCycles(t *testing.T) {
	for _, test := range []struct {
		weights []int
		want    []Cycle
	}{
		{[]int{7}, []Cycle{{1, []int64{0}}}},
		{[]int{4, 4, 4}, []Cycle{{3, []int64{0}}, {3, []int64{1}}, {3, []int64{2}}}},
		{[]int{2, 1, 1}, []Cycle{{4, []int64{0, 3}}, {4, []int64{1}}, {4, []int64{2}}}},
		{[]int{1, 4}, []Cycle{{5, []int64{3}}, {5, []int64{0, 1, 2, 4}}}},
		{[]int{3, 2}, []Cycle{{5, []int64{0, 2, 4}}, {5, []int64{1, 3}}}},
	} {
		if diff := cmp.Diff(test.want, dealCycles(test.weights)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.weights, diff)
		}
	}
}

// Law: each item is dealt once, and of the first n items, for every n, each
// receiver has its share by weight, rounded up or down.
func TestDealIsFairAtEveryItem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := weights().Draw(t, "weights")
		var sum int64
		for _, weight := range w {
			sum += int64(weight)
		}
		cycles := dealCycles(w)
		for n := range 2*sum + 2 {
			var dealt int64
			for i, c := range cycles {
				got, share := c.below(n), n*int64(w[i])
				if got < share/sum || got > (share+sum-1)/sum {
					t.Fatalf("of the first %d items receiver %d has %d, its share is %d/%d", n, i, got, share, sum)
				}
				dealt += got
			}
			if dealt != n {
				t.Fatalf("of the first %d items %d are dealt", n, dealt)
			}
		}
	})
}

// Large weights without a common factor are rounded, so that dealing stays cheap.
func TestLargeWeightsAreRounded(t *testing.T) {
	cycles := dealCycles([]int{65_536, 1, 65_535, 1_000_000})
	const n = 1_000_000_000
	var got []int64
	for _, c := range cycles {
		got = append(got, c.below(n)/1_000_000)
	}
	if length := cycles[0].Length; length > maxCycle {
		t.Errorf("a cycle of %d items, want at most %d", length, maxCycle)
	}
	if diff := cmp.Diff([]int64{57, 0, 57, 884}, got); diff != "" {
		t.Errorf("items of a thousand (-want +got):\n%s", diff)
	}
}

// Law: item and below are inverse.
func TestCycleItems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Int64Range(0, 10_000).Draw(t, "m")
		for i, c := range dealCycles(weights().Draw(t, "weights")) {
			if got := c.below(c.item(m)); got != m {
				t.Fatalf("receiver %d has %d items before its %d-th, item %d", i, got, m, c.item(m))
			}
		}
	})
}

func BenchmarkDealCycles(b *testing.B) {
	mixed := make([]int, 1000)
	for i := range mixed {
		mixed[i] = 1 + i%64
	}
	b.ReportAllocs()
	for b.Loop() {
		dealCycles(mixed)
	}
}
