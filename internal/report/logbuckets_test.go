package report

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea/hist"
)

// The buckets hold every sample once, in ascending order; the last one ends at
// the maximum, to three digits.
func TestLogBuckets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := hist.New()
		exponent := rapid.Float64Range(0, 13.8)
		for _, e := range rapid.SliceOfN(exponent, 1, 200).Draw(t, "exponents") {
			h.Record(time.Duration(pow10(e)))
		}
		n := rapid.IntRange(2, 20).Draw(t, "n")
		buckets := logBuckets(h, n)
		if most := max(n, 16); len(buckets) > most { // a bound a decade is the fewest
			t.Errorf("%d buckets, want at most %d", len(buckets), most)
		}
		total, before := int64(0), -1.0
		for _, b := range buckets {
			if b.UpTo < before {
				t.Errorf("a bucket up to %g is after one up to %g", b.UpTo, before)
			}
			before = b.UpTo
			total += b.Count
		}
		if total != h.Count() {
			t.Errorf("%d samples in buckets, of %d", total, h.Count())
		}
		if top := h.Max().Seconds(); before < top*0.99 || buckets[0].Count == 0 {
			t.Errorf("the buckets %v are not trimmed to the samples, up to %g", buckets, top)
		}
	})
}

// Bounds are the finest preferred numbers that fit.
func TestPreferredBounds(t *testing.T) {
	for _, test := range []struct {
		low, high float64
		n         int
		want      string
	}{
		{0.001, 0.01, 4, "[0.001 0.002 0.005 0.01]"},
		{0.0011, 0.009, 5, "[0.0016 0.0025 0.004 0.0063 0.01]"},
		{0.0161, 0.0239, 9, "[0.016 0.018 0.02 0.022 0.024 0.026]"},
		{0.1, 0.1, 9, "[0.1]"},
		{1e-9, 100, 9, "[1e-09 1e-08 1e-07 1e-06 1e-05 0.0001 0.001 0.01 0.1 1 10 100]"},
	} {
		if diff := cmp.Diff(test.want, fmt.Sprint(preferredBounds(test.low, test.high, test.n))); diff != "" {
			t.Errorf("from %g to %g in %d (-want +got):\n%s", test.low, test.high, test.n, diff)
		}
	}
}
