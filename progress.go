package aurea

import (
	"cmp"
	"slices"
	"time"
)

// Progress is what happened in one interval of a run. An executor reports it
// once an interval and once more at the end, so that the intervals' tallies add
// up to the run's. Whoever observes it must not keep or change Interval, Window
// and Failures: their memory is used again.
type Progress struct {
	Elapsed  time.Duration // since the run began, at the end of the interval
	Length   time.Duration // of the interval
	Interval *Tally
	Window   *Tally           // what rates are taken of: the interval, or, when that is brief, it and the one before; nil is the interval
	Wide     time.Duration    // how long the window is
	Failures map[string]int64 // by class: the interval's failed jobs, and timeouts that are of another class; those of the warm-up too
	InFlight int64            // at the end of the interval
	Paused   time.Duration    // how long of Elapsed the run was paused
	Activity Activity         // at the end of the interval
	Traced   []TracedJob      // of those that ended since the last report
}

// A Point is one interval of a result's series, or, as a run's progress, the
// counts so far with the rates of the last interval. Times are in seconds.
type Point struct {
	T          float64 `json:"t"` // end of the interval, since the run began
	Started    int64   `json:"started"`
	OK         int64   `json:"ok"`
	Failed     int64   `json:"failed"` // failed and timed out
	InFlight   int64   `json:"in_flight"`
	Throughput float64 `json:"throughput"` // ok jobs a second
	P50        float64 `json:"p50"`        // of latency
	P90        float64 `json:"p90"`
	P99        float64 `json:"p99"`
}

// Errors is what went wrong in the interval by class, the most frequent first:
// failures, and timeouts. The samples are empty.
func (p Progress) Errors() []ErrorClass {
	var classes []ErrorClass
	late := p.Interval.Failed + p.Interval.Timeout
	for class, n := range p.Failures {
		classes = append(classes, ErrorClass{Class: class, Count: n})
		late -= n
	}
	if late > 0 {
		classes = append(classes, ErrorClass{Class: timeoutClass, Count: late})
	}
	slices.SortFunc(classes, func(a, b ErrorClass) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Class, b.Class))
	})
	return classes
}

// brief is how long an interval must be to have a rate of its own. The last one of
// a run may be of any length: a few jobs that end within half a millisecond would
// make thousands a second of it, and none at all would make 0.
const brief = time.Second / 2

// Brief reports whether the interval is too short for a rate of its own.
func (p Progress) Brief() bool { return p.Length < brief }

// window is what rates and quantiles are taken of, and its length.
func (p Progress) window() (*Tally, time.Duration) {
	if p.Window == nil {
		return p.Interval, p.Length
	}
	return p.Window, p.Wide
}

// MeanLatency is that of the window, in seconds.
func (p Progress) MeanLatency() float64 {
	window, _ := p.window()
	return window.Latency.Mean()
}

// Point sums the interval up: its counts, and the rates of the window.
func (p Progress) Point() Point {
	window, length := p.window()
	return Point{
		T:          p.Elapsed.Seconds(),
		Started:    p.Interval.Started,
		OK:         p.Interval.OK,
		Failed:     p.Interval.Failed + p.Interval.Timeout,
		InFlight:   p.InFlight,
		Throughput: ratio(float64(window.OK), length.Seconds()),
		P50:        window.Latency.Quantile(0.50).Seconds(),
		P90:        window.Latency.Quantile(0.90).Seconds(),
		P99:        window.Latency.Quantile(0.99).Seconds(),
	}
}

// ratio is a/b, and 0 when there is nothing to divide by.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
