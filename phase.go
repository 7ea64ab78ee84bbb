package aurea

import (
	"fmt"
	"time"
)

// A Phase is a part of the life of a running run.
type Phase string

// The phases, in order. A run can be paused in any of them.
const (
	PhaseWaiting  Phase = "waiting" // for workers; the run's clock has not begun
	PhaseWarmup   Phase = "warm-up"
	PhaseRunning  Phase = "running"
	PhasePaused   Phase = "paused"
	PhaseDraining Phase = "draining" // no jobs start, and some are in flight
	PhaseStopping Phase = "stopping" // it was cancelled, and some are in flight
)

// An Activity describes what a run does at the end of an interval, beside its
// counts.
type Activity struct {
	Phase   Phase
	Left    time.Duration // maximum time until the end of the phase; 0 if unknown
	Quiet   time.Duration // time since a job ended, with some in flight
	Longest time.Duration // time limit of a job; 0 for none
	For     string        // in PhaseWaiting, what the run waits for
	Rate    float64       // jobs a second that are due, of the open model; 0 while none are
	Limit   int64         // most jobs in flight; 0 if the spec sets none
}

// Describe says in a phrase what the run waits for; "" while jobs start and end as
// expected.
func (a Activity) Describe(inFlight int64) string {
	switch a.Phase {
	case PhaseWaiting:
		return "waiting for " + a.For
	case PhaseWarmup:
		return "warm-up: nothing is judged for another " + roughly(a.Left)
	case PhasePaused:
		if inFlight > 0 {
			return fmt.Sprintf("paused, with %s in flight", jobs(inFlight))
		}
		return "paused"
	case PhaseDraining, PhaseStopping:
		if inFlight == 0 {
			return ""
		}
		return fmt.Sprintf("%s: waiting for %s in flight%s", a.Phase, jobs(inFlight), atMost(", %s at most", a.Left))
	}
	if a.Quiet > 0 {
		return fmt.Sprintf("no job ended in the last %s: waiting for %s in flight%s",
			roughly(a.Quiet), jobs(inFlight), atMost(", %s each at most", a.Longest))
	}
	return ""
}

func jobs(n int64) string {
	if n == 1 {
		return "1 job"
	}
	return fmt.Sprintf("%d jobs", n)
}

func atMost(format string, d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return fmt.Sprintf(format, roughly(d))
}

// roughly formats a duration in tenths of a second, or in milliseconds below one
// second.
func roughly(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second / 10).String()
}
