package aurea

import (
	"fmt"
	"strings"
	"time"
)

// Validity says whether the numbers of a result may be believed; it is apart
// from how the run ended and from whether it passed.
type Validity struct {
	State   ValidityState `json:"state"`
	Reasons []Reason      `json:"reasons"`
}

// A ValidityState is how far to believe a result.
type ValidityState string

// The states, from good to bad.
const (
	Valid    ValidityState = "valid"
	Degraded ValidityState = "degraded"
	Invalid  ValidityState = "invalid"
)

// A Reason is one doubt about a result: a code for programs, a sentence for
// people, and, where it has them, the value measured and the limit it passed.
type Reason struct {
	Code    string        `json:"code"`
	Message string        `json:"message"`
	State   ValidityState `json:"state"` // what this reason alone makes of the result
	Value   float64       `json:"value,omitempty"`
	Limit   float64       `json:"limit,omitempty"`
}

// The limits beyond which a result deserves doubt.
const (
	minDelayLimit  = time.Millisecond      // late starts below this are never held against a run
	delayShare     = 0.05                  // else, below this share of the mean service time
	cpuLimit       = 0.80                  // of the generator's cores
	stealLimit     = 0.02                  // of the generator's cores
	pauseLimit     = 10 * time.Millisecond // of the garbage collector
	schedulerLimit = 10 * time.Millisecond // of 99 % of the goroutines that wanted to run
	minDuration    = 10 * time.Millisecond // of the judged part
)

// A doubt is one check: what makes a result doubtful, and how to say so. value
// passes limit where there is a number to it.
type doubt struct {
	code  string
	state ValidityState
	check func(r *Result) (value, limit float64, doubtful bool)
	say   string // with a %v for the value and one for the limit, or none
}

// NoneOK is the reason against a result that tells how often its jobs fail, and
// nothing else.
const NoneOK = "none_ok"

// doubts are all checks of a result's validity. To add one, add its line.
var doubts = []doubt{
	{"no_samples", Invalid, func(r *Result) (float64, float64, bool) { return 0, 0, r.Counts.Ended() == 0 },
		"no job ended, so there is nothing to believe"},
	{NoneOK, Invalid, func(r *Result) (float64, float64, bool) {
		return float64(r.Counts.Ended()), 0, r.Counts.OK == 0 && r.Counts.Ended() > 0
	}, "none of the %.0f jobs that ended was ok, so there is no latency to believe"},
	{"stopped", Invalid, func(r *Result) (float64, float64, bool) { return 0, 0, r.Status != StatusCompleted },
		"the run was stopped before its end; these are the jobs that had ended by then"},
	{"paused", Degraded, pauses,
		"the run was paused for %.3f s, in which what it measures had nothing to do"},
	{"load_changed", Degraded, loadChanges,
		"the load was changed %.0f times while the run went on; the numbers are of all loads together"},
	{GeneratorLimit, Invalid, reachedLimits,
		"%.0f jobs failed because this machine had no descriptor, port or memory left for them: that is the generator's limit, and not the target's"},
	{"injected", Degraded, func(r *Result) (float64, float64, bool) { return 0, 0, r.Spec.Job().goesWrong() },
		"some jobs went wrong on purpose, as the workload's failure wants it; the numbers have them in"},
	{"delay", Degraded, lateStarts,
		"the generator started jobs late: p99 of the delay is %.6f s, more than %.6f s; ask for less on this machine"},
	{"not_all_in_flight", Degraded, fewerInFlight,
		"only %.0f jobs were in flight at once of the %.0f asked for: the first ended before the last had started"},
	{"few_cores", Degraded, fewerCores,
		"up to %.0f jobs computed at once on %.0f cores; their service time has the wait for a core in it"},
	{"backlog", Degraded, backlog,
		"%.0f jobs still waited for room when the time was over; their latency is not in the numbers"},
	{"generator_cpu", Degraded, busyGenerator,
		"the generator used %.2f of its cores' time, more than %.2f; the numbers may be its own limit"},
	{"cpu_throttled", Degraded, func(r *Result) (float64, float64, bool) { return r.Health.Throttled, 0, r.Health.Throttled > 0 },
		"a CPU quota held the generator back for %.3f s"},
	{"cpu_steal", Degraded, over(func(r *Result) float64 { return r.Health.Steal }, stealLimit),
		"the hypervisor took %.3f of the cores' time, more than %.3f"},
	{"gc_pause", Degraded, over(func(r *Result) float64 { return r.Health.GCPauseMax }, pauseLimit.Seconds()),
		"the garbage collector paused the generator for %.6f s, more than %.6f s"},
	{"scheduler_latency", Degraded, waitingGenerator,
		"goroutines of the generator waited up to %.6f s (p99) to run, more than %.6f s"},
	{"too_short", Degraded, func(r *Result) (float64, float64, bool) {
		return r.Duration, minDuration.Seconds(), r.Duration < minDuration.Seconds() && r.Counts.Ended() > 0
	}, "the run took %.6f s, less than %.3f s: chance is a large part of it"},
	{"few_samples", Degraded, fewSamples,
		"a threshold is about a percentile that %.0f samples cannot tell; it takes %.0f"},
}

// Doubts lists the codes of all reasons that a check can give.
func Doubts() []string {
	codes := make([]string, len(doubts))
	for i, d := range doubts {
		codes[i] = d.code
	}
	return codes
}

// pauses doubts a run that was paused, if only in its warm-up.
func pauses(r *Result) (float64, float64, bool) {
	paused := r.Paused
	if r.Warmup != nil {
		paused += r.Warmup.Paused
	}
	return paused, 0, r.events(Pause) > 0
}

// GeneratorLimit is the class of jobs that failed because the generator's machine
// reached a limit, and the code of the doubt that they cast on a result.
const GeneratorLimit = "generator_limit"

func reachedLimits(r *Result) (float64, float64, bool) {
	for _, e := range r.Errors {
		if e.Class == GeneratorLimit {
			return float64(e.Count), 0, e.Count > 0
		}
	}
	return 0, 0, false
}

func loadChanges(r *Result) (float64, float64, bool) {
	n := r.events(ChangeLoad)
	return float64(n), 0, n > 0
}

// events is how many of a kind there are on the timeline.
func (r *Result) events(kind string) (n int) {
	for _, event := range r.Timeline {
		if event.Kind == kind {
			n++
		}
	}
	return n
}

// over doubts a value above a limit.
func over(value func(*Result) float64, limit float64) func(*Result) (float64, float64, bool) {
	return func(r *Result) (float64, float64, bool) { return value(r), limit, value(r) > limit }
}

// lateStarts holds the delay's p99 against what it may be. Where arrivals wait
// for room, the delay is the target's, not the generator's.
func lateStarts(r *Result) (float64, float64, bool) {
	limit := max(minDelayLimit.Seconds(), delayShare*r.ServiceTime.Mean)
	full := r.Model == Open && r.bound() > 0 && r.InFlight.Max >= r.bound()
	return r.Delay.P99, limit, r.Delay.P99 > limit && !full
}

// bound is the lowest that was set to the jobs in flight; 0 when none was.
func (r *Result) bound() int64 {
	bound := r.Spec.Concurrency
	for _, event := range r.Timeline {
		if to := event.Concurrency; to > 0 && (to < bound || bound == 0) {
			bound = to
		}
	}
	return bound
}

// fewerInFlight compares the most jobs in flight with what a closed run asked
// for at all times.
func fewerInFlight(r *Result) (float64, float64, bool) {
	asked := r.Counts.Planned
	if r.Spec.Concurrency > 0 {
		asked = min(asked, r.Spec.Concurrency)
	}
	judge := r.Model == Closed && len(r.Spec.Stages) == 0 && r.Spec.Warmup == 0 && r.events(ChangeLoad) == 0
	return float64(r.InFlight.Max), float64(asked), judge && r.InFlight.Max < asked
}

// fewerCores compares the jobs that computed at once with the cores there were.
func fewerCores(r *Result) (float64, float64, bool) {
	kind := r.Spec.Job().Kind
	computes := kind == "cpu" || kind == "memory"
	return float64(r.InFlight.Max), float64(r.Environment.Cores), computes && r.InFlight.Max > int64(r.Environment.Cores)
}

func backlog(r *Result) (float64, float64, bool) {
	left := r.Counts.Cancelled
	return float64(left), 0, left > 0 && r.Status == StatusCompleted
}

// busyGenerator doubts a generator near its limit, unless that limit is what
// was measured.
func busyGenerator(r *Result) (float64, float64, bool) {
	return r.Health.CPU, cpuLimit, r.Health.CPU > cpuLimit && !r.meantToBeBusy()
}

// waitingGenerator likewise doubts one whose goroutines did not get a core.
func waitingGenerator(r *Result) (float64, float64, bool) {
	latency, limit := r.Health.SchedulerLatency, schedulerLimit.Seconds()
	return latency, limit, latency > limit && !r.meantToBeBusy()
}

// meantToBeBusy reports whether the run is there to use the cores: its jobs
// compute, or it seeks the generator's own limit.
func (r *Result) meantToBeBusy() bool {
	job := r.Spec.Job()
	return job.does("cpu", "memory") || r.Model == Closed && job.Kind == "noop"
}

// fewSamples wants at least one sample above every percentile that a threshold
// is about, but for the maximum.
func fewSamples(r *Result) (float64, float64, bool) {
	var need float64
	for _, threshold := range r.Spec.Thresholds {
		if q, ok := threshold.quantile(); ok && q < 1 {
			need = max(need, 1/(1-q))
		}
	}
	have := float64(r.Counts.OK)
	return have, need, have > 0 && have < need-1e-6
}

// doubt applies every check.
func (r *Result) doubt() Validity {
	validity := Validity{State: Valid, Reasons: []Reason{}}
	for _, d := range doubts {
		if value, limit, doubtful := d.check(r); doubtful {
			validity.add(Reason{Code: d.code, Message: d.sentence(value, limit), State: d.state, Value: value, Limit: limit})
		}
	}
	return validity
}

func (d doubt) sentence(value, limit float64) string {
	numbers := []any{value, limit}
	return fmt.Sprintf(d.say, numbers[:strings.Count(d.say, "%.")]...)
}

func (v *Validity) add(reason Reason) {
	v.Reasons = append(v.Reasons, reason)
	if reason.State == Invalid || v.State == Valid {
		v.State = reason.State
	}
}
