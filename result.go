package aurea

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Result is the outcome of a plan. Times are in seconds, money is in the
// currency of the price, numbers are not rounded. A finished result is never
// changed.
type Result struct {
	ID            string               `json:"benchmark_id"`
	Name          string               `json:"name"`
	Status        Status               `json:"status"`
	NumJobs       int64                `json:"num_jobs"`
	CompletedJobs int64                `json:"completed_jobs"` // ended ok
	FailedJobs    int64                `json:"failed_jobs"`    // failed and timed out
	Counts        Counts               `json:"counts"`
	Throughput    float64              `json:"throughput"` // completed jobs a second
	MeanLatency   float64              `json:"mean_latency"`
	TotalCost     float64              `json:"total_cost"`
	Duration      float64              `json:"duration"`         // from the run's start to its last job's end
	Paused        float64              `json:"paused,omitempty"` // part of the duration in which the run was paused
	StartTime     time.Time            `json:"start_time"`
	EndTime       time.Time            `json:"end_time"`
	Latency       Summary              `json:"latency"`      // of jobs that ended ok, from their intended start
	ServiceTime   Summary              `json:"service_time"` // of jobs that ended, from their start
	Delay         Summary              `json:"delay"`        // of jobs that ended, from intended to actual start
	FailedLatency Summary              `json:"failed_latency"`
	InFlight      InFlight             `json:"in_flight"`
	Model         Model                `json:"model"`
	Rate          *Rate                `json:"rate,omitempty"`   // for the open model
	Warmup        *Warmup              `json:"warmup,omitempty"` // not judged, and not in the other fields
	Seed          uint64               `json:"seed"`
	Spec          Spec                 `json:"spec"`
	Cost          Cost                 `json:"cost"`
	Validity      Validity             `json:"validity"`
	Verdict       Verdict              `json:"verdict"`
	Thresholds    []ThresholdCheck     `json:"thresholds"`
	Aborted       *Abort               `json:"aborted,omitempty"` // the threshold that ended the run early
	Errors        []ErrorClass         `json:"errors"`
	SampledJobs   []SampledJob         `json:"sampled_jobs,omitempty"` // with their requests, if the spec has a sample
	Series        []Point              `json:"series"`
	Sparkline     []float64            `json:"sparkline,omitempty"` // in a list, instead of the series: ok jobs a second
	Timeline      []RunEvent           `json:"timeline,omitempty"`  // the controls applied to the run
	Phases        param.Named[Summary] `json:"phases,omitempty"`    // if the workload reports them
	Counters      param.Named[Amount]  `json:"counters,omitempty"`  // amounts, if the workload reports them
	Statuses      param.Named[int64]   `json:"statuses,omitempty"`  // responses by status, also of redirects and polls
	Parts         []PartResult         `json:"parts,omitempty"`     // for a mix
	Scenarios     []ScenarioResult     `json:"scenarios,omitempty"` // in the order of the spec
	Workers       *Workers             `json:"workers,omitempty"`   // of a run that several machines executed
	Histogram     *Histogram           `json:"histogram,omitempty"` // of the latency; only in documents of the command
	Health        Health               `json:"health"`
	Environment   Environment          `json:"environment"`
	JobsNotListed int64                `json:"jobs_not_listed,omitempty"` // started jobs without a record: beyond the limit, or of a lost worker
	Stored        *bool                `json:"stored,omitempty"`          // false if not stored; else absent
	Warnings      []string             `json:"warnings,omitempty"`        // remarks for the reader
}

// A Summary describes a distribution of durations, in seconds.
type Summary struct {
	Count  int64   `json:"count"`
	Min    float64 `json:"min"`    // exact
	Mean   float64 `json:"mean"`   // exact
	StdDev float64 `json:"stddev"` // exact
	P50    float64 `json:"p50"`    // quantiles are at most 0.1 % above the true ones
	P90    float64 `json:"p90"`
	P95    float64 `json:"p95"`
	P99    float64 `json:"p99"`
	P999   float64 `json:"p999"`
	Max    float64 `json:"max"` // exact
}

// Summarize describes a histogram.
func Summarize(h *hist.Histogram) Summary {
	return Summary{
		Count:  h.Count(),
		Min:    h.Min().Seconds(),
		Mean:   h.Mean(),
		StdDev: h.StdDev(),
		P50:    h.Quantile(0.50).Seconds(),
		P90:    h.Quantile(0.90).Seconds(),
		P95:    h.Quantile(0.95).Seconds(),
		P99:    h.Quantile(0.99).Seconds(),
		P999:   h.Quantile(0.999).Seconds(),
		Max:    h.Max().Seconds(),
	}
}

// InFlight describes the number of started jobs that had not ended.
type InFlight struct {
	Max  int64   `json:"max"`  // at one moment; with AtLeast an upper bound
	Mean float64 `json:"mean"` // over the duration; both include jobs of the warm-up that continue after it
	// AtLeast is a lower bound of the most at one moment. It is given if several
	// workers may have had their most at different moments: Max is their sum.
	AtLeast int64 `json:"at_least,omitempty"`
	// Effective is how many jobs made progress at once: for computing jobs those
	// that had a core, for others the mean.
	Effective float64 `json:"effective"`
}

// A Model is how jobs are started. In the closed model a job starts when an earlier
// one ends, so a stall delays later jobs without a trace. In the open model jobs
// start at a rate, and the latency of late jobs includes the delay.
type Model string

// The models.
const (
	Closed Model = "closed"
	Open   Model = "open"
	Mixed  Model = "mixed" // of a run whose scenarios have both
)

// Rate compares the rate of the open model with the schedule, in jobs a second,
// over the whole run with its warm-up.
type Rate struct {
	Target   float64 `json:"target"`   // jobs due, divided by the length of the schedule
	Achieved float64 `json:"achieved"` // jobs started, divided by the time it took
}

// Warmup describes the jobs whose intended start was in the warm-up.
type Warmup struct {
	Duration    float64 `json:"duration"`
	Paused      float64 `json:"paused,omitempty"` // in addition to its duration
	Counts      Counts  `json:"counts"`
	Latency     Summary `json:"latency"`
	ServiceTime Summary `json:"service_time"`
	Delay       Summary `json:"delay"`
}

// An ErrorClass counts failures of one kind. Sample is the message of one of them.
type ErrorClass struct {
	Class  string `json:"class"`
	Count  int64  `json:"count"`
	Sample string `json:"sample"`
}

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

// NotStored returns a copy of the result that says that it is not stored, and a
// warning with the cause.
func (r *Result) NotStored(cause error) *Result {
	marked, stored := *r, false
	marked.Stored = &stored
	marked.Warnings = append(slices.Clone(r.Warnings), "this result is in no history: "+cause.Error())
	return &marked
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

// NewResult derives the result of a plan from a measurement. The caller sets its
// ID.
func NewResult(plan Plan, m Measurement) *Result {
	tally := m.Tally
	paused, pausedWarmup := m.LivePlan.Pauses(m.Duration)
	judged := max(m.Duration-m.judgedFrom(plan), 0)
	start := m.Start.UTC().Truncate(time.Microsecond)
	r := tallied(plan, tally, judged)
	result := &r
	result.Status = StatusCompleted
	result.Paused = min(paused.Seconds(), result.Duration)
	result.StartTime, result.EndTime = start, start.Add(m.Duration.Truncate(time.Microsecond))
	result.InFlight = InFlight{
		Max: m.MaxInFlight, Mean: ratio(tally.ServiceTime.Sum()+m.OtherBusy, result.Duration),
	}
	result.Model = Closed
	result.Errors = errorClasses(plan, m)
	result.SampledJobs = m.SampledJobs
	result.Series, result.Timeline = m.Series, m.Timeline
	result.Health, result.Environment = m.Health, m.Environment
	result.Health.Lateness = m.lateness().Quantile(0.99).Seconds()
	result.JobsNotListed = m.Jobs.Omitted()
	result.Warnings = m.Warnings
	if remark := plan.usedUp(tally.Counts); remark != "" {
		result.Warnings = append(slices.Clip(result.Warnings), remark)
	}
	result.InFlight.Effective = result.InFlight.Mean
	result.addBreakdown(m.Samples())
	switch {
	case m.Interrupted:
		result.Status = StatusInterrupted
	case m.Stopped && m.Aborted != nil:
		result.Aborted = m.Aborted
	case m.Stopped:
		result.Status = StatusCancelled
	}
	if plan.Open() {
		result.Model = Open
		result.Rate = m.rate(plan)
	}
	result.addWorkers(m.Workers)
	result.addScenarios(plan, m)
	if plan.Spec.Warmup > 0 {
		result.Warmup = m.warmup(plan, pausedWarmup)
	}
	result.judge(m.Samples(), result.shareHost(m))
	return result
}

// tallied returns the part of a plan's result that follows from the tally of its
// judged part and from its length.
func tallied(plan Plan, tally *Tally, length time.Duration) Result {
	cost := plan.Spec.ResolvedPricing().cost(tally)
	return Result{
		Name:          plan.Spec.Name,
		NumJobs:       tally.Planned,
		CompletedJobs: tally.OK,
		FailedJobs:    tally.Failed + tally.Timeout,
		Counts:        tally.Counts,
		Throughput:    ratio(float64(tally.OK), length.Seconds()),
		MeanLatency:   tally.Latency.Mean(),
		TotalCost:     cost.Total,
		Duration:      length.Seconds(),
		Latency:       Summarize(tally.Latency),
		ServiceTime:   Summarize(tally.ServiceTime),
		Delay:         Summarize(tally.Delay),
		FailedLatency: Summarize(tally.FailedLatency),
		Seed:          plan.Seed,
		Spec:          plan.Spec,
		Cost:          cost,
	}
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

// MergeErrors adds up failures by class, the most frequent first. The sample of a
// class is the first that there is.
func MergeErrors(lists ...[]ErrorClass) []ErrorClass {
	merged := map[string]ErrorClass{}
	for _, class := range slices.Concat(lists...) {
		before := merged[class.Class]
		class.Count += before.Count
		class.Sample = cmp.Or(before.Sample, class.Sample)
		merged[class.Class] = class
	}
	return slices.SortedFunc(maps.Values(merged), func(a, b ErrorClass) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Class, b.Class))
	})
}

// timeoutClass is the error class of jobs that timed out.
const timeoutClass = "timeout"

// errorClasses returns the classes of failures, and a class for the timeouts that
// have none.
func errorClasses(plan Plan, m Measurement) []ErrorClass {
	classes := append([]ErrorClass{}, m.Failures...)
	timeouts, late := -1, m.Tally.Failed+m.Tally.Timeout
	for i, c := range classes {
		if c.Class == timeoutClass {
			timeouts = i
		} else {
			late -= c.Count
		}
	}
	switch {
	case timeouts >= 0:
		classes[timeouts].Count = late
	case late > 0:
		classes = append(classes, ErrorClass{timeoutClass, late,
			"the job took longer than " + plan.Spec.Timeout.String()})
	}
	return classes
}
