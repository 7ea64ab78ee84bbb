package aurea

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Validity says how reliable the numbers of a result are. It is independent of
// the run's status and of its verdict.
type Validity struct {
	State   ValidityState `json:"state"`
	Reasons []Reason      `json:"reasons"`
}

// A ValidityState is how reliable a result is.
type ValidityState string

// The states, from the best to the worst.
const (
	Valid    ValidityState = "valid"
	Degraded ValidityState = "degraded"
	Invalid  ValidityState = "invalid"
)

// A Reason is why a result is not valid: a code for programs, a sentence for
// people and, for a limit, the limit and the value that exceeds it.
type Reason struct {
	Code    string        `json:"code"`
	Message string        `json:"message"`
	State   ValidityState `json:"state"` // of a result that has only this reason
	Value   float64       `json:"value,omitempty"`
	Limit   float64       `json:"limit,omitempty"`
}

// The limits beyond which a result is degraded.
const (
	minDelayLimit  = time.Millisecond      // a shorter p99 of the lateness is always fine
	delayShare     = 0.05                  // of the mean service time; a shorter p99 is fine too
	cpuLimit       = 0.80                  // of the generator's cores
	stealLimit     = 0.02                  // of the generator's cores
	pauseLimit     = 10 * time.Millisecond // of the garbage collector
	schedulerLimit = 10 * time.Millisecond // p99 of the time that goroutines wait to run
	minDuration    = 10 * time.Millisecond // of the judged part
	coreLimit      = 0.80                  // of the time of jobs that compute, at least
)

// A validityCheck is one row of the table of checks. check reports whether the
// result has the problem, and the Value and Limit of its Reason.
type validityCheck struct {
	code  string
	state ValidityState
	check func(r *Result) (value, limit float64, found bool)
	// message is a format for value and limit, for value alone, or for none. %v
	// is for seconds. {jobs} is the value as a number of jobs; {lost} and {unlike}
	// name workers.
	message string
}

// NoneOK is the code of the reason of a result in which no job ended ok. Such a
// result has no latency, but its error rate is right.
const NoneOK = "none_ok"

// SharedHost is the code of the reason of a result whose workers, or whose
// scenarios, took the resources of one machine from each other.
const SharedHost = "shared_host"

// validityChecks is the table of checks. To add one, add its line.
var validityChecks = []validityCheck{
	{"no_samples", Invalid, func(r *Result) (float64, float64, bool) { return 0, 0, r.Counts.Ended() == 0 },
		"no job ended, so there is nothing to believe"},
	{NoneOK, Invalid, func(r *Result) (float64, float64, bool) {
		return float64(r.Counts.Ended()), 0, r.Counts.OK == 0 && r.Counts.Ended() > 0
	}, "{jobs} ended and none was ok, so there is no latency to believe"},
	{WorkerLostCode, Invalid, lostWorkers(false),
		"{lost} fell silent with %.4g of the load undone, and max_lost_fraction allows %.4g"},
	{WorkerLostCode, Degraded, lostWorkers(true),
		"{lost} fell silent with %.4g of the load undone, as max_lost_fraction allows up to %.4g"},
	{"stopped", Invalid, func(r *Result) (float64, float64, bool) { return 0, 0, r.Status != StatusCompleted },
		"the run was stopped before its end; these are the jobs that had ended by then"},
	{"aborted", Invalid, aborted,
		"a threshold ended the run after %v, before its end; these are the jobs that had ended by then"},
	{"paused", Degraded, pauses,
		"the run was paused for %v, in which what it measures had nothing to do"},
	{"load_changed", Degraded, loadChanges,
		"the load was changed while the run went on (changes: %.0f); the numbers are of all loads together"},
	{GeneratorLimit, Invalid, reachedLimits,
		"{jobs} failed because the generator's machine had no descriptor, port or memory left for them: " +
			"that is the generator's limit, and not the target's"},
	{"injected", Degraded, func(r *Result) (float64, float64, bool) {
		return 0, 0, r.Spec.ResolvedWorkload().injectsFaults()
	},
		"some jobs went wrong on purpose, as the workload's failure wants it; the numbers have them in"},
	{"delay", Degraded, lateStarts,
		"the generator started jobs late: p99 of its own lateness is %v, more than %v; ask it for less"},
	{"not_all_in_flight", Degraded, fewerInFlight,
		"the most in flight at once was %.0f of the %.0f jobs asked for: the first ended before the last had started"},
	{"few_cores", Degraded, fewerCores,
		"more jobs computed at once (%.0f) than there are cores (%.0f); their service time has the wait for a core " +
			"in it"},
	{"core_wait", Degraded, waitedForCores,
		"jobs that compute had a core for %.2f of their time, less than %.2f; other programs took the rest"},
	{"backlog", Degraded, backlog,
		"{jobs} still waited for room when the time was over; that latency is not in the numbers"},
	{"not_started", Degraded, notStarted,
		"{jobs} due before the time was over did not start: the generator was late, and there was room"},
	{"generator_cpu", Degraded, busyGenerator,
		"the generator used %.2f of its cores' time, more than %.2f; the numbers may be its own limit"},
	{"cpu_throttled", Degraded, above(func(r *Result) float64 { return r.Health.Throttled }, 0),
		"a CPU quota held the generator back for %v"},
	{"cpu_steal", Degraded, above(func(r *Result) float64 { return r.Health.Steal }, stealLimit),
		"the hypervisor took %.3f of the cores' time, more than %.3f"},
	{"gc_pause", Degraded, above(func(r *Result) float64 { return r.Health.GCPauseMax }, pauseLimit.Seconds()),
		"the garbage collector paused the generator for %v, more than %v"},
	{"scheduler_latency", Degraded, waitingGenerator,
		"goroutines of the generator waited up to %v (p99) to run, more than %v"},
	{"start_spread", Degraded, ofWorkers(startSpread),
		"the first worker began %v before the last, more than %v"},
	{"clock_bound", Degraded, ofWorkers(clockBound),
		"a worker's clock may be off by %v, more than %v; so may its times be"},
	{"report_gap", Degraded, ofWorkers(reportGap),
		"a worker was silent for %v, more than %v, while it went on starting jobs or stood still"},
	{"unlike_workers", Degraded, ofWorkers(unlikeWorkers),
		"the workers are unlike: they differ in {unlike}; the numbers are of all of them together"},
	{"uneven_workers", Degraded, ofWorkers(unevenEnds),
		"the first worker was done %v before the last, more than %v; from then on the load was below what " +
			"was asked for"},
	{"split_bound", Degraded, ofWorkers(splitBound),
		"each of %.0f workers had only its share of the %.0f places for jobs in flight, and one was full; in one " +
			"pool fewer jobs would have waited or been dropped"},
	{SharedHost, Degraded, ofWorkers(sharedHosts),
		"%.0f workers shared {machines}, and so took cores and network from each other"},
	{"too_short", Degraded, func(r *Result) (float64, float64, bool) {
		return r.Duration, minDuration.Seconds(), r.Duration < minDuration.Seconds() && r.Counts.Ended() > 0
	}, "the run took %v, less than %v: chance is a large part of it"},
	{"few_samples", Degraded, fewSamples,
		"a threshold is about a percentile that so few samples (%.0f) cannot tell; it takes %.0f"},
}

// ValidityCodes returns the codes of all possible reasons.
func ValidityCodes() []string {
	codes := make([]string, len(validityChecks))
	for i, c := range validityChecks {
		codes[i] = c.code
	}
	return slices.Compact(codes) // a code has a row for each of its states
}

// aborted checks whether a threshold ended the run.
func aborted(r *Result) (float64, float64, bool) {
	if r.Aborted == nil {
		return 0, 0, false
	}
	return r.Aborted.T, 0, true
}

// pauses checks for pauses, also in the warm-up.
func pauses(r *Result) (float64, float64, bool) {
	paused := r.Paused
	if r.Warmup != nil {
		paused += r.Warmup.Paused
	}
	return paused, 0, r.events(Pause) > 0
}

// GeneratorLimit is the error class of jobs that failed because this machine ran
// out of a resource, and the code of the reason of a result that has any.
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

// events returns how many events of a kind are on the timeline.
func (r *Result) events(kind string) (n int) {
	for _, event := range r.Timeline {
		if event.Kind == kind {
			n++
		}
	}
	return n
}

// above returns a check for a value above a limit.
func above(value func(*Result) float64, limit float64) func(*Result) (float64, float64, bool) {
	return func(r *Result) (float64, float64, bool) { return value(r), limit, value(r) > limit }
}

// fewerCores checks whether more computing jobs ran at once than there are
// cores.
func fewerCores(r *Result) (float64, float64, bool) {
	kind := r.Spec.ResolvedWorkload().Kind
	computes := kind == "cpu" || kind == "memory"
	cores := r.Environment.Cores
	return float64(r.InFlight.Max), float64(cores), computes && r.InFlight.Max > int64(cores)
}

// waitedForCores checks whether jobs that only compute, for which there were
// cores enough, waited for one all the same. A quota or a hypervisor that took
// them has a check of its own.
func waitedForCores(r *Result) (float64, float64, bool) {
	_, _, few := fewerCores(r)
	computes := r.Spec.ResolvedWorkload().Kind == "cpu" && r.InFlight.Mean > 0
	share := ratio(r.InFlight.Effective, r.InFlight.Mean)
	taken := r.Health.Throttled > 0 || r.Health.Steal > stealLimit
	return share, coreLimit, computes && share < coreLimit && !few && !taken
}

// busyGenerator checks the generator's CPU use, unless the run saturates the CPU
// by design.
func busyGenerator(r *Result) (float64, float64, bool) {
	return r.Health.CPU, cpuLimit, r.Health.CPU > cpuLimit && !r.saturatesByDesign()
}

// waitingGenerator checks how long goroutines waited for a core, with the same
// exception.
func waitingGenerator(r *Result) (float64, float64, bool) {
	latency, limit := r.Health.SchedulerLatency, schedulerLimit.Seconds()
	return latency, limit, latency > limit && !r.saturatesByDesign()
}

// saturatesByDesign reports whether the run is meant to use all cores: its jobs
// compute, or it measures the generator's own limit.
func (r *Result) saturatesByDesign() bool {
	job := r.Spec.ResolvedWorkload()
	return job.hasKind("cpu", "memory") || r.Model == Closed && job.Kind == "noop"
}

// fewSamples checks that every percentile in a threshold has at least one sample
// above it. The maximum needs none.
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

// checkValidity applies every check.
func (r *Result) checkValidity() Validity {
	validity := Validity{State: Valid, Reasons: []Reason{}}
	for _, c := range validityChecks {
		if value, limit, found := c.check(r); found {
			message := r.Workers.name(c.format(value, limit))
			validity.add(Reason{Code: c.code, Message: message, State: c.state, Value: value, Limit: limit})
		}
	}
	return validity
}

// format returns the message with as many numbers as it has verbs.
func (c validityCheck) format(value, limit float64) string {
	numbers := []any{checkedValue(value), checkedValue(limit)}
	message := strings.ReplaceAll(c.message, "{jobs}", jobs(int64(value)))
	return fmt.Sprintf(message, numbers[:strings.Count(c.message, "%")]...)
}

// A checkedValue is a value or a limit of a check. As a string it is a number of
// seconds, with three digits and a unit: 142ms.
type checkedValue float64

func (v checkedValue) String() string {
	d := time.Duration(math.Round(float64(v) * float64(time.Second)))
	unit := time.Nanosecond
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit).String()
}

func (v *Validity) add(reason Reason) {
	v.Reasons = append(v.Reasons, reason)
	if reason.State == Invalid || v.State == Valid {
		v.State = reason.State
	}
}
