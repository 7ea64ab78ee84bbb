package workload

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// openStation returns the queue of a station.
func openStation(t testing.TB, parameters map[string]any) *stationQueue {
	t.Helper()
	return open(t, Policy{}, "station", parameters, 7).Delayer.(*stationQueue)
}

// With two servers of 10 ms and a job every 4 ms, the third job waits for the end
// of the first, the fourth for the end of the second, and so on.
func TestStation(t *testing.T) {
	s := openStation(t, map[string]any{"servers": jsonNumber(2), "service": "10ms", "distribution": "fixed"})
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
		t.Errorf("the station still has %d jobs after all have left", len(s.entered))
	}
}

// Law: every job is served by the server that is free first. A list of servers,
// sorted for each job, gives the same delays as the heap.
func TestStationServesFirstComeFirstServed(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		servers := rapid.Int64Range(1, 9).Draw(t, "servers")
		s := openStation(outer, map[string]any{"servers": jsonNumber(servers), "distribution": "lognormal"})
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
	s := openStation(b, map[string]any{"servers": jsonNumber(4)})
	b.ReportAllocs()
	var job int64
	for b.Loop() {
		s.Enter(job, time.Duration(job)*3*time.Millisecond)
		s.Delay(job)
		s.Leave(job)
		job++
	}
}
