package report

import (
	"github.com/aurea-orchestrator/aurea"
)

// A doubt is a reason why the numbers of a result may be wrong, and what to do
// about it.
type doubt struct {
	State   string // invalid, degraded or warning
	Message string
	Advice  string // "" if there is nothing to do
}

// doctor ends an advice where the machine is the reason.
const doctor = "; aurea doctor shows what on this machine is in the way"

// advice says what to do about each reason of validity, by its code.
var advice = map[string]string{
	"no_samples":         "check the load and the target: a longer --duration or --timeout lets jobs end",
	aurea.NoneOK:         "look at the errors above, and mend the target or the spec first",
	aurea.WorkerLostCode: "look at the log of the worker that was lost; --max-lost-fraction allows for losses",
	"stopped":            "run it to its end",
	"aborted":            "look at the threshold that failed; without its abort the run goes on to its end",
	"paused":             "run it without a pause, to compare its numbers with those of others",
	"load_changed":       "run each load by itself, or use stages, to tell the loads apart",
	aurea.GeneratorLimit: "raise the limits of files and ports, or ask for less in flight" + doctor,
	"injected":           "remove failure from the workload to measure without it",
	"delay":              "ask for a lower --rate or --concurrency, or use more cores or workers" + doctor,
	"not_all_in_flight":  "give it more jobs, or run for a --duration, so that all slots fill up",
	"few_cores":          "set --concurrency to the number of cores, or use a larger machine",
	"core_wait":          "stop other programs, or use a machine of its own" + doctor,
	"backlog":            "allow more --concurrency, or ask for a lower --rate: the target could not keep up",
	"not_started":        "ask for a lower --rate, or use more cores or workers" + doctor,
	"generator_cpu":      "ask for less, use more cores, or deal the load to workers" + doctor,
	"cpu_throttled":      "raise the CPU quota of the container or the cgroup" + doctor,
	"cpu_steal":          "use a machine with cores of its own, or wait until its neighbours are idle" + doctor,
	"gc_pause":           "free memory, raise GOGC, or keep no record of jobs (include_jobs: false)" + doctor,
	"scheduler_latency":  "stop other programs, use more cores, or ask for less" + doctor,
	"start_spread":       "synchronize the workers' clocks, and look for a slow network to one of them",
	"clock_bound":        "synchronize the workers' clocks (chrony, PTP), and look for a slow network",
	"report_gap":         "look at the log and the network of the worker that was silent",
	"unlike_workers":     "use workers that are alike, such as --workers all,zone=a",
	"uneven_workers":     "run for a --duration instead of a number of jobs",
	"split_bound":        "allow more --concurrency, or use fewer workers",
	"shared_host":        "run one worker on each machine, and scenarios one after the other",
	"too_short":          "run for longer: --duration 10s, or more --jobs",
	"few_samples":        "run for longer, or set the threshold on a lower percentile",
}

// newDoubts returns the reasons of a result's validity, those that make it
// invalid first, and its warnings.
func newDoubts(r *aurea.Result) []doubt {
	var doubts []doubt
	for _, state := range []aurea.ValidityState{aurea.Invalid, aurea.Degraded} {
		for _, reason := range r.Validity.Reasons {
			if reason.State == state {
				doubts = append(doubts, doubt{string(state), reason.Message, advice[reason.Code]})
			}
		}
	}
	for _, warning := range r.Warnings {
		doubts = append(doubts, doubt{State: "warning", Message: warning})
	}
	return doubts
}
