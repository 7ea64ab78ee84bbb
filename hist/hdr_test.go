package hist

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"
)

// Law: another reader of the encoding has the same counts.
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
	h.RecordN(2*time.Millisecond, 3)
	var out bytes.Buffer
	if err := h.WritePercentiles(&out, time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Value", "Percentile", "TotalCount", "#[Mean    =        2.00", "Total count    =            3"} {
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
