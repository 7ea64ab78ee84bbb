package aurea

import (
	"fmt"
	"time"
)

// A Phase is what a running run is at.
type Phase string

// The phases, in the order in which a run comes to them; it may be paused in each.
const (
	PhaseWarmup   Phase = "warm-up"
	PhaseRunning  Phase = "running"
	PhasePaused   Phase = "paused"
	PhaseDraining Phase = "draining" // no more jobs start, and some are in flight
	PhaseStopping Phase = "stopping" // it was cancelled, and some are in flight
)

// An Activity says what a run does, beside its counts, at the end of an interval.
type Activity struct {
	Phase   Phase
	Left    time.Duration // how long the phase takes at most; 0 where nothing tells
	Quiet   time.Duration // how long no job has ended, while some were in flight
	Longest time.Duration // that a job may take; 0 when nothing limits it
}

// Words say in a sentence what there is to wait for while so many jobs are in
// flight; "" while jobs start and end as they should.
func (a Activity) Words(inFlight int64) string {
	switch a.Phase {
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
		return fmt.Sprintf("%s: waiting for %s in flight%s", a.Phase, jobs(inFlight), limit(", %s at most", a.Left))
	}
	if a.Quiet > 0 {
		return fmt.Sprintf("no job ended in the last %s: waiting for %s in flight%s",
			roughly(a.Quiet), jobs(inFlight), limit(", %s each at most", a.Longest))
	}
	return ""
}

func jobs(n int64) string {
	if n == 1 {
		return "1 job"
	}
	return fmt.Sprintf("%d jobs", n)
}

func limit(format string, d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return fmt.Sprintf(format, roughly(d))
}

// roughly writes a time in tenths of a second, or in milliseconds where it is
// less than one.
func roughly(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second / 10).String()
}
