package workload

import "github.com/aurea-orchestrator/aurea/param"

// MaxThreads is how many jobs may be in flight at once if each blocks a thread.
// The Go runtime ends a process that needs more than 10,000 threads.
const MaxThreads = 5000

// An inFlightLimit is how many jobs may be in flight at once, and which kind
// limits it. The zero value is no limit.
type inFlightLimit struct {
	max   int64
	kind  string
	takes string // what each job takes
}

// newInFlightLimit returns the limit of a kind itself.
func newInFlightLimit(k Kind, policy Policy) inFlightLimit {
	l := inFlightLimit{k.MaxInFlight, k.Name, "a goroutine"}
	if k.MaxInFlight == MaxThreads {
		l.takes = "a thread of the system"
	}
	if k.OpensFile && policy.OpenFiles > 0 && policy.OpenFiles < l.max {
		l.max, l.takes = policy.OpenFiles, "one of the files that may be open for jobs, see ulimit -n,"
	}
	return l
}

// within returns the lower of two limits, and the outer one if they are equal.
// All jobs may be at the same part or step at once.
func (l inFlightLimit) within(outer inFlightLimit) inFlightLimit {
	if l.max > 0 && (outer.max == 0 || l.max < outer.max) {
		return l
	}
	return outer
}

// check refuses a plan with more jobs in flight.
func (l inFlightLimit) check(wanted int64) error {
	if l.max == 0 || wanted <= l.max {
		return nil
	}
	return param.Invalid("concurrency",
		"must be at most %d with the workload %s, which takes %s for each job in flight; got %d",
		l.max, l.kind, l.takes, wanted)
}
