package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A report is what a lane did since its last one.
type report struct {
	lane     int
	at       time.Duration // the end of the interval, on the lane's clock
	end      time.Duration // of a last report: when the lane's last job ended
	inFlight int64
	tally    *aurea.Tally
	spare    chan<- *aurea.Tally // where the emptied tally goes back to
	last     bool                // the lane has no more jobs
}

// A collector merges the reports of the lanes: by interval for whoever looks
// on, and all of them for the result. It has a tally for every interval that
// some lane has reported and another has not.
type collector struct {
	reports  chan report
	reached  []time.Duration // how far each lane has reported
	inFlight []int64
	pending  []interval
	total    *aurea.Tally
	series   []aurea.Point
	emitted  time.Duration // end of the last interval observed
}

type interval struct {
	end   time.Duration
	tally *aurea.Tally
}

func newCollector(lanes int) *collector {
	return &collector{
		// Room for all that can be under way, so that no lane ever waits: its
		// spare tally and its last.
		reports:  make(chan report, 2*lanes),
		reached:  make([]time.Duration, lanes),
		inFlight: make([]int64, lanes),
		total:    aurea.NewTally(),
		series:   []aurea.Point{},
	}
}

// collect takes reports until every lane has given its last. It returns the
// run's tally and series, and when its last job ended.
func (c *collector) collect(observe func(aurea.Progress)) (*aurea.Tally, []aurea.Point, time.Duration) {
	var end time.Duration
	for open := len(c.reached); open > 0; {
		r := <-c.reports
		c.take(r)
		if r.last {
			open--
			end = max(end, r.end)
		}
		for len(c.pending) > 0 && open > 0 && c.slowest() >= c.pending[0].end {
			c.emit(observe, c.pending[0].end)
		}
	}
	for len(c.pending) > 0 {
		c.emit(observe, min(c.pending[0].end, end))
	}
	return c.total, c.series, end
}

func (c *collector) take(r report) {
	at := r.at
	if r.last {
		// What a lane did last belongs to the interval that it ended in.
		at = (at + Interval - 1).Truncate(Interval)
		r.at = forever
	}
	c.at(at).Merge(r.tally)
	c.reached[r.lane] = r.at
	c.inFlight[r.lane] = r.inFlight
	if r.spare != nil {
		r.tally.Reset()
		r.spare <- r.tally
	}
}

// at returns the tally of the pending interval with the given end.
func (c *collector) at(end time.Duration) *aurea.Tally {
	i := 0
	for i < len(c.pending) && c.pending[i].end < end {
		i++
	}
	if i == len(c.pending) || c.pending[i].end != end {
		c.pending = append(c.pending, interval{})
		copy(c.pending[i+1:], c.pending[i:])
		c.pending[i] = interval{end, aurea.NewTally()}
	}
	return c.pending[i].tally
}

// slowest is how far all lanes have reported.
func (c *collector) slowest() time.Duration {
	slowest := c.reached[0]
	for _, reached := range c.reached {
		slowest = min(slowest, reached)
	}
	return slowest
}

// emit shows the first pending interval, which ended at end, and adds it up.
func (c *collector) emit(observe func(aurea.Progress), end time.Duration) {
	progress := aurea.Progress{Elapsed: end, Length: end - c.emitted, Interval: c.pending[0].tally}
	for _, n := range c.inFlight {
		progress.InFlight += n
	}
	c.pending = c.pending[1:]
	c.emitted = end
	c.total.Merge(progress.Interval)
	c.series = append(c.series, progress.Point())
	observe(progress)
}
