package runs

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// next takes the first run of the queue and makes it the running one; nil when
// nothing waits. One that was cancelled while it waited ends here, if its caller
// has not had it leave yet: it never begins.
func (m *Manager) next() *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.queue) > 0 {
		e := m.queue[0]
		m.queue = m.queue[1:]
		if e.ctx.Err() != nil {
			m.finish(e, nil, nil)
			m.keepAside(e)
			continue
		}
		m.move(&e.run, aurea.StatusRunning)
		if m.stopCheck != nil {
			m.stopCheck()
		}
		m.running, e.controls, e.givenUp = e, make(chan aurea.Command), make(chan struct{})
		e.giveUp = sync.OnceFunc(func() { close(e.givenUp) })
		e.unsaved = true
		m.show(e)
		m.moved()
		m.options.Log.Info("run started", "run", e.run.ID, "workload", e.plan.Workload.Kind, "jobs", e.plan.Spec.NumJobs)
		return e
	}
	return nil
}

// execute has a run executed and stored. The next one does not wait for the
// store, unless there is so much to write that it would be disturbed.
func (m *Manager) execute(e *entry) {
	result, err := m.await(e)
	m.mu.Lock()
	m.finish(e, result, err)
	m.running = nil
	m.mu.Unlock()
	if m.large(e) {
		m.keep(e)
		return
	}
	m.keepAside(e)
}

// large is a run whose records take longer to write than the next run should be
// disturbed for.
func (m *Manager) large(e *entry) bool {
	return e.plan.KeepJobs && e.end.Result != nil && e.end.Result.Counts.Accounted() > 100_000
}

// observe takes in one interval of the running run.
func (m *Manager) observe(e *entry, p aurea.Progress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running != e {
		return // it was given up
	}
	m.stats.observe(e.run.ID, e.plan, p)
	if m.options.Traced != nil && len(p.Traced) > 0 {
		m.options.Traced(e.run.ID, p.Traced)
	}
	last := aurea.RunProgress{}
	if e.run.Progress != nil {
		last = *e.run.Progress
	}
	point := p.Point()
	progress := aurea.RunProgress{
		Elapsed:    point.T,
		Started:    last.Started + point.Started,
		OK:         last.OK + point.OK,
		Failed:     last.Failed + point.Failed,
		InFlight:   point.InFlight,
		Throughput: point.Throughput,
		P50:        point.P50,
		P99:        point.P99,
		Paused:     p.Paused.Seconds(),
		Phase:      p.Activity.Phase,
		PhaseLeft:  p.Activity.Left.Seconds(),
		Activity:   p.Activity.Words(point.InFlight),
	}
	progress.Remaining = remaining(e.plan, progress)
	e.run.Progress = &progress
	e.remember(progress)
	e.unsaved = true
	m.show(e)
	if e.watch != nil {
		e.watch(e.run)
	}
}

// remaining estimates the seconds a run still takes: until its time is over, or
// its jobs are done at the rate so far, whichever is sooner.
func remaining(plan aurea.Plan, p aurea.RunProgress) float64 {
	left := -1.0
	if plan.End != aurea.Forever {
		left = max(plan.End.Seconds()+p.Paused-p.Elapsed, 0)
	}
	if ended := p.OK + p.Failed; plan.Jobs != aurea.Unbounded && ended > 0 {
		byJobs := float64(plan.Jobs-ended) * (p.Elapsed - p.Paused) / float64(ended)
		if left < 0 || byJobs < left {
			left = byJobs
		}
	}
	return max(left, 0)
}

// finish decides how a run ended. Nobody sees it before it is kept. The lock is
// held.
func (m *Manager) finish(e *entry, result *aurea.Result, err error) {
	e.end = e.run
	status := aurea.StatusCompleted
	switch {
	case err != nil:
		status = aurea.StatusFailed
		e.end.Error = err.Error()
		m.options.Log.Error("run failed", "run", e.run.ID, "error", err)
	case result == nil || result.Status == aurea.StatusCancelled:
		status = aurea.StatusCancelled
		if errors.Is(context.Cause(e.ctx), errInterrupted) {
			status = aurea.StatusInterrupted
		}
	}
	m.move(&e.end, status)
	if result != nil {
		result.ID = e.run.ID
		result.Status = status
		e.end.Result = result
		e.end = e.end.Mask()
	}
	e.cancel(nil)
}

// count adds a finished run to the service's numbers, tells of it and keeps it,
// without its histograms, its jobs' records and its spec, which may be large and
// belong to whoever waits for the run. The lock is held.
func (m *Manager) count(e *entry) {
	run := e.run
	run.Spec = run.Spec.Outline()
	if run.Result != nil {
		slim := *run.Result
		slim.Tally, slim.Detail, slim.Jobs = nil, nil, nil
		slim.Spec = run.Spec
		run.Result = &slim
	}
	m.stats.finish(e.plan, run)
	if m.options.Ended != nil {
		m.options.Ended(run)
	}
	m.recent = append(m.recent, run)
	if len(m.recent) > keepRecent {
		m.recent = slices.Delete(m.recent, 0, 1)
	}
}

// move changes a run's status. A transition that a run's life does not have is
// a fault of this package; it is logged, not hidden.
func (m *Manager) move(run *aurea.Run, to aurea.Status) {
	if err := run.Move(to, time.Now().UTC().Truncate(time.Microsecond)); err != nil {
		m.options.Log.Error("run changed against its life", "run", run.ID, "error", err)
	}
}

// drain accepts no more runs, interrupts the queued ones, and the running one
// when its grace is over.
func (m *Manager) drain() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closing {
		return
	}
	m.closing = true
	for _, e := range m.queue {
		e.cancel(errInterrupted)
		m.finish(e, nil, nil)
		m.keepAside(e)
	}
	m.queue = nil
	if running := m.running; running != nil {
		timer := time.AfterFunc(m.options.Grace, func() { running.cancel(errInterrupted) })
		context.AfterFunc(running.ctx, func() { timer.Stop() })
		time.AfterFunc(m.options.Grace+giveUpAfter, running.giveUp)
	}
}
