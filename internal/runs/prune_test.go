package runs

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func TestClockGuard(t *testing.T) {
	start := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	const tolerance = time.Hour
	var g clockGuard
	for i, reading := range []struct{ wall, elapsed, want time.Duration }{
		{0, 0, 0},
		{time.Minute, time.Minute, 0},
		{time.Hour, 2 * time.Minute, 0}, // within the tolerance: the new reference
		{9000 * time.Hour, 3 * time.Minute, 8999*time.Hour - time.Minute},
		{9001 * time.Hour, 63 * time.Minute, 8999*time.Hour - time.Minute}, // still ahead
		{2*time.Hour + time.Minute, 63 * time.Minute, 0},                   // correct again
		{-9000 * time.Hour, 64 * time.Minute, 0},                           // a clock behind
		{-9000*time.Hour + 2*time.Minute, 66 * time.Minute, 0},
	} {
		if got := g.jump(start.Add(reading.wall), reading.elapsed, tolerance); got != reading.want {
			t.Errorf("reading %d: the clock is ahead by %v, want %v", i, got, reading.want)
		}
	}
}

// After a jump of the wall clock nothing is pruned by age until the clock is
// correct; pruning by number and size continues.
func TestNothingIsPrunedAfterClockJump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		keep := aurea.Retention{Age: 720 * time.Hour, Runs: 10}
		m := New(nil, Options{Store: store, Owner: "one", Keep: keep})
		var ahead time.Duration
		m.wall = func() time.Time { return time.Now().Add(ahead) }
		for i, step := range []struct{ ahead, age time.Duration }{
			{0, keep.Age}, {48 * time.Hour, keep.Age}, {8760 * time.Hour, 0}, {8760 * time.Hour, 0},
			{48 * time.Hour, keep.Age},
		} {
			ahead = step.ahead
			time.Sleep(time.Minute)
			m.prune(t.Context())
			if want := (aurea.Retention{Age: step.age, Runs: 10}); store.pruned != want {
				t.Errorf("sweep %d, with a clock that is %v ahead, keeps %+v, want %+v", i, ahead, store.pruned, want)
			}
		}
	})
}
