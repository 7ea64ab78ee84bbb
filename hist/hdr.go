package hist

import (
	"io"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Encode returns the histogram in HdrHistogram's compressed encoding, version 2,
// in base64 and in nanoseconds: what other programs read. It keeps the buckets,
// not what is exact beside them; see AppendBinary.
func (h *Histogram) Encode() ([]byte, error) {
	if h == nil {
		h = New()
	}
	return h.hdr().Encode(hdrhistogram.V2CompressedEncodingCookieBase)
}

// WritePercentiles writes the histogram in HdrHistogram's percentile format, which
// its plotters read, in the given unit.
func (h *Histogram) WritePercentiles(w io.Writer, unit time.Duration) error {
	if h == nil {
		h = New()
	}
	_, err := h.hdr().PercentilesPrint(w, 5, float64(unit))
	return err
}

// hdr is HdrHistogram's own form of the histogram.
func (h *Histogram) hdr() *hdrhistogram.Histogram {
	other := hdrhistogram.New(lowest, top, digits)
	for i, n := range h.each {
		from, _ := bounds(i)
		_ = other.RecordValues(from, n) // which fails only beyond top
	}
	return other
}
