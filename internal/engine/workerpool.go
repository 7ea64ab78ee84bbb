package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A workerPool drives jobs that do work, with a goroutine for each job in
// flight. Its own cost a job is two writes to a shared counter and a recorder's
// lock. That is a hundred nanoseconds, next to the microseconds that the job
// itself takes.
type workerPool struct {
	*execution
	recorders   []*recorder
	closedLoops []*closedLoop // nil if goroutines run all jobs, or the model is open
	openLoops   []*openLoop   // nil if goroutines run all jobs, or the model is closed
	running     sync.WaitGroup
	prepared    sync.WaitGroup // workers that have made their state
	atZero      chan struct{}  // closed at time zero of the run's clock
	slotFreed   chan struct{}  // signals runOpen that a job has ended
	resizeMu    sync.Mutex     // held while a limit adds or removes workers; guards users and idleUsers
	users       int64          // closed model: workers that there were at once, at most
	idleUsers   []*workerState // closed model: of workers that have exited
	_           [64]byte       // keeps the fields below, written for every job, off the cache line above
	workers     atomic.Int64   // closed model: workers; open model: slots that are taken
	waiting     atomic.Int64   // closed model: workers that wait for a control
	inFlight    atomic.Int64   // jobs in flight
	peak        atomic.Int64   // most jobs in flight after the warm-up
	looped      atomic.Int64   // workers that were given a loop
	idleStates  sync.Pool      // open model, where each goroutine runs one job
	windowMu    sync.Mutex     // guards window
	window      peakWindow     // of peak
	metFull     atomic.Bool    // an arrival was dropped or waited for a slot
	room        sharedRoom     // open model
}

// newWorkerPool returns a pool with one recorder a core and no workers.
func newWorkerPool(x *execution) *workerPool {
	p := &workerPool{execution: x, atZero: make(chan struct{}), slotFreed: make(chan struct{}, 1)}
	p.idleStates.New = func() any { return p.newWorkerState() }
	for range x.cores {
		p.recorders = append(p.recorders, newRecorder(x))
	}
	p.closedLoops, p.openLoops = p.newClosedLoops(), p.newOpenLoops()
	return p
}

// A workerState is what one goroutine reuses from job to job.
type workerState struct {
	metrics workload.JobMetrics
	context *workload.JobContext
	sample  *workload.JobSample // nil unless the run keeps a sample
	looped  *loopedWorker       // nil if the goroutine runs all jobs

	lateSince time.Duration // open model: from when on the next job is late, on the plan's clock
}

// newWorkerState returns the state of a new worker.
func (p *workerPool) newWorkerState() *workerState {
	sample := p.sampler.NewJobSample()
	return &workerState{
		metrics: workload.NewJobMetrics(p.jobs.Metrics),
		context: workload.NewJobContext(leasedContext{Context: p.ctx, execution: p.execution}).Sampling(sample),
		sample:  sample,
	}
}

func (p *workerPool) reporters() int { return len(p.recorders) }

// prepare makes the first workers of a closed plan. wait returns when the last job
// has ended and is reported.
func (p *workerPool) prepare(to *collector) (wait func()) {
	if !p.plan.Open() {
		p.addWorkers(p.latest.Load(), 0)
		p.prepared.Wait()
	}
	var reporting sync.WaitGroup
	over := make(chan struct{})
	reporting.Go(func() {
		<-p.begun
		p.reportIntervals(to, over)
	})
	go func() {
		if len(p.openLoops) > 0 {
			p.awaitOpenLoops()
		} else {
			p.runAll()
		}
		p.running.Wait()
		p.closeLoops()
		close(over)
	}()
	return reporting.Wait
}

// runAll starts jobs until none is left.
func (p *workerPool) runAll() {
	sleep := p.sleep()
	p.awaitZero(sleep)
	close(p.atZero)
	if p.plan.Open() {
		p.runOpen(sleep)
	} else {
		p.runClosed()
	}
}

// awaitOpenLoops waits until the loops have ended.
func (p *workerPool) awaitOpenLoops() {
	for _, l := range p.openLoops {
		l.ended.Wait()
	}
}

// closeLoops ends the loops. No worker runs any more.
func (p *workerPool) closeLoops() {
	for _, l := range p.closedLoops {
		l.close()
	}
	for _, l := range p.openLoops {
		l.close()
	}
}

// runJob runs one job and records it. It returns when the job ended.
func (p *workerPool) runJob(i int64, intended, start time.Duration, state *workerState) time.Duration {
	j := p.beginJob(i, intended, start, state)
	err := p.runInTimeout(j, state)
	end := p.now()
	p.endJob(j, state, err, end)
	return end
}

// A begunJob is a job in flight.
type begunJob struct {
	i, job                     int64 // its index in the plan, and its number
	intended, start, scheduled time.Duration
	lateness                   time.Duration         // open model
	parent                     *workload.Traceparent // nil if the job is not traced
}

// beginJob counts a job that starts.
func (p *workerPool) beginJob(i int64, intended, start time.Duration, state *workerState) begunJob {
	snap := p.latest.Load()
	if n := p.inFlight.Add(1); start >= snap.warmup {
		p.raisePeak(n)
	}
	job := p.jobNumber(i)
	state.metrics.Clear()
	state.sample.Begin(job)
	scheduled := start - snap.PausedFor
	return begunJob{i, job, intended, start, scheduled, scheduled - state.lateSince, p.tracing.pick(job, start)}
}

// endJob records a job that has ended.
func (p *workerPool) endJob(j begunJob, state *workerState, err error, end time.Duration) {
	outcome := p.outcomeOf(err, end-j.start)
	if j.parent.Sent() {
		p.tracing.end(j.job, p.start.Add(j.start), p.start.Add(end), outcome, err)
	}
	if warmup := p.latest.Load().warmup; j.start < warmup && warmup <= end {
		p.raisePeak(p.inFlight.Load())
	}
	p.inFlight.Add(-1)
	ended := endedJob{j.job, outcome, j.intended, j.start, end, j.scheduled, j.lateness, err, state.metrics}
	if state.sample != nil {
		state.sample.End(outcome, ended.errorClass(), err, j.start, end)
	}
	p.recorderFor(j.i).record(ended)
	p.log.Put(j.i, outcome, j.intended, j.start, end)
}

// raisePeak sets the peak to the jobs in flight if that is higher.
func (p *workerPool) raisePeak(inFlight int64) {
	for peak := p.peak.Load(); inFlight > peak; peak = p.peak.Load() {
		if p.peak.CompareAndSwap(peak, inFlight) {
			p.openWindow(inFlight)
			return
		}
	}
}

// openWindow notes that the jobs in flight have reached a new peak. In the closed
// model, a worker's next job starts when the one before ends. So if no worker waits,
// the peak lasts until the first of them stops or waits, which closeWindow notes.
func (p *workerPool) openWindow(inFlight int64) {
	p.windowMu.Lock()
	defer p.windowMu.Unlock()
	if inFlight <= p.window.most {
		return
	}
	lasts := !p.plan.Open() && p.workers.Load() == inFlight && p.waiting.Load() == 0
	p.window.set(inFlight, p.now())
	p.window.at = lasts
}

// closeWindow notes that a worker of the closed model has no job since the given
// time.
func (p *workerPool) closeWindow(since time.Duration) {
	p.windowMu.Lock()
	defer p.windowMu.Unlock()
	p.window.leave(since)
}

// runInTimeout runs a job within its timeout. A panic becomes the job's
// failure.
func (p *workerPool) runInTimeout(j begunJob, state *workerState) (err error) {
	began, deadline := p.start.Add(j.start), time.Time{}
	if p.timeout != forever {
		deadline = began.Add(p.timeout)
	}
	ctx := state.context.Until(deadline).From(began).TracedAs(j.parent)
	defer func() {
		if reason := recover(); reason != nil {
			err = &workload.Failure{Class: "panic", Err: fmt.Errorf("the job panicked: %v", reason)}
		}
	}()
	return p.jobs.Runner.Run(ctx, j.job, state.metrics)
}

// outcomeOf returns a job's outcome from its error and service time.
func (p *workerPool) outcomeOf(err error, took time.Duration) aurea.Outcome {
	switch {
	case took > p.timeout:
		return aurea.TimedOut
	case err == nil:
		return aurea.OK
	case p.ctx.Err() != nil && errors.Is(err, context.Canceled):
		p.stopped.Store(true) // execution.stop may still wait for a core
		return aurea.Cancelled
	case errors.Is(err, context.DeadlineExceeded):
		return aurea.TimedOut
	default:
		return aurea.Failed
	}
}

// recorderFor returns the recorder of the plan's i-th job. Neighbouring jobs
// have different recorders, so that their locks are seldom contended.
func (p *workerPool) recorderFor(i int64) *recorder { return p.recorders[i%int64(len(p.recorders))] }

// addTo adds to a measurement what the pool and its recorders know.
func (p *workerPool) addTo(m *aurea.Measurement) {
	m.FirstStart = forever
	for _, r := range p.recorders {
		m.FirstStart, m.LastStart = min(m.FirstStart, r.firstStart), max(m.LastStart, r.lastStart)
		m.OtherBusy += r.otherBusy
		m.Lateness.Merge(r.lateness)
	}
	if m.FirstStart == forever {
		m.FirstStart = -1
	}
	if io := p.io(); io != "" {
		m.Environment.IO = io
		m.Environment = m.Environment.WithDigest()
	}
	m.Full = p.metFull.Load()
	m.MaxInFlight, m.PeakFrom, m.PeakUntil = p.peak.Load(), p.window.from, p.window.until
	m.Failures = p.failures()
}

// io names the interface by which loops ran jobs; "" without any.
func (p *workerPool) io() string {
	switch {
	case len(p.closedLoops) > 0:
		return p.closedLoops[0].loop.IO()
	case len(p.openLoops) > 0:
		return p.openLoops[0].loop.IO()
	}
	return ""
}

func (p *workerPool) failures() []aurea.ErrorClass {
	merged := map[string]aurea.ErrorClass{}
	for _, r := range p.recorders {
		for class, counted := range r.failures {
			if before, known := merged[class]; known {
				counted.Count, counted.Sample = counted.Count+before.Count, before.Sample
			}
			merged[class] = counted
		}
	}
	return sortedClasses(merged)
}
