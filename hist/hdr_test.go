package hist

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"
)

// Law: HdrHistogram decodes the encoding to the same counts.
func TestEncode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := record(durations().Draw(t, "values"))
		encoded, err := h.Encode()
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := hdrhistogram.Decode(encoded)
		if err != nil || !decoded.Equals(h.hdr()) {
			t.Fatalf("decoded %v, %v", decoded, err)
		}
	})
}

func TestWritePercentiles(t *testing.T) {
	h := New()
	h.RecordN(2_000_100*time.Nanosecond, 3) // a bucket ends at 2,000,895
	h.Record(2_000_500 * time.Nanosecond)
	var out bytes.Buffer
	if err := h.WritePercentiles(&out, time.Microsecond); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Value", "Percentile", "TotalCount",
		"2000.895     1.000000            4          inf",
		"#[Mean    =     2000.200, StdDeviation   =        0.173]\n#[Max     =     2000.500, Total count    =            4]\n#[Buckets ="} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
	var none *Histogram
	if err := none.WritePercentiles(&out, time.Second); err != nil {
		t.Error(err)
	}
	if _, err := none.Encode(); err != nil {
		t.Error(err)
	}
}
