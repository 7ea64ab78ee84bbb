package engine

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A loopDriver runs jobs that only wait. It owns one event loop a core and what
// the loops share. While they run, the shared fields are only read, except for
// the gauges and otherLoops.
type loopDriver struct {
	*execution
	delayer    workload.Delayer
	queue      workload.Queue // the delayer, if its jobs queue for each other
	instant    bool           // no job takes any time
	gauges     []gauge        // jobs in flight, one gauge an event loop
	loops      []*eventLoop
	otherLoops atomic.Int64 // event loops still running, without the first
}

// A gauge is a number that one event loop writes and the others read. It fills
// a cache line, so that writing one does not invalidate another.
type gauge struct {
	atomic.Int64
	_ [56]byte
}

// newLoopDriver makes one event loop a core and divides the concurrency among
// them. It makes fewer if fewer jobs can be in flight.
func newLoopDriver(x *execution) *loopDriver {
	d := &loopDriver{execution: x, delayer: x.jobs.Delayer}
	d.queue, _ = d.delayer.(workload.Queue)
	d.instant = d.delayer.MaxDelay() == 0 && x.jobs.Faults == nil && d.queue == nil
	most := x.plan.Concurrency
	if x.controlled {
		most = x.plan.Jobs
	}
	n := int(min(int64(x.cores), max(most, 1)))
	d.gauges = make([]gauge, n)
	for i := range n {
		d.loops = append(d.loops, newEventLoop(d, i, x.plan.Shard(i, aurea.EqualWeights(n))))
	}
	d.otherLoops.Store(int64(n - 1))
	return d
}

func (d *loopDriver) reporters() int { return len(d.loops) }

// prepare makes the event loops' goroutines and waits until each has reserved its
// memory.
func (d *loopDriver) prepare(to *collector) (wait func()) {
	var ready, done sync.WaitGroup
	for _, l := range d.loops {
		ready.Add(1)
		done.Go(func() {
			l.sleep = d.sleep()
			l.reserve(len(d.loops))
			ready.Done()
			l.awaitZero(l.sleep)
			l.run(to)
		})
	}
	ready.Wait()
	return done.Wait
}

// delayOf returns how long the plan's i-th job takes, and its outcome.
func (d *loopDriver) delayOf(i int64) (time.Duration, aurea.Outcome) {
	if d.instant {
		return 0, aurea.OK
	}
	return d.drawDelay(i)
}

// drawDelay is delayOf where jobs take time. Without it, delayOf is inlined.
func (d *loopDriver) drawDelay(i int64) (time.Duration, aurea.Outcome) {
	job := d.jobNumber(i)
	faults := d.jobs.Faults
	delay := faults.Slowed(job, d.delayer.Delay(job))
	switch {
	case delay > d.timeout || faults.Hangs(job):
		return d.timeout, aurea.TimedOut
	case faults.Fails(job):
		return delay, aurea.Failed
	default:
		return delay, aurea.OK
	}
}

// inFlight returns the jobs in flight on all event loops.
func (d *loopDriver) inFlight() int64 {
	var n int64
	for i := range d.gauges {
		n += d.gauges[i].Load()
	}
	return n
}

// addTo adds to a measurement what the event loops know.
func (d *loopDriver) addTo(m *aurea.Measurement) {
	m.FirstStart = forever
	fullAtStop := true
	for _, l := range d.loops {
		m.Lateness.Merge(l.lateness)
		m.FirstStart, m.LastStart = min(m.FirstStart, l.firstStarted), max(m.LastStart, l.lastStarted)
		m.OtherBusy += l.otherBusy
		m.Full = m.Full || l.metFull
		fullAtStop = fullAtStop && l.fullAtStop
	}
	if m.FirstStart == forever {
		m.FirstStart = -1
	}
	m.Full = m.Full || fullAtStop
	if m.Lateness != nil {
		m.Lateness.RecordN(0, m.Tally.Started-m.Lateness.Count())
	}
	m.MaxInFlight, m.PeakFrom, m.PeakUntil = d.peak()
	m.Failures = d.failures()
}

// peak returns the most jobs in flight and a window in which so many were. If the
// event loops' own maxima add up to it, the window is the time that they have in
// common. Otherwise it is the moment of a sample.
func (d *loopDriver) peak() (most int64, from, until time.Duration) {
	var sum int64
	begin, end := time.Duration(0), forever
	for _, l := range d.loops {
		if l.peak > most {
			most, from, until = l.peak, l.peakAt, l.peakAt
		}
		if own := l.window; own.most > 0 {
			sum += own.most
			begin, end = max(begin, own.from), min(end, own.until)
		}
	}
	if sum == most && most > 0 && begin <= end {
		from, until = begin, end
	}
	return most, from, until
}

// failures returns the failures that the spec injected; waiting itself cannot
// fail.
func (d *loopDriver) failures() []aurea.ErrorClass {
	var n int64
	for _, l := range d.loops {
		n += l.injected
	}
	if n == 0 {
		return nil
	}
	return []aurea.ErrorClass{{Class: workload.ErrInjected.Class, Count: n, Sample: workload.ErrInjected.Error()}}
}
