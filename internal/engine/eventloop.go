package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// An eventLoop runs one core's share of the jobs in flight. It belongs to one
// goroutine, which locks its OS thread when it first sleeps.
type eventLoop struct {
	*loopDriver
	index    int
	snapshot *snapshot  // the snapshot in effect
	share    aurea.Plan // this event loop's part of the concurrency; jobs come from the execution
	timers   timerQueue
	pending  completions // ended jobs that are not recorded yet
	sleep    sleeper

	tallies           *tallySet
	spare             chan *tallySet // emptied by the collector
	nextReport        time.Duration  // when to report the tallies next
	checkAt           time.Duration  // when to check report, lease and controls again; see check
	lastStarted       time.Duration  // when the last job was started, without the pauses before
	lastEnded         time.Duration  // when the last job ended
	cachesCold        bool           // the event loop has slept long since the last prefetch
	sink              int64          // result of prefetch; never used
	injected          int64          // judged jobs that failed or hung because the spec injects faults
	publishedInFlight int64          // value of this event loop's gauge
	peak              int64          // most jobs in flight on all event loops after the warm-up, as sampled here
	otherBusy         float64        // seconds of this event loop's jobs; see aurea.Measurement
	sampledAt         time.Duration  // when the jobs in flight were sampled last

	firstStarted time.Duration // when the first job was started; forever before
	peakAt       time.Duration // when peak was sampled first
	window       peakWindow    // of this event loop's jobs in flight after the warm-up
	metFull      bool          // an arrival was dropped here or waited for a slot
	fullAtStop   bool          // all slots were taken, and more wanted, when the run was stopped

	lateness *hist.Histogram // open model: of judged jobs, if longer than lateFloor
}

// newEventLoop returns the event loop with the given index and share of the
// plan.
func newEventLoop(d *loopDriver, index int, share aurea.Plan) *eventLoop {
	l := &eventLoop{
		loopDriver: d, index: index, snapshot: d.latest.Load(), share: share,
		nextReport: Interval, firstStarted: forever, lateness: hist.New(),
	}
	warmup := l.snapshot.warmup > 0
	l.tallies = newTallySet(warmup)
	l.spare = make(chan *tallySet, 1)
	l.spare <- newTallySet(warmup)
	l.pending = newCompletions(share.Concurrency)
	return l
}

// reserve allocates this event loop's part of the memory that the run is known
// to need.
func (l *eventLoop) reserve(loops int) {
	l.timers.reserve(l.share.Concurrency)
	if l.snapshot.end == forever && !l.plan.Open() { // otherwise the number of jobs is not known
		l.log.Reserve(l.plan.Jobs, l.index, loops)
	}
}

// run starts and ends jobs until none is left. It applies the latest snapshot
// first, because the run may have been stopped before the loop began.
func (l *eventLoop) run(c *collector) {
	switch {
	case !l.applyLatest():
	case l.plan.Open():
		l.runOpen(c)
	default:
		l.runClosed(c)
	}
	l.recordAllPending()
	if l.controlled && l.index > 0 {
		l.otherLoops.Add(-1)
		l.wakeAll()
	}
	l.foldInjected()
	at := max(l.lastEnded, l.now(), 0)
	c.reports <- report{reporter: l.index, at: at, end: l.lastEnded, tallies: l.tallies, last: true}
}

// check does what is due at checkAt: it reports an interval, stops the run after
// its lease, and waits for a control whose moment has come. After the last two
// there is a new snapshot. A lease never ends earlier than it once said, so one
// comparison a clock read suffices in between.
func (l *eventLoop) check(c *collector, now time.Duration) {
	if now >= l.nextReport {
		l.reportInterval(c, now)
	}
	if !l.mayStart(now) {
		<-l.snapshot.ctx.Done()
	}
	l.setCheck()
}

// setCheck sets when to check next.
func (l *eventLoop) setCheck() { l.checkAt = min(l.nextReport, l.snapshot.until, l.lease.Until()) }

// mayStart reports whether jobs may start at the given time by the snapshot in
// effect.
func (l *eventLoop) mayStart(now time.Duration) bool {
	return l.leased(now) && l.latest.Load() == l.snapshot && now < l.snapshot.until
}

// applyLatest loads the latest snapshot. If the run was stopped, it cancels the
// jobs in flight and returns false.
func (l *eventLoop) applyLatest() bool {
	l.snapshot = l.latest.Load()
	l.setCheck()
	if l.stopped.Load() {
		l.cancelInFlight(max(l.now(), 0))
		return false
	}
	l.share = l.snapshot.Plan.Shard(l.index, aurea.EqualWeights(len(l.loops)))
	return true
}

// finished reports whether an idle event loop will get no more jobs. In a
// controlled run a later control may bring more, until the run's end. The first
// event loop always has slots, so it stays for jobs that the others may
// requeue.
func (l *eventLoop) finished(now time.Duration) bool {
	if !l.controlled {
		return true
	}
	return (now >= l.snapshot.end || l.exhausted()) && (l.index > 0 || l.otherLoops.Load() == 0)
}

// idle sleeps until the run's end, the end of the interval or a new snapshot.
func (l *eventLoop) idle(now time.Duration) {
	until := l.snapshot.end
	if until <= now {
		until = forever
	}
	l.sleepUntil(forever, until, now)
}

// sleepUntil blocks until the next job ends, the next one starts, or the
// interval ends. It may return early.
func (l *eventLoop) sleepUntil(end, start, now time.Duration) {
	d := min(end, start, l.nextReport) - now
	if end <= start && l.timers.length > 0 {
		l.timers.prepare(now) // while there is time
		if l.cachesCold && d < spinMargin {
			l.cachesCold = false
			l.sink = l.timers.prefetch() // uses time that would be spun
			return
		}
	}
	l.cachesCold = l.cachesCold || d > timerMargin
	l.sleep(l.snapshot.ctx, d)
}

// startJob starts the plan's i-th job by adding its timer.
func (l *eventLoop) startJob(i int64, intended, start time.Duration) {
	if l.queue != nil {
		l.queue.Enter(l.jobNumber(i), start)
	}
	d, _ := l.delayOf(i)
	l.tallies.forJob(intended, l.snapshot.warmup).Started++
	l.lastStarted = start - l.snapshot.PausedFor
	l.timers.add(timer{at: start + d, intended: intended, job: i})
}

// finishEarliest ends the job with the earliest deadline, which is due.
// Recording it is put off until the loop has time. Where jobs take no time
// another is always due, so the job is recorded immediately.
func (l *eventLoop) finishEarliest(now time.Duration) {
	l.lastEnded = now
	if l.peak == 0 && now >= l.snapshot.warmup {
		l.sampleInFlight(now) // for jobs that were started in the warm-up
	}
	if l.instant {
		l.recordInstant(l.timers.pop(now), now)
		return
	}
	if l.pending.full() {
		l.recordPending()
	}
	l.pending.push(completion{l.timers.pop(now), now})
}

// recordPending records up to recordBatch ended jobs. It reports whether there
// were any.
func (l *eventLoop) recordPending() bool {
	n := min(l.pending.size(), recordBatch)
	for range n {
		l.record(l.pending.pop())
	}
	return n > 0
}

// recordAllPending records every ended job.
func (l *eventLoop) recordAllPending() {
	for l.recordPending() {
	}
}

// record counts an ended job in the tally and the job log.
func (l *eventLoop) record(done completion) {
	d, outcome := l.delayOf(done.job)
	start := done.at - d
	l.tallies.end(outcome, done.intended, start, done.seenAt, l.snapshot.warmup)
	if l.log != nil {
		l.log.Put(done.job, outcome, done.intended, start, done.seenAt)
	}
	if done.intended < l.snapshot.warmup {
		l.otherBusy += secondsAfter(l.snapshot.warmup, start, done.seenAt)
	}
	if outcome != aurea.OK {
		l.countInjected(done, outcome)
	}
	if l.queue != nil {
		l.queue.Leave(l.jobNumber(done.job))
	}
}

// recordInstant is record where jobs take no time. It is short where they are
// punctual, because there recording is most of a job's cost.
func (l *eventLoop) recordInstant(t timer, now time.Duration) {
	if t.at != t.intended || t.at < l.snapshot.warmup {
		l.record(completion{t, now})
		return
	}
	l.tallies.punctual.Record(now - t.at)
	if l.log != nil {
		l.log.Put(t.job, aurea.OK, t.intended, t.at, now)
	}
}

// secondsAfter returns how many seconds of a job were after the warm-up.
func secondsAfter(warmup, start, end time.Duration) float64 {
	return max(end-max(start, warmup), 0).Seconds()
}

// cancelInFlight ends every job in flight as cancelled.
func (l *eventLoop) cancelInFlight(now time.Duration) {
	l.recordAllPending()
	l.sampleInFlight(now)
	for l.timers.length > 0 {
		w := l.timers.pop(forever)
		d, _ := l.delayOf(w.job)
		l.tallies.forJob(w.intended, l.snapshot.warmup).Cancelled++
		l.otherBusy += secondsAfter(l.snapshot.warmup, w.at-d, now)
		l.log.Put(w.job, aurea.Cancelled, w.intended, w.at-d, now)
	}
	l.lastEnded = now
	l.publishInFlight(now)
}

// publishInFlight publishes the number of jobs in flight if it has changed.
func (l *eventLoop) publishInFlight(now time.Duration) {
	if l.publishedInFlight != l.timers.length {
		l.setInFlight(now)
	}
}

// setInFlight stores the number of jobs in flight in the event loop's gauge and in
// the window of its peak. Without it, publishInFlight is inlined.
func (l *eventLoop) setInFlight(now time.Duration) {
	l.publishedInFlight = l.timers.length
	l.gauges[l.index].Store(l.publishedInFlight)
	if now >= l.snapshot.warmup {
		l.window.set(l.publishedInFlight, now)
	}
}

// sampleInFlight publishes this event loop's jobs in flight and updates the
// peak of all event loops. The number grows only where jobs start, so this is
// called there. It is also called once after the warm-up, for jobs that were
// started in it.
func (l *eventLoop) sampleInFlight(now time.Duration) {
	l.publishInFlight(now)
	l.sampledAt = now
	if now < l.snapshot.warmup {
		return
	}
	l.window.set(l.publishedInFlight, now)
	if n := l.inFlight(); n > l.peak {
		l.peak, l.peakAt = n, now
	}
}

// countInjected counts a job that failed or hung, both of which only the spec
// can cause here.
func (l *eventLoop) countInjected(done completion, outcome aurea.Outcome) {
	hung := outcome == aurea.TimedOut && l.jobs.Faults.Hangs(l.jobNumber(done.job))
	if hung {
		l.tallies.failed[workload.ErrInjected.Class]++
	}
	if (hung || outcome == aurea.Failed) && done.intended >= l.snapshot.warmup {
		l.injected++
	}
}

// foldInjected adds the interval's failed jobs to the class of injected
// failures, since waiting itself cannot fail.
func (l *eventLoop) foldInjected() {
	n := l.tallies.judged.Failed
	if l.tallies.warmup != nil {
		n += l.tallies.warmup.Failed
	}
	if n > 0 {
		l.tallies.failed[workload.ErrInjected.Class] += n
	}
}

// reportInterval sends the interval's tallies to the collector and continues
// with empty ones. It never blocks: if the collector has not returned the spare
// tallies, the interval is merged into the next.
func (l *eventLoop) reportInterval(c *collector, now time.Duration) {
	l.recordAllPending()
	l.nextReport = now.Truncate(Interval) + Interval
	select {
	case empty := <-l.spare:
		l.foldInjected()
		c.reports <- report{
			reporter: l.index, at: now.Truncate(Interval), inFlight: l.timers.length, tallies: l.tallies, spare: l.spare,
		}
		l.tallies = empty
	default:
	}
}
