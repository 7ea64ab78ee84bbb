package aurea

import (
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

// A Histogram is a histogram as data, for a document.
type Histogram struct {
	Of      string   `json:"of"`      // what was measured: latency, service_time, delay or failed_latency
	Buckets []Bucket `json:"buckets"` // those that hold samples, the shortest first
}

// A Bucket counts the durations above the bucket before it, up to its own
// bound.
type Bucket struct {
	UpTo  float64 `json:"up_to"` // the longest duration of the bucket, in seconds
	Count int64   `json:"count"`
}

// NewHistogram returns a histogram as data. The buckets are those of h, so
// nothing but the exact mean and extremes is lost.
func NewHistogram(of string, h *hist.Histogram) *Histogram {
	data := &Histogram{Of: of, Buckets: []Bucket{}}
	h.Each(func(upTo time.Duration, count int64) {
		data.Buckets = append(data.Buckets, Bucket{UpTo: upTo.Seconds(), Count: count})
	})
	return data
}

// Hist returns the histogram with every sample at the bound of its bucket. nil
// gives an empty one.
func (d *Histogram) Hist() *hist.Histogram {
	h := hist.New()
	if d == nil {
		return h
	}
	for _, bucket := range d.Buckets {
		h.RecordN(time.Duration(bucket.UpTo*float64(time.Second)+0.5), bucket.Count)
	}
	return h
}

// check checks a decoded histogram; nil is right.
func (d *Histogram) check() error {
	if d == nil {
		return nil
	}
	before := -1.0
	for i, bucket := range d.Buckets {
		if bucket.UpTo <= before || bucket.UpTo > maxBound {
			return fmt.Errorf("histogram.buckets[%d].up_to must be above %g, and up to %g; got %g",
				i, before, float64(maxBound), bucket.UpTo)
		}
		if bucket.Count < 1 || bucket.Count > maxCounted {
			return fmt.Errorf("histogram.buckets[%d].count must be from 1 to %d; got %d",
				i, int64(maxCounted), bucket.Count)
		}
		before = bucket.UpTo
	}
	return nil
}

// maxBound is longer than any duration that a histogram tells from another, in
// seconds.
const maxBound = 48 * 60 * 60
