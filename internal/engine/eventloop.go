package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A lane drives one core's share of the jobs in flight. It belongs to one
// goroutine on a thread of its own.
type lane struct {
	*squad
	index    int
	snapshot *snapshot  // what the lane goes by
	share    aurea.Plan // this lane's part of the concurrency; jobs come from the execution
	timers   timerQueue
	pending  completions // jobs that have ended and are not counted yet
	sleep    sleeper

	tallies    *tallies
	spare      chan *tallies // emptied, back from the collector
	tick       time.Duration // when to hand the tallies over next
	started    time.Duration // when the last job was started, less the pauses before
	ended      time.Duration // when the last job ended
	cachesCold bool          // the lane has slept long since its queue was warm
	sink       int64         // what reading it gave, which means nothing
	injected   int64         // judged jobs that failed or never ended by themselves, which the spec wanted
	published  int64         // jobs in flight, as the other lanes know
	mostSeen   int64         // most jobs in flight on all lanes once the warm-up was over, as seen from here
	otherBusy  float64       // seconds, of this lane's jobs; see aurea.Measurement
	looked     time.Duration // when that was looked at last
}

// A tallies is what a lane, or a desk, counts: the jobs to be judged, and those of the
// warm-up, if there is one. In failed are, by class, the failed jobs of both,
// and timeouts that are of another class than that.
type tallies struct {
	judged, warmup *aurea.Tally
	failed         map[string]int64
}

func newTallies(warmup bool) *tallies {
	t := &tallies{judged: aurea.NewTally(), failed: map[string]int64{}}
	if warmup {
		t.warmup = aurea.NewTally()
	}
	return t
}

// reset empties all of it.
func (t *tallies) reset() {
	t.judged.Reset()
	if t.warmup != nil {
		t.warmup.Reset()
	}
	clear(t.failed)
}

// of is where a job is counted, by when it should have started.
func (t *tallies) of(intended, warmup time.Duration) *aurea.Tally {
	if intended < warmup {
		return t.warmup
	}
	return t.judged
}

func newLane(s *squad, index int, share aurea.Plan) *lane {
	l := &lane{squad: s, index: index, snapshot: s.latest.Load(), share: share, tick: Interval}
	warmup := l.snapshot.warmup > 0
	l.tallies = newTallies(warmup)
	l.spare = make(chan *tallies, 1)
	l.spare <- newTallies(warmup)
	l.pending = newCompletions(share.Concurrency)
	return l
}

// reserve takes the lane's part of the memory that the run is known to need.
func (l *lane) reserve(lanes int) {
	l.timers.reserve(l.share.Concurrency)
	if l.snapshot.end == forever && !l.plan.Open() { // else it is time that tells how many jobs there will be
		l.log.Reserve(l.plan.Jobs, l.index, lanes)
	}
}

// run drives the lane until no job is left. A stop that came before it began has
// changed the course already, so it is looked for at first.
func (l *lane) run(c *collector) {
	switch {
	case !l.applyLatest():
	case l.plan.Open():
		l.open(c)
	default:
		l.closed(c)
	}
	l.settleAll()
	if l.controlled && l.index > 0 {
		l.others.Add(-1)
		l.wakeAll()
	}
	l.classify()
	c.reports <- report{lane: l.index, at: max(l.ended, l.now()), end: l.ended, tallies: l.tallies, last: true}
}

// steer has the lane go by the latest course. It returns false when the run was
// stopped, and has then ended the lane's jobs.
func (l *lane) applyLatest() bool {
	l.snapshot = l.latest.Load()
	if l.stopped.Load() {
		l.cancel(l.now())
		return false
	}
	l.share = l.snapshot.Plan.Shard(l.index, len(l.lanes))
	return true
}

// over reports whether a lane that has nothing to do will have nothing any more.
// Where controls may come there might be more to do while the run lasts. The
// first lane, which always has room, waits for what the others might return.
func (l *lane) over(now time.Duration) bool {
	if !l.controlled {
		return true
	}
	return (now >= l.snapshot.end || l.exhausted()) && (l.index > 0 || l.others.Load() == 0)
}

// idle sleeps while there is nothing to do.
func (l *lane) idle(now time.Duration) {
	until := l.snapshot.end
	if until <= now {
		until = forever
	}
	l.sleepUntil(forever, until, now)
}

// sleepUntil blocks until the next end of a job, the next start of one, or the
// end of the interval; or for less.
func (l *lane) sleepUntil(end, start, now time.Duration) {
	d := min(end, start, l.tick) - now
	if end <= start && l.timers.length > 0 {
		l.timers.prepare() // there is time for it now
		if l.cachesCold && d < spinMargin {
			l.cachesCold = false
			l.sink = l.timers.prefetch() // instead of some spinning
			return
		}
	}
	l.cachesCold = l.cachesCold || d > timerMargin
	l.sleep(l.snapshot.ctx, d)
}

func (l *lane) launch(i int64, intended, start time.Duration) {
	if l.line != nil {
		l.line.Enter(l.jobNumber(i), start)
	}
	d, _ := l.wait(i)
	l.tallies.of(intended, l.snapshot.warmup).Started++
	l.started = start - l.snapshot.PausedFor
	l.timers.add(timer{at: start + d, intended: intended, job: i})
}

// finish ends the job with the earliest deadline, which is due. It is counted
// when there is time; where no job takes any, there is always another to end, so
// it is counted at once.
func (l *lane) finish(now time.Duration) {
	l.ended = now
	if l.mostSeen == 0 && now >= l.snapshot.warmup {
		l.look(now) // what is in flight was started in the warm-up
	}
	if l.free {
		l.count(completion{l.timers.pop(), now})
		return
	}
	if l.pending.full() {
		l.settle()
	}
	l.pending.push(completion{l.timers.pop(), now})
}

// settle counts some of the jobs that have ended, and reports whether there
// were any.
func (l *lane) settle() bool {
	n := min(l.pending.size(), recordBatch)
	for range n {
		l.count(l.pending.pop())
	}
	return n > 0
}

func (l *lane) settleAll() {
	for l.settle() {
	}
}

func (l *lane) count(e completion) {
	d, outcome := l.wait(e.job)
	start := e.at - d
	l.tallies.of(e.intended, l.snapshot.warmup).End(outcome, e.intended, start, e.seenAt)
	if l.log != nil {
		l.log.Put(e.job, outcome, e.intended, start, e.seenAt)
	}
	if e.intended < l.snapshot.warmup {
		l.otherBusy += after(l.snapshot.warmup, start, e.seenAt)
	}
	if outcome != aurea.OK {
		l.blame(e, outcome)
	}
	if l.line != nil {
		l.line.Leave(l.jobNumber(e.job))
	}
}

// after is how many seconds of a job were after the warm-up.
func after(warmup, start, end time.Duration) float64 {
	return max(end-max(start, warmup), 0).Seconds()
}

// cancel ends every job in flight where it stands.
func (l *lane) cancel(now time.Duration) {
	l.settleAll()
	l.look(now)
	for l.timers.length > 0 {
		w := l.timers.pop()
		d, _ := l.wait(w.job)
		l.tallies.of(w.intended, l.snapshot.warmup).Cancelled++
		l.otherBusy += after(l.snapshot.warmup, w.at-d, now)
		l.log.Put(w.job, aurea.Cancelled, w.intended, w.at-d, now)
	}
	l.ended = now
	l.publish()
}

// publish tells the other lanes how many jobs are in flight here, if that has
// changed.
func (l *lane) publish() {
	if l.published != l.timers.length {
		l.published = l.timers.length
		l.levels[l.index].Store(l.published)
	}
}

// look publishes, and notes how many are in flight everywhere. The number can
// only have grown where a job was started, so this is called there, and once after
// the warm-up for those that were started in it.
func (l *lane) look(now time.Duration) {
	l.publish()
	l.looked = now
	if now >= l.snapshot.warmup {
		l.mostSeen = max(l.mostSeen, l.inFlight())
	}
}

// blame notes a job that did not go well, if the spec wanted that: it failed, which
// waiting itself does not, or was never to end.
func (l *lane) blame(e completion, outcome aurea.Outcome) {
	hung := outcome == aurea.TimedOut && l.jobs.Faults.Hangs(l.jobNumber(e.job))
	if hung {
		l.tallies.failed[workload.ErrInjected.Class]++
	}
	if (hung || outcome == aurea.Failed) && e.intended >= l.snapshot.warmup {
		l.injected++
	}
}

// classify says of the failed jobs by what they failed: waiting itself does not, so
// the spec wanted it.
func (l *lane) classify() {
	n := l.tallies.judged.Failed
	if l.tallies.warmup != nil {
		n += l.tallies.warmup.Failed
	}
	if n > 0 {
		l.tallies.failed[workload.ErrInjected.Class] += n
	}
}

// handOver gives the interval's tallies to the collector and goes on with empty
// ones. If the collector is behind, the interval goes on instead: the lane
// waits for nobody.
func (l *lane) handOver(c *collector, now time.Duration) {
	l.settleAll()
	l.tick = now.Truncate(Interval) + Interval
	select {
	case empty := <-l.spare:
		l.classify()
		c.reports <- report{lane: l.index, at: now.Truncate(Interval), inFlight: l.timers.length, tallies: l.tallies, spare: l.spare}
		l.tallies = empty
	default:
	}
}
