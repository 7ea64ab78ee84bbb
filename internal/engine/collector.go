package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A report is what a lane did since its last one.
type report struct {
	lane     int
	at       time.Duration // the end of the interval, on the lane's clock
	end      time.Duration // of a last report: when the lane's last job ended
	inFlight int64
	tallies  *tallies
	spare    chan<- *tallies // where the emptied tallies go back to
	last     bool            // the lane has no more jobs
}

// A collector merges the reports of the lanes: by interval for whoever looks
// on, and all of them for the result. It has a tally for every interval that
// some lane has reported and another has not.
type collector struct {
	reports  chan report
	observe  func(aurea.Progress)
	reached  []time.Duration // how far each lane has reported
	inFlight []int64
	pending  []interval
	total    *tallies
	free     []*aurea.Tally      // of intervals that were observed, emptied
	empty    func() *aurea.Tally // another one
	series   aurea.Series
	tracing  *tracing
	emitted  time.Duration // end of the last interval observed
	before   *aurea.Tally  // that interval; nil before the first
	length   time.Duration // of it
}

type interval struct {
	end    time.Duration
	tally  *aurea.Tally
	failed map[string]int64 // by class
}

func newCollector(x *execution, lanes int, observe func(aurea.Progress)) *collector {
	return &collector{
		// Room for all that can be under way, so that no lane ever waits: its
		// spare tallies and its last.
		reports:  make(chan report, 2*lanes),
		observe:  observe,
		reached:  make([]time.Duration, lanes),
		inFlight: make([]int64, lanes),
		total:    newTallies(true),
		empty:    aurea.NewTally,
		tracing:  x.tracing,
	}
}

// collect takes reports until every lane has given its last, and returns when
// the last job ended.
func (c *collector) collect() time.Duration {
	var end time.Duration
	for open := len(c.reached); open > 0; {
		r := <-c.reports
		c.take(r)
		if r.last {
			open--
			end = max(end, r.end)
		}
		for len(c.pending) > 0 && open > 0 && slices.Min(c.reached) >= c.pending[0].end {
			c.emit(c.pending[0].end)
		}
	}
	return end
}

// counted is how many jobs the lanes have accounted for.
func (c *collector) counted() int64 {
	return c.total.judged.Accounted() + c.total.warmup.Accounted()
}

// close counts the jobs that were planned and never started as cancelled: in the
// warm-up those that were due in it, as many as dueInWarmup with the started ones.
// It emits what is left, and returns the tallies of the judged part and of the
// warm-up.
func (c *collector) close(unstarted, dueInWarmup int64, end time.Duration) (judged, warmup *aurea.Tally) {
	c.at(c.ceiling(end)).tally.Cancelled += unstarted
	unstartedInWarmup := min(max(dueInWarmup-c.total.warmup.Accounted(), 0), unstarted)
	c.total.warmup.Cancelled += unstartedInWarmup
	c.total.judged.Cancelled += unstarted - unstartedInWarmup
	for len(c.pending) > 0 {
		for c.pending[0].end >= end && len(c.pending) > 1 {
			c.join()
		}
		c.emit(max(min(c.pending[0].end, end), c.emitted))
	}
	c.total.warmup.Planned = c.total.warmup.Accounted()
	return c.total.judged, c.total.warmup
}

func (c *collector) take(r report) {
	at := r.at
	if r.last {
		// What a lane did last belongs to the interval that it ended in.
		at = c.ceiling(at)
		r.at = forever
	}
	i := c.at(at)
	i.tally.Merge(r.tallies.judged)
	i.tally.Merge(r.tallies.warmup)
	for class, n := range r.tallies.failed {
		i.failed[class] += n
	}
	c.total.judged.Merge(r.tallies.judged)
	c.total.warmup.Merge(r.tallies.warmup)
	c.reached[r.lane] = r.at
	c.inFlight[r.lane] = r.inFlight
	if r.spare != nil {
		r.tallies.reset()
		r.spare <- r.tallies
	}
}

// ceiling is the end of the interval that a moment lies in, and at least that of
// the last one pending.
func (c *collector) ceiling(moment time.Duration) time.Duration {
	end := (moment + Interval - 1).Truncate(Interval)
	if n := len(c.pending); n > 0 {
		return max(end, c.pending[n-1].end)
	}
	return end
}

// at returns the pending interval with the given end, for as long as there is no
// other.
func (c *collector) at(end time.Duration) *interval {
	i, found := slices.BinarySearchFunc(c.pending, end, func(p interval, end time.Duration) int { return cmp.Compare(p.end, end) })
	if !found {
		c.pending = slices.Insert(c.pending, i, interval{end, c.fresh(), map[string]int64{}})
	}
	return &c.pending[i]
}

// fresh is an empty tally, if there is one that of an earlier interval.
func (c *collector) fresh() *aurea.Tally {
	n := len(c.free)
	if n == 0 {
		return c.empty()
	}
	tally := c.free[n-1]
	c.free = c.free[:n-1]
	return tally
}

// join makes one interval of the first two that are pending.
func (c *collector) join() {
	first, second := c.pending[0], c.pending[1]
	second.tally.Merge(first.tally)
	for class, n := range first.failed {
		second.failed[class] += n
	}
	c.recycle(first.tally)
	c.pending = c.pending[1:]
}

// emit shows the first pending interval, which ended at end.
func (c *collector) emit(end time.Duration) {
	progress := aurea.Progress{
		Elapsed: end, Length: end - c.emitted,
		Interval: c.pending[0].tally, Failures: c.pending[0].failed, Traced: c.tracing.take(),
	}
	for _, n := range c.inFlight {
		progress.InFlight += n
	}
	used := c.widen(&progress)
	c.pending = c.pending[1:]
	c.emitted = end
	c.series.Add(progress)
	c.observe(progress)
	c.recycle(used)
}

// widen sets the window of an interval, and keeps it for the next one. It returns
// the tally that nobody needs any more when the interval was observed; nil when
// there is none.
func (c *collector) widen(p *aurea.Progress) (used *aurea.Tally) {
	if p.Brief() && c.before != nil {
		c.before.Merge(p.Interval)
		c.length += p.Length
		used = p.Interval
	} else {
		used, c.before, c.length = c.before, p.Interval, p.Length
	}
	p.Window, p.Wide = c.before, c.length
	return used
}

// recycle empties a tally for an interval to come.
func (c *collector) recycle(tally *aurea.Tally) {
	if tally != nil {
		tally.Reset()
		c.free = append(c.free, tally)
	}
}
