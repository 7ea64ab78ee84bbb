package aurea

import (
	"bytes"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

// maxPoints keeps a result without its jobs below 64 KiB.
const maxPoints = 256

// A Series is a run as at most 256 points. A point is one interval; as the run
// gets long, it is two intervals, then four, and so on. A brief last interval
// belongs to the point before it. The quantiles of a longer point come from the
// merged histograms of its intervals. The zero value is empty and ready to use. A
// Series belongs to one goroutine at a time.
type Series struct {
	perPoint int // intervals a point
	points   []mergeablePoint
	encoded  []byte // buffer for encode
	merged   *hist.Histogram
	other    *hist.Histogram
}

// A mergeablePoint is a point with the data for merging it with its neighbor.
type mergeablePoint struct {
	Point
	intervals int
	length    time.Duration
	latency   []byte // the binary histogram: a few kB instead of a hundred
}

// Add adds the next interval.
func (s *Series) Add(p Progress) {
	next := mergeablePoint{Point: p.Point(), intervals: 1, length: p.Length, latency: s.encode(p.Interval.Latency)}
	s.perPoint = max(s.perPoint, 1)
	if n := len(s.points); n > 0 && (s.points[n-1].intervals < s.perPoint || p.Brief()) {
		s.points[n-1] = s.merge(s.points[n-1], next)
		return
	}
	s.points = append(s.points, next)
	if len(s.points) > maxPoints {
		s.halve()
	}
}

// encode returns the binary histogram in memory of its exact size.
func (s *Series) encode(h *hist.Histogram) []byte {
	s.encoded = h.AppendBinary(s.encoded[:0])
	return bytes.Clone(s.encoded)
}

// Points returns the series as it stands, never nil.
func (s *Series) Points() []Point {
	points := make([]Point, len(s.points))
	for i, p := range s.points {
		points[i] = p.Point
	}
	return points
}

// halve merges every two points into one.
func (s *Series) halve() {
	s.perPoint *= 2
	merged := s.points[:0]
	for i := 0; i < len(s.points); i += 2 {
		point := s.points[i]
		if i+1 < len(s.points) {
			point = s.merge(point, s.points[i+1])
		}
		merged = append(merged, point)
	}
	clear(s.points[len(merged):])
	s.points = merged
}

// merge merges two neighboring points.
func (s *Series) merge(a, b mergeablePoint) mergeablePoint {
	if s.merged == nil {
		s.merged, s.other = hist.New(), hist.New()
	}
	// Both were encoded by encode, so decoding cannot fail.
	_ = s.merged.UnmarshalBinary(a.latency)
	_ = s.other.UnmarshalBinary(b.latency)
	s.merged.Merge(s.other)
	m := mergeablePoint{intervals: a.intervals + b.intervals, length: a.length + b.length, latency: s.encode(s.merged)}
	m.Point = Point{
		T:          b.T,
		Started:    a.Started + b.Started,
		OK:         a.OK + b.OK,
		Failed:     a.Failed + b.Failed,
		InFlight:   b.InFlight,
		Throughput: ratio(float64(a.OK+b.OK), m.length.Seconds()),
		P50:        s.merged.Quantile(0.50).Seconds(),
		P90:        s.merged.Quantile(0.90).Seconds(),
		P99:        s.merged.Quantile(0.99).Seconds(),
	}
	return m
}
