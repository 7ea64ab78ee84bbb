package engine

import "time"

// reportIntervals reports the recorders' tallies once an interval, and a last
// time when over is closed.
func (p *workerPool) reportIntervals(to *collector, over <-chan struct{}) {
	var started int64
	for tick := Interval; ; tick += Interval {
		select {
		case <-time.After(tick - p.now()):
			started = p.reportAll(to, tick, started, false)
		case <-over:
			p.reportAll(to, p.now(), started, true)
			return
		}
	}
}

// reportAll sends the tallies of all recorders to the collector. started is how
// many jobs had started by the previous report; reportAll returns how many have
// by now.
func (p *workerPool) reportAll(to *collector, at time.Duration, started int64, last bool) int64 {
	var total int64
	for i, rec := range p.recorders {
		r, ended := rec.handOver()
		total += ended
		r.reporter, r.at, r.last = i, at, last
		if i == len(p.recorders)-1 {
			// Jobs that end between the hand-over and here are in neither number. In the
			// other order they would be in both, and the next report had fewer than none.
			r.inFlight = p.inFlight.Load()
			total = max(total+r.inFlight, started)
			r.tallies.judged.Started = total - started
		}
		if last {
			r.end, r.at = rec.lastEnd, max(at, rec.lastEnd)
		}
		to.reports <- r
	}
	return total
}
