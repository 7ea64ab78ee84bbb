package aurea

import (
	"cmp"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

// A Measurement is what an executor measured. NewResult derives all else from it.
type Measurement struct {
	Start       time.Time     // the run's start
	Duration    time.Duration // monotonic, to the end of the last job
	Stopped     bool          // cancelled before its end
	Interrupted bool          // stopped by the end of a server or a worker, not by anybody's wish
	Aborted     *Abort        // the threshold that stopped the run; nil if none did
	LivePlan    LivePlan      // the plan as changed by controls; the zero value without controls
	Timeline    []RunEvent    // the controls' events
	Tally       *Tally        // of the judged part, with Planned set
	Warmup      *Tally        // of the warm-up, with Planned set; empty without a warm-up
	MaxInFlight int64         // after the warm-up
	PeakFrom    time.Duration // when MaxInFlight was reached first
	PeakUntil   time.Duration // when MaxInFlight was last in flight; before PeakFrom if workers had their maxima apart
	Full        bool          // an arrival of an open plan found all slots taken
	// Lateness is how late the generator itself started the judged jobs of an open
	// plan, without their wait for a slot. It is nil if that is the tally's Delay.
	Lateness    *hist.Histogram
	FirstStart  time.Duration // start of the first job; negative if there was none
	OtherBusy   float64       // seconds of service after the warm-up, of its jobs and of cancelled ones
	LastStart   time.Duration // start of the last job, without the pauses before it
	Failures    []ErrorClass  // failed jobs by class, and timeouts that report a cause
	Breakdown   *Breakdown    // of the judged part; nil if jobs report nothing
	SampledJobs []SampledJob  // if the spec asks for a sample
	Series      []Point
	Jobs        *JobLog
	Health      Health
	Environment Environment
	Workers     *Workers      // nil if this process ran the jobs; else MaxInFlight is not used
	WorkerTally []PackedTally // of Workers.Of, in its order; nil for workers that are not Listed
	Scenarios   []Measurement // of the scenarios of the plan, each with its own clock; nil if it has none
	Warnings    []string      // remarks for the reader of the result
}

// Samples returns what the result of the measurement summarizes.
func (m Measurement) Samples() Samples {
	s := Samples{Tally: m.Tally, Breakdown: m.Breakdown, Jobs: m.Jobs}
	if m.Workers != nil && len(m.WorkerTally) > 0 {
		for _, i := range m.Workers.Listed() {
			s.Workers = append(s.Workers, m.WorkerTally[i])
		}
	}
	return s
}

// lateness returns how late the generator itself started the judged jobs.
func (m Measurement) lateness() *hist.Histogram {
	if len(m.Scenarios) == 0 {
		return cmp.Or(m.Lateness, m.Tally.Delay)
	}
	all := hist.New()
	for _, scenario := range m.Scenarios {
		all.Merge(scenario.lateness())
	}
	return all
}

// warmup describes the warm-up, in which the run was paused for the given time.
func (m Measurement) warmup(plan Plan, paused time.Duration) *Warmup {
	return &Warmup{
		Duration:    plan.Spec.Warmup.Seconds(),
		Paused:      paused.Seconds(),
		Counts:      m.Warmup.Counts,
		Latency:     Summarize(m.Warmup.Latency),
		ServiceTime: Summarize(m.Warmup.ServiceTime),
		Delay:       Summarize(m.Warmup.Delay),
	}
}

// rate compares the started jobs with the schedule, up to the end of the run. A
// schedule that ends by its job count ends after the gap of the last job. Pauses
// do not count.
func (m Measurement) rate(plan Plan) *Rate {
	if m.LivePlan.Changes > 0 {
		plan = m.LivePlan.Plan
	}
	length := time.Duration(plan.End)
	if plan.Jobs != Unbounded {
		length = min(length, NewSchedule(plan).Start(plan.Jobs))
	}
	if m.Stopped {
		paused, warmup := m.LivePlan.Pauses(m.Duration)
		length = min(length, max(m.Duration-paused-warmup, 0))
	}
	due, started := NewSchedule(plan).DueBefore(length), m.Tally.Started
	if m.Warmup != nil {
		started += m.Warmup.Started
	}
	return &Rate{
		Target:   ratio(float64(due), length.Seconds()),
		Achieved: ratio(float64(started), max(length, m.LastStart).Seconds()),
	}
}
