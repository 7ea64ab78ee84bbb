package engine

import "time"

// employ drives the closed model: so many workers, each with one job after the
// other, and more of them as a ramp rises or a control wants it. Where none may
// come, it ends with the last rise.
func (c *crew) employ() {
	snap := c.latest.Load()
	for opened := time.Duration(0); ; {
		c.hire(snap, opened)
		rise := snap.nextRise(opened)
		if rise >= snap.end && !c.controlled {
			return
		}
		if snap, opened = c.vacancy(snap, rise); snap == nil {
			return
		}
	}
}

// hire takes on workers for all the room there is, and no more, even if those
// already there have nothing to do.
func (c *crew) hire(snap *snapshot, opened time.Duration) {
	c.staff.Lock()
	defer c.staff.Unlock()
	for range snap.Level(opened) - c.live.Load() {
		c.live.Add(1)
		c.workers.Go(func() { c.work(opened) })
	}
}

// vacancy waits until there may be room for more workers: at the next rise, or
// since a control came. It returns by which course and since when, or nil when
// nobody will be needed any more.
func (c *crew) vacancy(current *snapshot, rise time.Duration) (*snapshot, time.Duration) {
	for changes := current.Changes; ; {
		now, snap := c.now(), c.latest.Load()
		switch {
		case c.stopped.Load() || now >= snap.end || c.exhausted():
			return nil, 0
		case snap.Changes > changes:
			return snap, snap.ChangedAt
		case snap.Paused: // a control is coming
		case now >= rise:
			return snap, rise
		}
		timerSleep(snap.ctx, min(rise-now, snap.end-now, Interval))
	}
}

// work is a worker's: job after job, until there is none, or no room for its
// next. The first should have started when the room for it was made, or made
// again by a control.
func (c *crew) work(opened time.Duration) {
	seat := c.newSeat()
	for intended, ready := opened, c.now(); ; intended = ready {
		now, stays := c.stay(ready)
		if !stays {
			return
		}
		i, end := c.claimInTime(now)
		if i >= end {
			c.live.Add(-1)
			return
		}
		intended = max(intended, c.latest.Load().ChangedAt)
		ready = c.run(i, min(intended, now), now, seat)
	}
}

// claimInTime takes a job unless the time is over.
func (c *crew) claimInTime(now time.Duration) (first, end int64) {
	if now >= c.latest.Load().end {
		return 0, 0
	}
	return c.claim(1)
}

// stay tells a worker that is ready for its next job when it may start it: then,
// or, if a control came or it had to ask, now. Or it lets the worker go.
func (c *crew) stay(ready time.Duration) (start time.Duration, stays bool) {
	for {
		snap := c.latest.Load()
		switch {
		case ready < snap.ChangedAt: // that may have been in a pause
		case c.live.Load() <= snap.Level(ready):
			return ready, true
		case c.dismiss(ready):
			return 0, false
		}
		ready = c.now()
	}
}

// dismiss takes one worker off the crew if there are more than is wanted: by a
// ramp, by a control, or since the run is paused. Of several who ask at once, no
// more are let go than are too many.
func (c *crew) dismiss(now time.Duration) bool {
	c.staff.Lock()
	defer c.staff.Unlock()
	snap := c.latest.Load()
	if c.live.Load() <= snap.Level(max(now, snap.ChangedAt)) {
		return false
	}
	c.live.Add(-1)
	return true
}
