package aurea

import (
	"bytes"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

// maxPoints keeps a result without its jobs below 64 KiB.
const maxPoints = 256

// A Series is a run as a line of points: one an interval, or, when the run gets
// long, one for two intervals, for four, and so on, so that there are never
// more than 256. A last interval that is brief is part of the point before it. The quantiles of a longer point are taken from the counts of
// its intervals. The zero value is empty and ready; a Series belongs to one
// goroutine at a time.
type Series struct {
	per     int // intervals a point
	points  []stretch
	encoded []byte // room to write a histogram in
	merged  *hist.Histogram
	other   *hist.Histogram
}

// A stretch is a point with what it takes to merge it with its neighbour.
type stretch struct {
	Point
	intervals int
	length    time.Duration
	latency   []byte // the histogram in its binary form: a few kilobytes, where the buckets would be a hundred
}

// Add adds the next interval.
func (s *Series) Add(p Progress) {
	next := stretch{Point: p.Point(), intervals: 1, length: p.Length, latency: s.encode(p.Interval.Latency)}
	s.per = max(s.per, 1)
	if n := len(s.points); n > 0 && (s.points[n-1].intervals < s.per || p.Brief()) {
		s.points[n-1] = s.merge(s.points[n-1], next)
		return
	}
	s.points = append(s.points, next)
	if len(s.points) > maxPoints {
		s.halve()
	}
}

// encode writes a histogram, in no more memory than it takes.
func (s *Series) encode(h *hist.Histogram) []byte {
	s.encoded = h.AppendBinary(s.encoded[:0])
	return bytes.Clone(s.encoded)
}

// Points returns the series as it stands, never nil.
func (s *Series) Points() []Point {
	points := make([]Point, len(s.points))
	for i, stretch := range s.points {
		points[i] = stretch.Point
	}
	return points
}

// halve makes one point of every two.
func (s *Series) halve() {
	s.per *= 2
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

// merge makes one point of two neighbours.
func (s *Series) merge(a, b stretch) stretch {
	if s.merged == nil {
		s.merged, s.other = hist.New(), hist.New()
	}
	// They are read as they were written: there is nothing wrong to be found.
	_ = s.merged.UnmarshalBinary(a.latency)
	_ = s.other.UnmarshalBinary(b.latency)
	s.merged.Merge(s.other)
	m := stretch{intervals: a.intervals + b.intervals, length: a.length + b.length, latency: s.encode(s.merged)}
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
