package hist

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Encode returns the histogram in HdrHistogram's compressed encoding, version 2,
// in base64 and in nanoseconds, for other programs. It has only the buckets;
// AppendBinary also encodes the exact values.
func (h *Histogram) Encode() ([]byte, error) {
	if h == nil {
		h = New()
	}
	return h.hdr().Encode(hdrhistogram.V2CompressedEncodingCookieBase)
}

// WritePercentiles writes the histogram in HdrHistogram's percentile format, for
// its plotters, in the given unit. Percentiles are those of the buckets; mean,
// deviation and maximum in the last lines are exact.
func (h *Histogram) WritePercentiles(w io.Writer, unit time.Duration) error {
	if h == nil {
		h = New()
	}
	var table bytes.Buffer
	if _, err := h.hdr().PercentilesPrint(&table, 5, float64(unit)); err != nil {
		return err
	}
	rows, summary, _ := bytes.Cut(table.Bytes(), []byte("#[Mean"))
	_, buckets, _ := bytes.Cut(summary, []byte("#[Buckets"))
	_, err := fmt.Fprintf(w,
		"%s#[Mean    = %12.3f, StdDeviation   = %12.3f]\n#[Max     = %12.3f, Total count    = %12d]\n#[Buckets%s",
		rows, h.Mean()/unit.Seconds(), h.StdDev()/unit.Seconds(), h.Max().Seconds()/unit.Seconds(), h.Count(), buckets)
	return err
}

// hdr returns the histogram as an HdrHistogram.
func (h *Histogram) hdr() *hdrhistogram.Histogram {
	other := hdrhistogram.New(lowest, top, digits)
	for i, n := range h.each {
		from, _ := bounds(i)
		_ = other.RecordValues(from, n) // fails only above top
	}
	return other
}
