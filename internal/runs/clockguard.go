package runs

import "time"

// A clockGuard detects forward jumps of the wall clock against the monotonic
// clock.
type clockGuard struct {
	wall    time.Time     // at the last call that saw no jump
	elapsed time.Duration // by the monotonic clock, at that call
}

// jump returns how far the wall clock is ahead of the monotonic clock since the
// last call that saw no jump; 0 within the tolerance. A jump lasts until the
// clock is set back, however much time passes. A clock set backwards is
// accepted at once: it makes no run older.
func (g *clockGuard) jump(wall time.Time, elapsed, tolerance time.Duration) time.Duration {
	if !g.wall.IsZero() {
		if ahead := wall.Sub(g.wall) - (elapsed - g.elapsed); ahead > tolerance {
			return ahead
		}
	}
	g.wall, g.elapsed = wall, elapsed
	return 0
}
