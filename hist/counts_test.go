package hist

import (
	"math"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"
)

// Law: everything is where HdrHistogram has it, and so are quantiles and deviation.
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
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		want := time.Duration(min(max(theirs.ValueAtPercentile(q*100), h.min), h.max))
		if got := h.Quantile(q); len(values) > 0 && got != want {
			t.Errorf("quantile %v is %d, want %d", q, got, want)
		}
		if got, want := h.StdDev()*1e9, theirs.StdDev(); math.Abs(got-want) > want*1e-9 {
			t.Errorf("the deviation is %v, want %v", got, want)
		}
	})
}

// The last bucket ends the last chunk.
func TestChunks(t *testing.T) {
	if got := bucket(math.MaxInt64) / half; got != chunks-1 {
		t.Errorf("the last bucket is in chunk %d of %d", got, chunks)
	}
}

// What was emptied holds nothing of before, and asks for no memory again.
func TestResetKeepsMemory(t *testing.T) {
	h := record([]int64{1, 5000, int64(time.Second)})
	if n := testing.AllocsPerRun(100, func() { h.Reset(); h.Record(6000) }); n != 0 || h.Count() != 1 || !same(h, record([]int64{6000})) {
		t.Errorf("%v allocations, %d samples", n, h.Count())
	}
}
