package runs

import "time"

// A clockGuard notices when the wall clock, by which runs have an age, jumps
// forward against the monotonic one.
type clockGuard struct {
	wall    time.Time     // at the last look at which it had not jumped
	elapsed time.Duration // by the monotonic clock, at that look
}

// jump is by how much the wall clock is ahead of where it should be; 0 within the
// tolerance. A jump lasts until the clock is back: what it shows is not believed
// because time goes on. Behind, it is believed at once: nothing is older by it.
func (g *clockGuard) jump(wall time.Time, elapsed, tolerance time.Duration) time.Duration {
	if !g.wall.IsZero() {
		if ahead := wall.Sub(g.wall) - (elapsed - g.elapsed); ahead > tolerance {
			return ahead
		}
	}
	g.wall, g.elapsed = wall, elapsed
	return 0
}
