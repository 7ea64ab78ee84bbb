package hist

import (
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
			[]Bucket{{ms, 400}, {4 * ms, 600}, {time.Second, 1}}},
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

// The buckets of any histogram have rising limits, no more than were asked for, and
// count every sample.
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
	})
}
