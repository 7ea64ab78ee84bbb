package live

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A line has times if jobs ended ok in the interval, the target of a run with a
// rate, and what the run waits for.
func TestPlainLine(t *testing.T) {
	for _, row := range []struct {
		progress aurea.RunProgress
		want     string
	}{
		{aurea.RunProgress{Elapsed: 2, Remaining: 8, Started: 60, OK: 50, InFlight: 10, Throughput: 25, P50: 0.1, P99: 0.2,
			Phase: aurea.PhaseRunning, SoFar: &aurea.SoFar{Target: 30, DelayP99: 0.001, Dropped: 2}},
			"elapsed=2s phase=running started=60 ok=50 failed=0 dropped=2 in_flight=10 rate=30 " +
				"target=30 p50=100ms p99=200ms delay_p99=1ms remaining=8s"},
		{aurea.RunProgress{Elapsed: 60, Started: 10, InFlight: 10, Phase: aurea.PhaseDraining,
			Activity: "draining: waiting for 10 jobs in flight, 29s at most"},
			`elapsed=1m0s phase=draining started=10 ok=0 failed=0 in_flight=10 rate=0.167 ` +
				`activity="draining: waiting for 10 jobs in flight, 29s at most"`},
		{aurea.RunProgress{Elapsed: 1, Started: 10, Failed: 10, Phase: aurea.PhaseRunning},
			"elapsed=1s phase=running started=10 ok=0 failed=10 in_flight=0 rate=10"},
	} {
		var s State
		s.Add(aurea.Run{Progress: &row.progress})
		if got := PlainLine(s); got != row.want {
			t.Errorf("%q\nwant %q", got, row.want)
		}
	}
}

// Without a terminal there is a line at the first interval, then one every ten
// seconds, and one for each thing that the run waits for before it begins.
func TestPlainLines(t *testing.T) {
	var out strings.Builder
	view := Open(Options{Out: &out})
	show := func(elapsed float64, phase aurea.Phase, activity string) {
		view.Show(aurea.Run{Progress: &aurea.RunProgress{Elapsed: elapsed, Phase: phase, Activity: activity}})
	}
	for _, worker := range []string{"waiting for worker a", "waiting for worker a", "waiting for worker b"} {
		show(0, aurea.PhaseWaiting, worker)
	}
	for second := range 25 {
		show(float64(second+1), aurea.PhaseRunning, "")
	}
	view.Close()
	show(99, aurea.PhaseRunning, "")
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, strings.Join(strings.Fields(line)[:2], " "))
	}
	want := []string{
		"elapsed=0s phase=waiting", "elapsed=0s phase=waiting", "elapsed=10s phase=running", "elapsed=20s phase=running",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, out.String())
	}
}

// A run in a queue has a line with its place and how long it has waited, each time
// that it is shown, and then those of its intervals.
func TestPlainLinesOfQueuedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		view := Open(Options{Out: &out})
		for _, position := range []int{2, 2, 1} {
			view.Show(aurea.Run{Status: aurea.StatusQueued, QueuePosition: position})
			time.Sleep(10 * time.Second)
		}
		view.Show(aurea.Run{Status: aurea.StatusRunning})
		begun := aurea.RunProgress{Elapsed: 1, Phase: aurea.PhaseRunning}
		view.Show(aurea.Run{Status: aurea.StatusRunning, Progress: &begun})
		view.Close()
		want := "elapsed=0s phase=queued queue_position=2 waited=0s\n" +
			"elapsed=0s phase=queued queue_position=2 waited=10s\n" +
			"elapsed=0s phase=queued queue_position=1 waited=20s\n" +
			"elapsed=1s phase=running started=0 ok=0 failed=0 in_flight=0 rate=0\n"
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
