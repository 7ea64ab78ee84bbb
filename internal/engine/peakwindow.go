package engine

import "time"

// A peakWindow is the longest time in which a number of jobs in flight was at its
// maximum without a break. At a break and a return at the same time there is none.
type peakWindow struct {
	most        int64
	from, until time.Duration
	reachedAt   time.Duration // when the number reached the maximum last
	leftAt      time.Duration // when it left the maximum last
	at          bool          // the number is at the maximum now
}

// set notes the number at the given time.
func (w *peakWindow) set(n int64, now time.Duration) {
	switch {
	case n > w.most:
		*w = peakWindow{most: n, from: now, until: now, reachedAt: now, at: true}
	case n < w.most:
		w.leave(now)
	case !w.at:
		w.at = true
		if now > w.leftAt {
			w.reachedAt = now
		}
	}
}

// leave notes that the number is below its maximum since the given time.
func (w *peakWindow) leave(now time.Duration) {
	if !w.at {
		return
	}
	w.at, w.leftAt = false, now
	if now-w.reachedAt > w.until-w.from {
		w.from, w.until = w.reachedAt, now
	}
}
