package cluster

import (
	"cmp"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Merger merges the intervals of all shards of a run into its progress. It
// belongs to one goroutine at a time. Times are on the run's clock.
type Merger struct {
	start    time.Time
	pace     time.Duration
	observe  func(aurea.Progress)
	activity activity
	timeline []aurea.RunEvent

	shards  []shardState
	open    int // shards whose reports are awaited
	behind  int // of them, those without a report past the end of the first pending interval
	pending []*interval
	free    []*interval
	emitted time.Duration // end of the last interval observed

	series       aurea.Series
	window       *interval // with the tally of the last window; nil before the first
	windowLength time.Duration
}

// A shardState is how far the reports of a shard have come.
type shardState struct {
	until    time.Duration
	closed   bool
	from     time.Duration // where the latest report begins
	inFlight int64         // at its end
	before   int64         // at its beginning
}

// inFlightAt returns how many jobs of the shard were in flight at the end of an
// interval. A shard may have reported its end when that of others is awaited.
func (s *shardState) inFlightAt(end time.Duration) int64 {
	if s.from >= end {
		return s.before
	}
	return s.inFlight
}

// An interval is one that is not complete: some shard has yet to report it.
type interval struct {
	end            time.Duration
	judged, warmup *aurea.Tally
	all            *aurea.Tally // both, once the interval is complete
	failures       map[string]int64
	traced         []aurea.TracedJob
}

// NewMerger returns a merger for the given number of shards. pace is the time
// between two reports of a worker: intervals end at its multiples. start is the
// run's start. It calls observe with each interval, from the method that
// completes the interval; see aurea.Progress for what observe may keep.
func NewMerger(plan aurea.Plan, start time.Time, shards int, pace time.Duration, observe func(aurea.Progress)) *Merger {
	return &Merger{
		start: start, pace: pace, observe: observe, activity: newActivity(plan),
		shards: make([]shardState, shards), open: shards,
	}
}

// Add adds a report of a shard that its books have folded. It counts in the
// last interval that it covers by more than half: a last report may reach a
// little into the next. A late one counts in the next interval.
func (m *Merger) Add(shard int, r *Report) {
	i := m.intervalEnding(m.intervalEnd(r.Elapsed - min(r.Length, m.pace)/2))
	i.judged.Merge(r.Judged)
	i.warmup.Merge(r.Warmup)
	for class, n := range r.Failures {
		i.failures[class] += n
	}
	i.traced = append(i.traced, tracedJobs(r.Traced, m.start)...)
	s := &m.shards[shard]
	s.before, s.inFlight, s.from = s.inFlight, r.InFlight, r.Elapsed-r.Length
	if r.Final != nil {
		s.inFlight = 0
		m.close(shard)
	}
	m.reach(s, r.Elapsed)
	m.emitComplete()
}

// Lose tells the merger that it must not wait for reports of the shard any more.
func (m *Merger) Lose(shard int) {
	m.shards[shard].before, m.shards[shard].inFlight = 0, 0
	m.close(shard)
	m.emitComplete()
}

// close stops waiting for a shard.
func (m *Merger) close(shard int) {
	if s := &m.shards[shard]; !s.closed {
		m.reach(s, time.Duration(aurea.Forever))
		s.closed = true
		m.open--
	}
}

// reach notes that a shard has reported until a moment.
func (m *Merger) reach(s *shardState, until time.Duration) {
	if len(m.pending) > 0 && !s.closed && s.until < m.pending[0].end && until >= m.pending[0].end {
		m.behind--
	}
	s.until = max(s.until, until)
}

// emitComplete emits the intervals that all open shards have reported. Once none
// is open, the rest is left to Finish, which knows when the run ended.
func (m *Merger) emitComplete() {
	for len(m.pending) > 0 && m.open > 0 && m.behind == 0 {
		m.emit(m.pending[0].end)
	}
}

// Advance emits the intervals that ended too long ago to wait for more reports.
func (m *Merger) Advance(now time.Duration) {
	for m.open > 0 {
		end := m.emitted + m.pace
		if len(m.pending) > 0 {
			end = m.pending[0].end
		}
		if now < end+mergeGrace {
			return
		}
		m.intervalEnding(end)
		m.emit(end)
	}
}

// Finish emits what is left, of a run that ended at end. lost is the number of
// lost jobs in the judged part and in the warm-up.
func (m *Merger) Finish(end time.Duration, lost, lostInWarmup int64) {
	last := m.intervalEnd(end)
	if n := len(m.pending); n > 0 {
		last = max(last, m.pending[n-1].end)
	}
	i := m.intervalEnding(last)
	i.judged.Lost += lost
	i.warmup.Lost += lostInWarmup
	for m.open = 0; len(m.pending) > 0; {
		for m.pending[0].end >= end && len(m.pending) > 1 {
			m.joinFirstTwo()
		}
		m.emit(max(min(m.pending[0].end, end), m.emitted))
	}
}

// intervalEnd returns the end of the interval that counts what was reported for a
// moment: the one that contains it, or the next that is not emitted.
func (m *Merger) intervalEnd(moment time.Duration) time.Duration {
	return max((moment + m.pace - 1).Truncate(m.pace), m.emitted+m.pace)
}

// intervalEnding returns the pending interval with the given end, and adds it if
// there is none.
func (m *Merger) intervalEnding(end time.Duration) *interval {
	i, found := slices.BinarySearchFunc(m.pending, end, func(p *interval, end time.Duration) int {
		return cmp.Compare(p.end, end)
	})
	if !found {
		m.pending = slices.Insert(m.pending, i, m.newInterval(end))
		if i == 0 {
			m.countBehind()
		}
	}
	return m.pending[i]
}

// newInterval returns a recycled interval if there is one, otherwise a new one.
func (m *Merger) newInterval(end time.Duration) *interval {
	n := len(m.free)
	if n == 0 {
		return &interval{
			end: end, judged: aurea.NewTally(), warmup: aurea.NewTally(), all: aurea.NewTally(), failures: map[string]int64{},
		}
	}
	i := m.free[n-1]
	m.free = m.free[:n-1]
	i.end = end
	return i
}

// recycle empties an interval for a later one; nil is ignored.
func (m *Merger) recycle(i *interval) {
	if i == nil {
		return
	}
	i.judged.Reset()
	i.warmup.Reset()
	i.all.Reset()
	clear(i.failures)
	i.traced = nil
	m.free = append(m.free, i)
}

// countBehind counts the open shards without a report past the end of the first
// pending interval.
func (m *Merger) countBehind() {
	m.behind = 0
	if len(m.pending) == 0 {
		return
	}
	for _, s := range m.shards {
		if !s.closed && s.until < m.pending[0].end {
			m.behind++
		}
	}
}

// joinFirstTwo merges the first two pending intervals.
func (m *Merger) joinFirstTwo() {
	first, second := m.pending[0], m.pending[1]
	second.judged.Merge(first.judged)
	second.warmup.Merge(first.warmup)
	for class, n := range first.failures {
		second.failures[class] += n
	}
	second.traced = append(first.traced, second.traced...)
	m.recycle(first)
	m.pending = m.pending[1:]
}

// emit publishes the first pending interval, which ended at end.
func (m *Merger) emit(end time.Duration) {
	i := m.pending[0]
	i.all.Merge(i.judged)
	i.all.Merge(i.warmup)
	p := aurea.Progress{
		Elapsed: end, Length: end - m.emitted, Interval: i.all, Judged: i.judged, Failures: i.failures, Traced: i.traced,
	}
	if m.activity.live.Plan.Spec.Warmup > 0 {
		p.Warmup = i.warmup
	}
	for i := range m.shards {
		p.InFlight += m.shards[i].inFlightAt(end)
	}
	used := m.setWindow(&p, i)
	m.pending = m.pending[1:]
	m.countBehind()
	m.emitted = end
	m.activity.add(&p)
	m.series.Add(p)
	m.observe(p)
	m.recycle(used)
}

// setWindow sets the progress's window: the interval, or with the one before it
// if the interval is brief. It returns the interval that is unused once the
// progress is observed, or nil.
func (m *Merger) setWindow(p *aurea.Progress, i *interval) (used *interval) {
	if p.Brief() && m.window != nil {
		m.window.all.Merge(p.Interval)
		m.windowLength += p.Length
		used = i
	} else {
		used, m.window, m.windowLength = m.window, i, p.Length
	}
	p.Window, p.WindowLength = m.window.all, m.windowLength
	return used
}

// Points returns the series of the run.
func (m *Merger) Points() []aurea.Point { return m.series.Points() }

// Apply tells the merger that a control was ordered for a moment. It returns the
// event to log. The error is that of aurea.LivePlan.Apply.
func (m *Merger) Apply(control aurea.Control, at time.Duration) (aurea.RunEvent, error) {
	next, event, err := m.activity.live.Apply(control, at)
	if err != nil {
		return aurea.RunEvent{}, err
	}
	event.At = m.start.Add(at).UTC()
	m.activity.live = next
	m.timeline = append(m.timeline, event)
	return event, nil
}

// Stop tells the merger that the run was stopped.
func (m *Merger) Stop() { m.activity.stopped = true }

// LivePlan returns the plan as changed by the controls, and their events.
func (m *Merger) LivePlan() (aurea.LivePlan, []aurea.RunEvent) { return m.activity.live, m.timeline }
