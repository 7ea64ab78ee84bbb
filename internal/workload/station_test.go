package workload

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func stationed(t testing.TB, parameters map[string]any) *stationQueue {
	t.Helper()
	return open(t, Policy{}, "station", parameters, 7).Delayer.(*stationQueue)
}

// Two servers, 10 ms each, and jobs that come every 4 ms: the third waits for
// the first to be served, the fourth for the second, and so on.
func TestStation(t *testing.T) {
	s := stationed(t, map[string]any{"servers": json.Number("2"), "service": "10ms", "distribution": "fixed"})
	for job, want := range []time.Duration{10, 10, 12, 12, 14, 14} {
		s.Enter(int64(job), time.Duration(job)*4*time.Millisecond)
		if got := s.Delay(int64(job)); got != want*time.Millisecond {
			t.Errorf("job %d waits %v, want %d ms", job, got, want)
		}
	}
	for job := range int64(6) {
		s.Leave(job)
	}
	if len(s.entered) != 0 {
		t.Errorf("%d jobs are remembered that have left", len(s.entered))
	}
}

// Law: every job is served by the server that is free first, as a list of
// servers that is sorted each time has it.
func TestStationServesFirstComeFirstServed(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		servers := rapid.IntRange(1, 9).Draw(t, "servers")
		s := stationed(outer, map[string]any{"servers": json.Number(string(rune('0' + servers))), "distribution": "lognormal"})
		free := make([]time.Duration, servers)
		var at time.Duration
		for job := range rapid.Int64Range(0, 60).Draw(t, "jobs") {
			at += time.Duration(rapid.Int64Range(0, int64(20*time.Millisecond)).Draw(t, "gap"))
			slices.Sort(free)
			free[0] = max(at, free[0]) + s.service(s.draws.Uniform(job))
			s.Enter(job, at)
			if got, want := s.Delay(job), free[0]-at; got != want {
				t.Fatalf("job %d waits %v, want %v", job, got, want)
			}
		}
	})
}

func BenchmarkStation(b *testing.B) {
	s := stationed(b, map[string]any{"servers": json.Number("4")})
	b.ReportAllocs()
	var job int64
	for b.Loop() {
		s.Enter(job, time.Duration(job)*3*time.Millisecond)
		s.Delay(job)
		s.Leave(job)
		job++
	}
}
