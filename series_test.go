package aurea

import (
	"bytes"
	"math"
	"testing"
	"time"
)

// steadily returns a function that makes intervals of a second, in which n jobs
// ended after d each. As in a run, all intervals share their memory.
func steadily() func(second int, n int64, d time.Duration) Progress {
	tally := NewTally()
	return func(second int, n int64, d time.Duration) Progress {
		tally.Reset()
		for range n {
			tally.Started++
			tally.End(OK, 0, 0, d)
		}
		return Progress{Elapsed: time.Duration(second) * time.Second, Length: time.Second, Interval: tally, InFlight: n}
	}
}

// A short run has one point an interval.
func TestSeriesOfAShortRun(t *testing.T) {
	var s Series
	steady := steadily()
	if points := s.Points(); points == nil || len(points) != 0 {
		t.Errorf("an empty series has the points %v", points)
	}
	for i := range maxPoints {
		s.Add(steady(i+1, int64(i%3), time.Millisecond))
	}
	points := s.Points()
	if len(points) != maxPoints {
		t.Fatalf("%d points, want %d", len(points), maxPoints)
	}
	for i, got := range points {
		if want := steady(i+1, int64(i%3), time.Millisecond).Point(); got != want {
			t.Errorf("point %d is %+v, want %+v", i, got, want)
		}
	}
}

// Law: a run of any length has at most maxPoints points, all but the last of the
// same length. Their counts add up, and the quantiles of a point are those of all
// its samples, within a bucket.
func TestSeriesOfALongRun(t *testing.T) {
	for _, length := range []struct{ intervals, slow int }{{maxPoints + 1, 7}, {2 * maxPoints, 1},
		{2*maxPoints + 1, 50}} {
		intervals, slow := length.intervals, length.slow // one of slow intervals is slow
		var s Series
		steady := steadily()
		want, whole := NewTally(), NewTally()
		for i := range intervals {
			p := steady(i+1, int64(i%3), time.Duration(1+i%slow)*time.Millisecond)
			want.Merge(p.Interval)
			s.Add(p)
		}
		points := s.Points()
		if len(points) > maxPoints || len(points) <= maxPoints/2 {
			t.Fatalf("%d intervals are %d points", intervals, len(points))
		}
		var started, ok int64
		last, width := 0.0, points[0].T
		for i, p := range points {
			started, ok = started+p.Started, ok+p.OK
			if i+1 < len(points) && p.T-last != width || p.T <= last {
				t.Fatalf("point %d lasts from %v to %v, want %v s", i, last, p.T, width)
			}
			if math.Abs(p.Throughput*(p.T-last)-float64(p.OK)) > 1e-9*float64(p.OK) {
				t.Fatalf("point %d has %d jobs in %v s, and a throughput of %v", i, p.OK, p.T-last, p.Throughput)
			}
			whole.Reset()
			for second := int(last); second < int(p.T); second++ {
				whole.Merge(steady(second+1, int64(second%3), time.Duration(1+second%slow)*time.Millisecond).Interval)
			}
			for q, got := range map[float64]float64{0.5: p.P50, 0.9: p.P90, 0.99: p.P99} {
				if exact := whole.Latency.Quantile(q).Seconds(); got < exact || got > exact*1.001 {
					t.Fatalf("point %d: quantile %v is %v, want %v or up to 0.1 %% more", i, q, got, exact)
				}
			}
			last = p.T
		}
		if started != want.Started || ok != want.OK {
			t.Fatalf("%d started, %d ok; want %d and %d", started, ok, want.Started, want.OK)
		}
		if last != float64(intervals) {
			t.Fatalf("the series ends at %v s, want %d", last, intervals)
		}
	}
}

// The JSON of a result without jobs is smaller than 64 KiB, for a run of any length.
func TestResultsAreSmall(t *testing.T) {
	plan, m := everything(t)
	var s Series
	steady := steadily()
	for i := range 2 * maxPoints {
		p := steady(i+1, 0, 0)
		p.Interval.OK, p.Interval.Started, p.Interval.Failed = 34_567_890+int64(i), 34_567_891, 1_234_567
		for j := range time.Duration(5) {
			p.Interval.Latency.Record(123_456_789 + 1_111_111*j)
		}
		p.InFlight, p.Length = 1_234_567, 987_654_321
		s.Add(p)
	}
	m.Series, m.Jobs = s.Points(), nil
	if len(m.Series) != maxPoints {
		t.Fatalf("%d points, want %d", len(m.Series), maxPoints)
	}
	var written bytes.Buffer
	if err := NewResult(plan, m).WriteJSON(&written, m.Jobs); err != nil {
		t.Fatal(err)
	}
	if written.Len() >= 64<<10 {
		t.Errorf("the result has %d bytes", written.Len())
	}
	t.Logf("%d bytes", written.Len())
}
