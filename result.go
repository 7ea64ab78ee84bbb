package aurea

import (
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Result is what came of a plan. Times are in seconds, money is in the
// currency of the price, numbers are not rounded. A result is never changed
// once it is finished.
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
	Paused        float64              `json:"paused,omitempty"` // how much of the duration the run was paused
	StartTime     time.Time            `json:"start_time"`
	EndTime       time.Time            `json:"end_time"`
	Latency       Summary              `json:"latency"`      // of jobs that ended ok, from their intended start
	ServiceTime   Summary              `json:"service_time"` // of jobs that ended, from their start
	Delay         Summary              `json:"delay"`        // of jobs that ended, from intended to actual start
	FailedLatency Summary              `json:"failed_latency"`
	InFlight      InFlight             `json:"in_flight"`
	Model         Model                `json:"model"`
	Rate          *Rate                `json:"rate,omitempty"`   // of the open model
	Warmup        *Warmup              `json:"warmup,omitempty"` // what was not judged; nothing of it is in the rest
	Seed          uint64               `json:"seed"`
	Spec          Spec                 `json:"spec"`
	Cost          Cost                 `json:"cost"`
	Validity      Validity             `json:"validity"`
	Verdict       Verdict              `json:"verdict"`
	Thresholds    []ThresholdCheck     `json:"thresholds"`
	Errors        []ErrorClass         `json:"errors"`
	Series        []Point              `json:"series"`
	Timeline      []RunEvent           `json:"timeline,omitempty"` // what was done to the run while it ran
	Phases        param.Named[Summary] `json:"phases,omitempty"`   // stretches of a job's time, where its workload tells them
	Counters      param.Named[Amount]  `json:"counters,omitempty"` // what jobs counted, where their workload tells
	Statuses      param.Named[int64]   `json:"statuses,omitempty"` // how many answers had each status, those of redirects and polls too
	Parts         []PartResult         `json:"parts,omitempty"`    // of a mix
	Health        Health               `json:"health"`
	Environment   Environment          `json:"environment"`
	JobsNotListed int64                `json:"jobs_not_listed,omitempty"` // started, but beyond the limit of records
	Stored        *bool                `json:"stored,omitempty"`          // false when it could not be kept; else absent
	Warnings      []string             `json:"warnings,omitempty"`        // what the reader should know beside the numbers
	Tally         *Tally               `json:"-"`                         // what the summaries are of; nil in a result read from JSON
	Detail        *Detail              `json:"-"`                         // what phases, counters and parts are of; likewise
	Jobs          *JobLog              `json:"-"`                         // nil when no records were kept
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

// InFlight is how many jobs were started and not yet ended.
type InFlight struct {
	Max  int64   `json:"max"`  // the most seen at one moment of the run's duration
	Mean float64 `json:"mean"` // over the run's duration; both count jobs of the warm-up that go on after it
	// Effective is how many made progress at once: of jobs that compute, as many as
	// had a core; of others, the mean.
	Effective float64 `json:"effective"`
}

// A Model is how jobs are started: each when an earlier one has ended, or by a
// rate. In the closed model a stall delays the jobs behind it out of sight; in
// the open one they are late, and their latency says so.
type Model string

// The models.
const (
	Closed Model = "closed"
	Open   Model = "open"
)

// Rate is what the open model asked for and got, in jobs a second, over the
// whole run, its warm-up included.
type Rate struct {
	Target   float64 `json:"target"`   // jobs due, by the length of the schedule
	Achieved float64 `json:"achieved"` // jobs started, by the time it took
}

// Warmup is what happened to the jobs that were intended to start in the
// warm-up.
type Warmup struct {
	Duration    float64 `json:"duration"`
	Paused      float64 `json:"paused,omitempty"` // for how long beside its duration
	Counts      Counts  `json:"counts"`
	Latency     Summary `json:"latency"`
	ServiceTime Summary `json:"service_time"`
	Delay       Summary `json:"delay"`
}

// An ErrorClass counts failures of one kind, with one of their messages.
type ErrorClass struct {
	Class  string `json:"class"`
	Count  int64  `json:"count"`
	Sample string `json:"sample"`
}

// A Measurement is what an executor saw, before anything is derived from it.
type Measurement struct {
	Start       time.Time     // when the run began
	Duration    time.Duration // on the monotonic clock, to the end of the last job
	Stopped     bool          // it was cancelled before its end
	LivePlan    LivePlan      // the plan as changed by controls; the zero value if there were none
	Timeline    []RunEvent    // the controls' events
	Tally       *Tally        // of the judged part, with Planned
	Warmup      *Tally        // of the warm-up, likewise; empty without one
	MaxInFlight int64         // once the warm-up was over
	OtherBusy   float64       // seconds that jobs took after the warm-up and that are not in the tally's service time: of its jobs, and of cancelled ones
	LastStart   time.Duration // when the last job was started, less the pauses before
	Failures    []ErrorClass  // of jobs that failed; of timeouts only where jobs say more of them
	Detail      *Detail       // of the judged part; nil where jobs tell nothing of themselves
	Series      []Point
	Jobs        *JobLog
	Health      Health
	Environment Environment
}

// NotStored is the result with the warning that it could not be kept, and why.
func (r *Result) NotStored(why error) *Result {
	told, stored := *r, false
	told.Stored = &stored
	told.Warnings = append(slices.Clone(r.Warnings), "this result is in no history: "+why.Error())
	return &told
}

// NewResult derives the result of a plan from what was measured. The identity
// of the run is added by whoever gave it one.
func NewResult(plan Plan, m Measurement) *Result {
	tally := m.Tally
	cost := plan.Spec.ResolvedPricing().cost(tally)
	paused, pausedWarmup := m.LivePlan.Pauses(m.Duration)
	seconds := max(m.Duration-time.Duration(plan.Spec.Warmup)-pausedWarmup, 0).Seconds()
	start := m.Start.UTC().Truncate(time.Microsecond)
	result := &Result{
		Name:          plan.Spec.Name,
		Status:        StatusCompleted,
		NumJobs:       tally.Planned,
		CompletedJobs: tally.OK,
		FailedJobs:    tally.Failed + tally.Timeout,
		Counts:        tally.Counts,
		Throughput:    ratio(float64(tally.OK), seconds),
		MeanLatency:   tally.Latency.Mean(),
		TotalCost:     cost.Total,
		Duration:      seconds,
		Paused:        min(paused.Seconds(), seconds),
		StartTime:     start,
		EndTime:       start.Add(m.Duration.Truncate(time.Microsecond)),
		Latency:       Summarize(tally.Latency),
		ServiceTime:   Summarize(tally.ServiceTime),
		Delay:         Summarize(tally.Delay),
		FailedLatency: Summarize(tally.FailedLatency),
		InFlight:      InFlight{Max: m.MaxInFlight, Mean: ratio(tally.ServiceTime.Sum()+m.OtherBusy, seconds)},
		Model:         Closed,
		Seed:          plan.Seed,
		Spec:          plan.Spec,
		Cost:          cost,
		Errors:        errorClasses(plan, m),
		Series:        m.Series,
		Timeline:      m.Timeline,
		Health:        m.Health,
		Environment:   m.Environment,
		JobsNotListed: m.Jobs.Omitted(),
		Tally:         tally,
		Jobs:          m.Jobs,
	}
	result.InFlight.Effective = result.InFlight.Mean
	result.tell(m.Detail)
	if m.Stopped {
		result.Status = StatusCancelled
	}
	if plan.Open() {
		result.Model = Open
		result.Rate = m.rate(plan)
	}
	if plan.Spec.Warmup > 0 {
		result.Warmup = &Warmup{
			Duration:    plan.Spec.Warmup.Seconds(),
			Paused:      pausedWarmup.Seconds(),
			Counts:      m.Warmup.Counts,
			Latency:     Summarize(m.Warmup.Latency),
			ServiceTime: Summarize(m.Warmup.ServiceTime),
			Delay:       Summarize(m.Warmup.Delay),
		}
	}
	result.judge()
	return result
}

// rate compares the schedule, as far as the run went, with what became of it. A
// schedule that ends with its last job is as long as that job's gap and those
// before it. In a pause there is nothing to keep up with, so it is left out.
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

// timeoutClass is what jobs that took too long are counted under.
const timeoutClass = "timeout"

// errorClasses are those of the failures, and one for the jobs that took too long
// of which nothing else is told.
func errorClasses(plan Plan, m Measurement) []ErrorClass {
	classes := append([]ErrorClass{}, m.Failures...)
	told, late := -1, m.Tally.Failed+m.Tally.Timeout
	for i, c := range classes {
		if c.Class == timeoutClass {
			told = i
		} else {
			late -= c.Count
		}
	}
	switch {
	case told >= 0:
		classes[told].Count = late
	case late > 0:
		classes = append(classes, ErrorClass{timeoutClass, late, "the job took longer than " + plan.Spec.Timeout.String()})
	}
	return classes
}
