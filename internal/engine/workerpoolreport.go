package engine

import "time"

// report tells the collector what the desks have counted, once an interval and
// once more when it is over.
func (c *crew) report(to *collector, over <-chan struct{}) {
	var started int64
	for tick := Interval; ; tick += Interval {
		select {
		case <-time.After(tick - c.now()):
			started = c.handIn(to, tick, started, false)
		case <-over:
			c.handIn(to, c.now(), started, true)
			return
		}
	}
}

// handIn takes the tallies of all desks to the collector. Of the jobs started it
// is told how many were by the last time, and returns how many are by now.
func (c *crew) handIn(to *collector, at time.Duration, started int64, last bool) int64 {
	inFlight := c.flying.Load()
	now := inFlight
	for i, d := range c.desks {
		r, counted := d.handIn()
		now += counted
		r.reporter, r.at, r.last = i, at, last
		if i == len(c.desks)-1 {
			r.inFlight = inFlight
			r.tallies.judged.Started = now - started
		}
		if last {
			r.end, r.at = d.lastEnd, max(at, d.lastEnd)
		}
		to.reports <- r
	}
	return now
}
