package aurea

import (
	"testing"
	"time"
)

// Describe says what a run waits for, and how long at most if that is known. It is
// empty while jobs start and end.
func TestDescribeActivity(t *testing.T) {
	for _, row := range []struct {
		activity Activity
		inFlight int64
		want     string
	}{
		{Activity{Phase: PhaseRunning, Left: time.Minute, Longest: time.Second}, 3, ""},
		{Activity{Phase: PhaseWaiting, For: "workers: 1 of 2 are there"}, 0, "waiting for workers: 1 of 2 are there"},
		{Activity{Phase: PhaseWarmup, Left: 1520 * time.Millisecond}, 3, "warm-up: nothing is judged for another 1.5s"},
		{Activity{Phase: PhaseRunning, Quiet: 12 * time.Second}, 50,
			"no job ended in the last 12s: waiting for 50 jobs in flight"},
		{Activity{Phase: PhaseRunning, Quiet: time.Second, Longest: 30 * time.Second}, 1,
			"no job ended in the last 1s: waiting for 1 job in flight, 30s each at most"},
		{Activity{Phase: PhaseDraining, Left: 95 * time.Second}, 12,
			"draining: waiting for 12 jobs in flight, 1m35s at most"},
		{Activity{Phase: PhaseDraining, Left: 12345 * time.Microsecond}, 1,
			"draining: waiting for 1 job in flight, 12ms at most"},
		{Activity{Phase: PhaseDraining, Quiet: time.Second}, 12, "draining: waiting for 12 jobs in flight"},
		{Activity{Phase: PhaseDraining}, 0, ""},
		{Activity{Phase: PhaseStopping}, 2, "stopping: waiting for 2 jobs in flight"},
		{Activity{Phase: PhasePaused}, 0, "paused"},
		{Activity{Phase: PhasePaused}, 2, "paused, with 2 jobs in flight"},
	} {
		if got := row.activity.Describe(row.inFlight); got != row.want {
			t.Errorf("%+v with %d in flight: %q, want %q", row.activity, row.inFlight, got, row.want)
		}
	}
}
