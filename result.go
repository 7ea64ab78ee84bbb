package aurea

import (
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

// NotStored returns a copy of the result that says that it is not stored, and a
// warning with the cause.
func (r *Result) NotStored(cause error) *Result {
	marked, stored := *r, false
	marked.Stored = &stored
	marked.Warnings = append(slices.Clone(r.Warnings), "this result is in no history: "+cause.Error())
	return &marked
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
