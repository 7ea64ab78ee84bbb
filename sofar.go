package aurea

import (
	"cmp"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

// SoFar is what a running run has measured by now, beside its counts: what a
// live view shows. Times are in seconds. Thresholds and what follows them are
// of the judged jobs.
type SoFar struct {
	Seed       uint64           `json:"seed"`
	Target     float64          `json:"target,omitempty"`     // jobs a second that are due now, of the open model
	Limit      int64            `json:"limit,omitempty"`      // most in flight now; absent if the spec sets none
	Dropped    int64            `json:"dropped,omitempty"`    // also in the warm-up
	DelayP99   float64          `json:"delay_p99"`            // of the last interval
	Errors     []ErrorSoFar     `json:"errors,omitempty"`     // also in the warm-up; the most frequent first
	Thresholds []ThresholdCheck `json:"thresholds,omitempty"` // their values so far
	Parts      []PartSoFar      `json:"parts,omitempty"`      // of a mix
	Scenarios  []ScenarioSoFar  `json:"scenarios,omitempty"`  // in the order of the spec
	Latency    []Bucket         `json:"latency,omitempty"`    // of jobs that ended ok, shortest first
	Cost       float64          `json:"cost,omitempty"`       // if the spec has prices, in their currency
	Time       []TimeSoFar      `json:"time,omitempty"`       // where the time of the jobs goes
}

// An ErrorSoFar counts the failures of one kind.
type ErrorSoFar struct {
	Class string `json:"class"`
	Count int64  `json:"count"`
}

// A PartSoFar is the state of one workload of a mix.
type PartSoFar struct {
	Name   string  `json:"name"`
	OK     int64   `json:"ok"`
	Failed int64   `json:"failed"` // failed and timed out
	P99    float64 `json:"p99"`    // of latency
}

// A ScenarioSoFar is the state of one scenario. Throughput, P50 and P99 are of its
// last interval.
type ScenarioSoFar struct {
	Name       string           `json:"name"`
	State      string           `json:"state"` // ScenarioWaiting, ScenarioRunning or ScenarioEnded
	OK         int64            `json:"ok"`
	Failed     int64            `json:"failed"` // failed and timed out
	InFlight   int64            `json:"in_flight"`
	Throughput float64          `json:"throughput"`
	P50        float64          `json:"p50"` // of latency, as P99 is
	P99        float64          `json:"p99"`
	Thresholds []ThresholdCheck `json:"thresholds,omitempty"`
}

// The states of a scenario.
const (
	ScenarioWaiting = "waiting"
	ScenarioRunning = "running"
	ScenarioEnded   = "ended"
)

// A TimeSoFar is one thing that jobs spend their time on: the delay of their
// start, or a phase that the workload reports, or the service as a whole.
type TimeSoFar struct {
	Name  string  `json:"name"`
	Share float64 `json:"share"` // of the delays and service times of all jobs together
	Mean  float64 `json:"mean"`  // over the jobs that have it
	P99   float64 `json:"p99"`
}

// The most rows of a SoFar, to bound what is sent once an interval.
const (
	maxSoFar   = 16
	maxBuckets = 12
)

// A Follower follows the progress of a run and describes the run so far. It
// belongs to one goroutine at a time.
type Follower struct {
	judgedSoFar
	dropped     int64
	maxInFlight int64 // at the ends of the intervals
	errors      map[string]int64
}

// NewFollower returns a Follower for an execution of the plan.
func NewFollower(plan Plan) *Follower {
	return &Follower{judgedSoFar: newJudgedSoFar(plan), errors: map[string]int64{}}
}

// Observe adds the next interval and returns the run so far.
func (f *Follower) Observe(p Progress) *SoFar {
	f.add(p)
	f.dropped += p.Interval.Dropped
	f.maxInFlight = max(f.maxInFlight, p.InFlight)
	for _, class := range p.Errors() {
		f.errors[class.Class] += class.Count
	}
	window, _ := p.window()
	soFar := &SoFar{
		Seed:       f.plan.Seed,
		Target:     p.Activity.Rate,
		Limit:      p.Activity.Limit,
		Dropped:    f.dropped,
		DelayP99:   window.Delay.Quantile(0.99).Seconds(),
		Errors:     f.sortedErrors(),
		Thresholds: f.thresholds(p),
		Parts:      partsSoFar(p.Breakdown),
		Scenarios:  p.Scenarios,
		Latency:    bucketsSoFar(f.judged.Latency),
		Time:       f.time(p.Breakdown),
	}
	if pricing := f.plan.Spec.Pricing; pricing != nil {
		soFar.Cost = toFloat64(pricing.Spent(f.judged))
	}
	return soFar
}

// sortedErrors returns the classes, the most frequent first.
func (f *Follower) sortedErrors() (sorted []ErrorSoFar) {
	for class, n := range f.errors {
		sorted = append(sorted, ErrorSoFar{Class: class, Count: n})
	}
	slices.SortFunc(sorted, func(a, b ErrorSoFar) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Class, b.Class))
	})
	return sorted[:min(len(sorted), maxSoFar)]
}

// thresholds checks the spec's thresholds on the run so far. Nothing has data
// before the end of the warm-up.
func (f *Follower) thresholds(p Progress) (checks []ThresholdCheck) {
	if len(f.plan.Spec.Thresholds) == 0 {
		return nil
	}
	result, tally := f.result(p)
	result.InFlight.Max = f.maxInFlight
	samples := Samples{Tally: tally, Breakdown: p.Breakdown}
	result.addCounters(p.Breakdown)
	for _, threshold := range f.plan.Spec.Thresholds {
		checks = append(checks, threshold.Check(&result, samples))
	}
	return checks
}

// partsSoFar returns the parts of a mix, those with most failures first.
func partsSoFar(b *Breakdown) (parts []PartSoFar) {
	if b == nil {
		return nil
	}
	for i, part := range b.Parts {
		tally := b.parts[i]
		parts = append(parts, PartSoFar{
			Name: part.Name, OK: tally.OK, Failed: tally.Failed + tally.Timeout,
			P99: tally.Latency.Quantile(0.99).Seconds(),
		})
	}
	slices.SortStableFunc(parts, func(a, b PartSoFar) int { return cmp.Compare(b.Failed, a.Failed) })
	return parts[:min(len(parts), maxSoFar)]
}

func bucketsSoFar(latency *hist.Histogram) (buckets []Bucket) {
	for _, b := range latency.Spread(maxBuckets) {
		buckets = append(buckets, Bucket{UpTo: b.UpTo.Seconds(), Count: b.Count})
	}
	return buckets
}

// time returns the delay and the phases in the order in which the workload
// names them; the service time without phases.
func (f *Follower) time(b *Breakdown) (spent []TimeSoFar) {
	whole := f.judged.Delay.Sum() + f.judged.ServiceTime.Sum()
	add := func(name string, h *hist.Histogram) {
		if h.Count() > 0 {
			spent = append(spent, TimeSoFar{
				Name: name, Share: ratio(h.Sum(), whole), Mean: h.Mean(), P99: h.Quantile(0.99).Seconds(),
			})
		}
	}
	add("delay", f.judged.Delay)
	before := len(spent)
	if b != nil {
		for i, name := range b.Phases {
			add(name, b.phases[i])
		}
	}
	if len(spent) == before {
		add("service", f.judged.ServiceTime)
	}
	return spent[:min(len(spent), maxSoFar)]
}

// judgedSoFar is the judged part of a run by now.
type judgedSoFar struct {
	plan   Plan
	judged *Tally
	warmup time.Duration
	paused time.Duration // the part of the pauses that was in the warm-up
}

func newJudgedSoFar(plan Plan) judgedSoFar {
	return judgedSoFar{plan: plan, judged: NewTally(), warmup: time.Duration(plan.Spec.Warmup)}
}

// add adds the next interval.
func (j *judgedSoFar) add(p Progress) {
	j.judged.Merge(p.Judged)
	if p.Elapsed-p.Paused <= j.warmup {
		j.paused = p.Paused
	}
}

// length returns how long the judged part has been running, without its pauses.
func (j *judgedSoFar) length(p Progress) time.Duration { return p.Elapsed - p.Paused - j.warmup }

// result returns the part of the result that follows from the judged jobs so
// far, and their tally.
func (j *judgedSoFar) result(p Progress) (Result, *Tally) {
	tally := *j.judged
	tally.Planned = tally.Accounted()
	return tallied(j.plan, &tally, max(p.Elapsed-j.warmup-j.paused, 0)), &tally
}
