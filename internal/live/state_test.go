package live

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// An interval's rate is of the jobs started since the last one. An interval
// that is too brief for a rate, or that a status repeats, adds no point.
func TestHistory(t *testing.T) {
	var s State
	for _, p := range []*aurea.RunProgress{
		nil, {Phase: aurea.PhaseWaiting}, {Elapsed: 1, Started: 50, InFlight: 3}, {Elapsed: 1, Started: 50, InFlight: 3},
		{Elapsed: 3, Started: 150, InFlight: 4, Throughput: 50, P50: 0.1, P99: 0.2, SoFar: &aurea.SoFar{DelayP99: 0.01}},
		{Elapsed: 3.1, Started: 190},
	} {
		s.Add(aurea.Run{Progress: p})
	}
	want := []Point{
		{Rate: 50, InFlight: 3},
		{Rate: 50, InFlight: 4, Ended: true, P50: 0.1, P99: 0.2, DelayP99: 0.01},
	}
	if diff := cmp.Diff(want, s.History); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A long run keeps the latest intervals.
func TestHistoryIsBounded(t *testing.T) {
	var s State
	for second := range 2 * maxHistory {
		s.Add(aurea.Run{Progress: &aurea.RunProgress{Elapsed: float64(second + 1), InFlight: int64(second)}})
	}
	if len(s.History) != maxHistory {
		t.Errorf("%d points, want %d", len(s.History), maxHistory)
	}
	if got := s.History[maxHistory-1].InFlight; got != 2*maxHistory-1 {
		t.Errorf("the last point is %v, want the one of the last second", got)
	}
}

// Each phase has its line, with the time that it can last.
func TestPhases(t *testing.T) {
	running := func(p aurea.RunProgress) State {
		return State{Run: aurea.Run{Status: aurea.StatusRunning, Progress: &p}}
	}
	for _, test := range []struct {
		state State
		want  string
	}{
		{State{}, " starting"},
		{State{Run: aurea.Run{Status: aurea.StatusQueued, QueuePosition: 1}}, " queued: next"},
		{State{Run: aurea.Run{Status: aurea.StatusQueued, QueuePosition: 2}}, " queued: 1 run before it"},
		{State{Run: aurea.Run{Status: aurea.StatusQueued, QueuePosition: 3}}, " queued: 2 runs before it"},
		{running(aurea.RunProgress{Phase: aurea.PhaseWaiting, Activity: "waiting for workers"}), " waiting for workers"},
		{running(aurea.RunProgress{Phase: aurea.PhaseWarmup, PhaseLeft: 2.5}), " warm-up: nothing is judged for another 3 s"},
		{running(aurea.RunProgress{Phase: aurea.PhaseRunning}), " running"},
		{running(aurea.RunProgress{Phase: aurea.PhaseRunning, Activity: "no job ended in the last 3s"}),
			" no job ended in the last 3s"},
		{running(aurea.RunProgress{Phase: aurea.PhaseDraining, InFlight: 5, PhaseLeft: 56.2}),
			" draining: waiting for 5 jobs, up to 57 s"},
		{running(aurea.RunProgress{Phase: aurea.PhaseDraining, InFlight: 1}), " draining: waiting for 1 job"},
		{running(aurea.RunProgress{Phase: aurea.PhaseStopping, InFlight: 1, PhaseLeft: 150}),
			" stopping: waiting for 1 job, up to 2m30s"},
	} {
		if got := test.state.phase().String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
