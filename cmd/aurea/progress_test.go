package main

import (
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A line of progress has rates if jobs ended, and the run's activity if it has
// one.
func TestProgressLines(t *testing.T) {
	for _, row := range []struct {
		progress aurea.RunProgress
		want     string
	}{
		{aurea.RunProgress{Elapsed: 2, Started: 60, OK: 50, InFlight: 10, Throughput: 25, P50: 0.1, P99: 0.2, Phase: aurea.PhaseRunning},
			"   2.0s  60 started  50 ok  0 failed  10 in flight  25 jobs/s  p50 100ms  p99 200ms"},
		{aurea.RunProgress{Elapsed: 1, Started: 20, OK: 10, InFlight: 10, Throughput: 10, P50: 0.1, P99: 0.2, Phase: aurea.PhaseWarmup, Activity: "warm-up: nothing is judged for another 500ms"},
			"   1.0s  20 started  10 ok  0 failed  10 in flight  10 jobs/s  p50 100ms  p99 200ms  warm-up: nothing is judged for another 500ms"},
		{aurea.RunProgress{Elapsed: 60, Started: 10, InFlight: 10, Phase: aurea.PhaseDraining, Activity: "draining: waiting for 10 jobs in flight, 29s at most"},
			"  60.0s  10 started  0 ok  0 failed  10 in flight  draining: waiting for 10 jobs in flight, 29s at most"},
		{aurea.RunProgress{Elapsed: 1, Started: 10, Failed: 10, Phase: aurea.PhaseRunning},
			"   1.0s  10 started  0 ok  10 failed  0 in flight  0 jobs/s  p50 –  p99 –"},
	} {
		var out strings.Builder
		printProgress(&out, aurea.Run{Progress: &row.progress})
		if got := out.String(); got != row.want+"\n" {
			t.Errorf("%q\nwant %q", got, row.want)
		}
	}
}
