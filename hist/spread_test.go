package hist

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSpread(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		what    string
		samples map[time.Duration]int64
		n       int
		want    []Bucket
	}{
		{"nothing", nil, 5, nil},
		{"no buckets", map[time.Duration]int64{ms: 1}, 0, nil},
		{"one value", map[time.Duration]int64{ms: 7}, 5, []Bucket{{ms, 7}}},
		{"only zeros", map[time.Duration]int64{0: 7}, 5, []Bucket{{0, 7}}},
		{"one bucket", map[time.Duration]int64{ms: 300, 9 * ms: 700}, 1, []Bucket{{9 * ms, 1000}}},
		{"decades", map[time.Duration]int64{ms: 10, 10 * ms: 20, 100 * ms: 30}, 3,
			[]Bucket{{ms, 10}, {10 * ms, 20}, {100 * ms, 30}}},
		{"an outlier has the last bucket", map[time.Duration]int64{ms: 400, 4 * ms: 600, time.Second: 1}, 3,
			[]Bucket{{ms, 400}, {10 * ms, 600}, {time.Second, 1}}},
		{"limits are preferred numbers", map[time.Duration]int64{3 * ms: 400, 31 * ms: 600, time.Second: 1}, 6,
			[]Bucket{{5 * ms, 400}, {10 * ms, 0}, {20 * ms, 0}, {50 * ms, 600}, {time.Second, 1}}},
	} {
		h := New()
		for d, n := range test.samples {
			h.RecordN(d, n)
		}
		got := h.Spread(test.n)
		for i, b := range got { // limits are at most 0.1 % above the samples
			got[i].UpTo = b.UpTo.Truncate(ms)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.what, diff)
		}
	}
}

// The buckets of any histogram have rising limits, no more than were asked for,
// and count every sample. The first and the last one have some.
func TestSpreadCountsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, n := New(), rapid.IntRange(1, 20).Draw(t, "n")
		for _, d := range rapid.SliceOfN(rapid.Int64Range(0, top), 1, 50).Draw(t, "durations") {
			h.Record(time.Duration(d))
		}
		buckets := h.Spread(n)
		if len(buckets) > n {
			t.Fatalf("%d buckets, want at most %d", len(buckets), n)
		}
		var count int64
		last := time.Duration(-1)
		for _, b := range buckets {
			if b.UpTo <= last {
				t.Fatalf("a limit of %s follows %s", b.UpTo, last)
			}
			last = b.UpTo
			count += b.Count
		}
		if count != h.Count() {
			t.Fatalf("the buckets count %d samples of %d", count, h.Count())
		}
		if last != h.Max() {
			t.Fatalf("the last limit is %s, the longest sample %s", last, h.Max())
		}
		if buckets[0].Count == 0 || buckets[len(buckets)-1].Count == 0 {
			t.Fatalf("a bucket at an end is empty: %v", buckets)
		}
	})
}

// Limits are the finest preferred numbers that fit.
func TestPreferredLimits(t *testing.T) {
	const us, ms = time.Microsecond, time.Millisecond
	for _, test := range []struct {
		low, high time.Duration
		n         int
		want      string
	}{
		{ms, 10 * ms, 4, "[1ms 2ms 5ms 10ms]"},
		{1100 * us, 9 * ms, 5, "[1.6ms 2.5ms 4ms 6.3ms 10ms]"},
		{16100 * us, 23900 * us, 9, "[18ms 20ms 22ms 24ms]"},
		{100 * ms, 100 * ms, 9, "[100ms]"},
		{1, 100 * time.Second, 12, "[1ns 10ns 100ns 1µs 10µs 100µs 1ms 10ms 100ms 1s 10s 1m40s]"},
		{1, 100 * time.Second, 9, "[1ns 100ns 10µs 1ms 100ms 10s 16m40s]"},
		{1, 100 * time.Second, 0, "[]"},
	} {
		got := fmt.Sprint(preferredLimits(test.low, test.high, time.Hour, test.n))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("from %s to %s in %d (-want +got):\n%s", test.low, test.high, test.n, diff)
		}
	}
}
