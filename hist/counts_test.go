package hist

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"
)

// Law: the buckets and counts are those of HdrHistogram.
func TestLikeHdrHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := durations().Draw(t, "values")
		theirs := hdrhistogram.New(lowest, top, digits)
		for _, v := range values {
			if err := theirs.RecordValue(min(v, top)); err != nil {
				t.Fatal(err)
			}
		}
		h := record(values)
		if !theirs.Equals(h.hdr()) {
			t.Fatalf("%v is counted differently", values)
		}
	})
}

// Law: a quantile is the bucket of the ⌈q·n⌉-th sample, for shares that are decimals
// and not binary fractions.
func TestQuantileRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := durations().Filter(func(v []int64) bool { return len(v) > 0 }).Draw(t, "values")
		times := rapid.SampledFrom([]int64{1, 2, 7, 1000, 1_000_000}).Draw(t, "times")
		h := New()
		for _, v := range values {
			h.RecordN(time.Duration(v), times)
		}
		slices.Sort(values)
		const parts = 100_000
		share := rapid.Int64Range(1, parts).Draw(t, "share of 100,000")
		place := (share*int64(len(values))*times + parts - 1) / parts
		sample := values[(place-1)/times]
		_, upTo := bounds(bucket(sample))
		want := time.Duration(min(max(upTo, h.min), h.max))
		if got := h.Quantile(float64(share) / parts); got != want {
			t.Errorf("quantile %d/%d of %d is %d, want %d", share, parts, h.Count(), got, want)
		}
	})
}

// A quantile between two samples is the upper one. A rank that is an integer is
// exact, also for shares that are not binary fractions.
func TestQuantileRoundsUp(t *testing.T) {
	for _, row := range []struct {
		q    float64
		n    int64
		want int64
	}{
		{0.99, 160, 159}, {0.99, 140, 139}, {0.5, 3, 2}, {0.5, 4, 2}, {0.5, 5, 3}, {0.9, 7, 7}, {0.95, 20, 19},
		{0.95, 21, 20}, {0.07, 100, 7}, {0.29, 100, 29}, {0.57, 100, 57}, {0.58, 100, 58}, {0.001, 10, 1}, {1, 10, 10},
		{0.999, 1000, 999}, {0.999, 1001, 1000}, {0.9999, 2_000, 2_000}, {0.99999, 1_000_000_000_000, 999_990_000_000},
	} {
		if got := rank(row.q, row.n); got != row.want {
			t.Errorf("quantile %v of %d is sample %d, want %d", row.q, row.n, got, row.want)
		}
	}
}

// The longest duration takes no more than a list of 298 blocks.
func TestBlocks(t *testing.T) {
	h := New()
	h.Record(math.MaxInt64)
	if got := len(h.counts.blocks); got != 298 {
		t.Errorf("the list has %d blocks, want 298", got)
	}
}

// Reset removes all samples and keeps the memory.
func TestResetKeepsMemory(t *testing.T) {
	h := record([]int64{1, 5000, int64(time.Second)})
	if n := testing.AllocsPerRun(100, func() { h.Reset(); h.Record(6000) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if !same(h, record([]int64{6000})) {
		t.Errorf("%d samples up to %v, want one of 6µs", h.Count(), h.Max())
	}
}
