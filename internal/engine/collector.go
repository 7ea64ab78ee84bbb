package engine

import (
	"cmp"
	"runtime"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A report is what one reporter, an event loop or a recorder, did since its
// previous report.
type report struct {
	reporter int
	at       time.Duration // the end of the interval, by the reporter's clock
	end      time.Duration // in a last report, when the reporter's last job ended
	inFlight int64
	tallies  *tallySet
	spare    chan<- *tallySet // receives the emptied tallies
	last     bool             // the reporter has no more jobs
}

// A collector merges the reports: by interval for Progress, and all of them for
// the result. It keeps a tally for every interval that some reporters have
// reported and others have not.
type collector struct {
	reports       chan report
	observe       func(aurea.Progress)
	reportedUntil []time.Duration // by reporter
	inFlight      []int64
	pending       []interval
	total         *tallySet
	warmup        bool                // the plan has a warm-up
	free          []*aurea.Tally      // emptied tallies of published intervals
	newTally      func() *aurea.Tally // makes another one
	series        aurea.Series
	tracing       *tracing
	emitted       time.Duration // end of the last interval observed
	window        *aurea.Tally  // tally of the last window; nil before the first
	windowLength  time.Duration // duration of window
}

// An interval is one that is not complete: some reporter has yet to report it.
type interval struct {
	end    time.Duration
	judged *aurea.Tally
	warmup *aurea.Tally     // nil without a warm-up
	failed map[string]int64 // by class
}

func newCollector(x *execution, reporters int, observe func(aurea.Progress)) *collector {
	c := &collector{
		// Each reporter has at most two reports under way, its spare tallies
		// and its last, so sending never blocks.
		reports:       make(chan report, 2*reporters),
		observe:       observe,
		reportedUntil: make([]time.Duration, reporters),
		inFlight:      make([]int64, reporters),
		total:         newTallySet(true),
		warmup:        x.plan.Spec.Warmup > 0,
		newTally:      aurea.NewTally,
		tracing:       x.tracing,
	}
	if x.jobs.Delayer == nil {
		c.total.breakdown = aurea.NewBreakdown(x.jobs.Metrics)
	}
	return c
}

// collect receives reports until every reporter has sent its last one. It
// returns when the last job ended.
func (c *collector) collect() time.Duration {
	var end time.Duration
	for open := len(c.reportedUntil); open > 0; {
		r := <-c.reports
		c.add(r)
		if r.last {
			open--
			end = max(end, r.end)
		}
		for len(c.pending) > 0 && open > 0 && slices.Min(c.reportedUntil) >= c.pending[0].end {
			c.emit(c.pending[0].end)
		}
	}
	return end
}

// counted returns how many jobs the reports account for.
func (c *collector) counted() int64 {
	return c.total.judged.Accounted() + c.total.warmup.Accounted()
}

// close counts planned jobs that never started as cancelled. Those due in the
// warm-up, of dueInWarmup in total, are counted there. It emits the remaining
// intervals and returns the tallies of the judged part and of the warm-up.
func (c *collector) close(unstarted, dueInWarmup int64, end time.Duration) (judged, warmup *aurea.Tally) {
	unstartedInWarmup := min(max(dueInWarmup-c.total.warmup.Accounted(), 0), unstarted)
	last := c.intervalEnding(c.intervalEnd(end))
	last.judged.Cancelled += unstarted - unstartedInWarmup
	c.total.judged.Cancelled += unstarted - unstartedInWarmup
	if c.warmup {
		last.warmup.Cancelled += unstartedInWarmup
		c.total.warmup.Cancelled += unstartedInWarmup
	}
	for len(c.pending) > 0 {
		for c.pending[0].end >= end && len(c.pending) > 1 {
			c.joinFirstTwo()
		}
		c.emit(max(min(c.pending[0].end, end), c.emitted))
	}
	c.total.warmup.Planned = c.total.warmup.Accounted()
	return c.total.judged, c.total.warmup
}

// add merges a report into its interval and into the totals.
func (c *collector) add(r report) {
	at := r.at
	if r.last {
		// The last report counts in the interval in which the reporter ended.
		at = c.intervalEnd(at)
		r.at = forever
	}
	r.tallies.settle()
	merge(c.total.judged, r.tallies.judged)
	merge(c.total.warmup, r.tallies.warmup) // nil without a warm-up
	i := c.intervalEnding(at)
	move(&i.judged, &r.tallies.judged)
	move(&i.warmup, &r.tallies.warmup)
	for class, n := range r.tallies.failed {
		i.failed[class] += n
	}
	if r.tallies.breakdown != nil {
		c.total.breakdown.Merge(r.tallies.breakdown)
	}
	c.reportedUntil[r.reporter] = r.at
	c.inFlight[r.reporter] = r.inFlight
	if r.spare != nil {
		r.tallies.reset()
		r.spare <- r.tallies
	}
}

// merge merges a tally into another. Then the loops of the core get their turn, whose
// jobs would be late after all that a collector has to do in a row.
func merge(into, from *aurea.Tally) {
	if !isEmpty(from) {
		into.Merge(from)
		runtime.Gosched()
	}
}

// move is merge for a tally that is not needed any more. If the other one is empty,
// they change places.
func move(into, from **aurea.Tally) {
	if isEmpty(*into) {
		*into, *from = *from, *into
		return
	}
	merge(*into, *from)
}

// isEmpty reports whether a tally counts nothing, or is nil.
func isEmpty(t *aurea.Tally) bool {
	return t == nil || t.Counts == (aurea.Counts{}) && t.Started == 0
}

// intervalEnd returns the end of the interval that contains a moment. It is not
// before the end of the last pending interval.
func (c *collector) intervalEnd(moment time.Duration) time.Duration {
	end := (moment + Interval - 1).Truncate(Interval)
	if n := len(c.pending); n > 0 {
		return max(end, c.pending[n-1].end)
	}
	return end
}

// intervalEnding returns the pending interval with the given end, and adds it
// if there is none. The pointer is valid until the next interval is added.
func (c *collector) intervalEnding(end time.Duration) *interval {
	i, found := slices.BinarySearchFunc(c.pending, end, func(p interval, end time.Duration) int {
		return cmp.Compare(p.end, end)
	})
	if !found {
		c.pending = slices.Insert(c.pending, i, interval{end: end, judged: c.emptyTally(), failed: map[string]int64{}})
		if c.warmup {
			c.pending[i].warmup = c.emptyTally()
		}
	}
	return &c.pending[i]
}

// emptyTally returns a recycled tally if there is one, otherwise a new one.
func (c *collector) emptyTally() *aurea.Tally {
	n := len(c.free)
	if n == 0 {
		return c.newTally()
	}
	tally := c.free[n-1]
	c.free = c.free[:n-1]
	return tally
}

// joinFirstTwo merges the first two pending intervals.
func (c *collector) joinFirstTwo() {
	first, second := c.pending[0], c.pending[1]
	merge(second.judged, first.judged)
	merge(second.warmup, first.warmup)
	for class, n := range first.failed {
		second.failed[class] += n
	}
	c.recycle(first.judged)
	c.recycle(first.warmup)
	c.pending = c.pending[1:]
}

// emit publishes the first pending interval, which ended at end.
func (c *collector) emit(end time.Duration) {
	first := c.pending[0]
	progress := aurea.Progress{
		Elapsed: end, Length: end - c.emitted,
		Interval: c.whole(first), Judged: first.judged, Warmup: first.warmup,
		Failures: first.failed, Breakdown: c.total.breakdown, Traced: c.tracing.take(),
	}
	for _, n := range c.inFlight {
		progress.InFlight += n
	}
	used := c.setWindow(&progress)
	c.pending = c.pending[1:]
	c.emitted = end
	c.series.Add(progress)
	c.observe(progress)
	c.recycle(used)
	for _, part := range []*aurea.Tally{first.judged, first.warmup} {
		if part != progress.Interval {
			c.recycle(part)
		}
	}
}

// whole returns the tally of an interval: that of its only part, or a new one.
func (c *collector) whole(i interval) *aurea.Tally {
	switch {
	case isEmpty(i.warmup):
		return i.judged
	case isEmpty(i.judged):
		return i.warmup
	}
	both := c.emptyTally()
	merge(both, i.judged)
	merge(both, i.warmup)
	return both
}

// setWindow sets the progress's window: the interval, or with the one before it
// if the interval is brief. It returns the tally that is unused once the
// progress is observed, or nil.
func (c *collector) setWindow(p *aurea.Progress) (used *aurea.Tally) {
	if p.Brief() && c.window != nil {
		merge(c.window, p.Interval)
		c.windowLength += p.Length
		used = p.Interval
	} else {
		used, c.window, c.windowLength = c.window, p.Interval, p.Length
	}
	p.Window, p.WindowLength = c.window, c.windowLength
	return used
}

// recycle empties a tally for a later interval; nil is ignored.
func (c *collector) recycle(tally *aurea.Tally) {
	if tally != nil {
		tally.Reset()
		c.free = append(c.free, tally)
	}
}
