package workload

import (
	"fmt"
	"sync/atomic"

	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/param"
)

// Usage is what the jobs of a run hold of this machine at the moment. All parts
// and steps of a run share one.
type Usage struct {
	Memory, Disk, Processes Meter
}

// A Meter counts how much of something is held. It is safe for concurrent use.
type Meter struct{ held atomic.Int64 }

// Take adds n and reports true, unless the sum exceeds the limit.
func (m *Meter) Take(n int64, limit Limit) bool {
	if m.held.Add(n) <= limit.Max {
		return true
	}
	m.held.Add(-n)
	return false
}

// Give subtracts n.
func (m *Meter) Give(n int64) { m.held.Add(-n) }

// A Limit is one of the operator's limits.
type Limit struct {
	Max    int64
	amount func(int64) string // in words: "2 MiB of memory"
	flag   string             // the flag that changes it, or where else it comes from
}

// sizeOf writes an amount of memory or disk.
func sizeOf(what string) func(int64) string {
	return func(n int64) string { return budget.Size(n) + " of " + what }
}

// String says what the limit is and where it comes from.
func (l Limit) String() string {
	return fmt.Sprintf("this host gives all jobs together %s (%s)", l.amount(l.Max), l.flag)
}

// Check refuses a plan whose jobs in flight would together exceed the limit.
// The error is about the given field.
func (l Limit) Check(field string, inFlight, each int64) error {
	inFlight = max(inFlight, 1)
	if each <= l.Max/inFlight {
		return nil
	}
	return param.Invalid(field, "is too much: %d in flight with %s each; %v", inFlight, l.amount(each), l)
}

// Exceeded is the failure of a job that does not fit into the limit. It occurs
// only in plans whose jobs in flight were not known before the run.
func (l Limit) Exceeded(each int64) error {
	return &Failure{Class: "limit", Err: fmt.Errorf(
		"%s more would pass the %s that this host gives all jobs together (%s); give the plan a concurrency",
		l.amount(each), l.amount(l.Max), l.flag)}
}
