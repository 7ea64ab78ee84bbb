package aurea

import (
	"cmp"
	"slices"
	"time"
)

// Progress is the report of one interval of a run. An executor reports once an
// interval and once at the end; the intervals' tallies add up to the run's. The
// receiver must not keep or change the tallies, Failures and Breakdown: their
// memory is reused.
type Progress struct {
	Elapsed      time.Duration    // from the run's start to the end of the interval
	Length       time.Duration    // of the interval
	Interval     *Tally           // Judged and Warmup together
	Judged       *Tally           // the jobs of the interval whose intended start was after the warm-up
	Warmup       *Tally           // the other jobs of the interval; nil in a run without a warm-up
	Window       *Tally           // tally for rates: a brief interval and the one before it; nil for Interval alone
	WindowLength time.Duration    // of Window
	Failures     map[string]int64 // by class: failed jobs and timeouts of a class of their own, also in the warm-up
	Breakdown    *Breakdown       // of the judged part so far; nil if unknown or if jobs report nothing
	InFlight     int64            // at the end of the interval
	Paused       time.Duration    // part of Elapsed in which the run was paused
	Activity     Activity         // at the end of the interval
	Traced       []TracedJob      // that ended since the last report
	Scenarios    []ScenarioSoFar  // of a plan with scenarios, in their order
	Aborted      *Abort           // the threshold of a scenario that ends the run; nil for none
}

// A Point is one interval of a result's series. Times are in seconds.
type Point struct {
	T          float64 `json:"t"` // end of the interval, from the run's start
	Started    int64   `json:"started"`
	OK         int64   `json:"ok"`
	Failed     int64   `json:"failed"` // failed and timed out
	InFlight   int64   `json:"in_flight"`
	Throughput float64 `json:"throughput"` // ok jobs a second
	P50        float64 `json:"p50"`        // of latency
	P90        float64 `json:"p90"`
	P99        float64 `json:"p99"`
}

// Errors returns the failures and timeouts of the interval by class, the most
// frequent first. Their samples are empty.
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

// brief is the minimum length of an interval with a rate of its own. The last
// interval of a run has any length: a few jobs in half a millisecond would be a
// rate of thousands a second, and no job a rate of 0.
const brief = time.Second / 2

// Brief reports whether the interval is too short for a rate of its own.
func (p Progress) Brief() bool { return p.Length < brief }

// window returns the tally for rates and quantiles, and its length.
func (p Progress) window() (*Tally, time.Duration) {
	if p.Window == nil {
		return p.Interval, p.Length
	}
	return p.Window, p.WindowLength
}

// MeanLatency returns the mean latency of the window in seconds.
func (p Progress) MeanLatency() float64 {
	window, _ := p.window()
	return window.Latency.Mean()
}

// Point returns the counts of the interval and the rates of the window.
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

// ratio returns a/b, or 0 if b is 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
