package runs

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// next makes the first run of the queue the running one and returns it, or nil
// if the queue is empty or has to wait for a resumed run. Runs that were
// cancelled in the queue end here without being executed.
func (m *Manager) next() *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.queue) > 0 && len(m.resumed) == 0 {
		e := m.queue[0]
		m.queue = m.queue[1:]
		if e.ctx.Err() != nil {
			m.finish(e, outcome{})
			m.persistAsync(e)
			continue
		}
		m.transition(&e.run, aurea.StatusRunning)
		if m.stopCheck != nil {
			m.stopCheck()
		}
		if m.resumer != nil {
			e.run.Epoch = max(e.run.Epoch, 1)
		}
		m.running = e
		m.makeExecutable(e)
		m.notifyQueued()
		if m.options.Began != nil {
			m.options.Began(m.view(e))
		}
		m.options.Log.Info("run started", append([]any{"run", e.run.ID, "workload", e.plan.Workload.Kind},
			lengthOf(e.plan)...)...)
		return e
	}
	return nil
}

// lengthOf returns what the log says of the length of a run: the number of its
// jobs, the time after which none starts, or both.
func lengthOf(plan aurea.Plan) (attributes []any) {
	if len(plan.Scenarios) > 0 {
		attributes = append(attributes, "scenarios", len(plan.Scenarios))
	}
	if plan.Jobs < aurea.Unbounded {
		attributes = append(attributes, "jobs", plan.Jobs)
	}
	if plan.End < aurea.Forever {
		attributes = append(attributes, "duration", plan.End)
	}
	return attributes
}

// makeExecutable prepares the entry of a running run for its execution. The
// caller holds the lock.
func (m *Manager) makeExecutable(e *entry) {
	e.controls, e.givenUp = make(chan aurea.Command), make(chan struct{})
	e.giveUp = sync.OnceFunc(func() { close(e.givenUp) })
	e.leaving = make(chan struct{})
	e.leave = sync.OnceFunc(func() { close(e.leaving) })
	e.follower = aurea.NewFollower(e.plan)
	e.dirty = true
	m.notify(e)
}

// executing returns the runs that are executed: the running one and the resumed
// ones. The caller holds the lock.
func (m *Manager) executing() []*entry {
	var executing []*entry
	if m.running != nil {
		executing = append(executing, m.running)
	}
	return append(executing, m.resumed...)
}

// execute executes and persists a run. The next run does not wait for the
// store, unless writing takes so long that it would disturb the measurement.
func (m *Manager) execute(e *entry) {
	o := m.await(e)
	m.mu.Lock()
	m.running = nil
	if e.handedOver || errors.Is(o.err, aurea.ErrHandedOver) {
		m.release(e)
		m.mu.Unlock()
		return
	}
	m.finish(e, o)
	m.mu.Unlock()
	if m.isLarge(e) {
		m.persist(e)
		return
	}
	m.persistAsync(e)
}

// isLarge reports whether writing the run's job records would disturb the next
// run.
func (m *Manager) isLarge(e *entry) bool {
	return e.plan.KeepJobs && e.final.Result != nil && e.final.Result.Counts.Accounted() > 100_000
}

// observe adds an interval of the running run to its progress and to the stats.
func (m *Manager) observe(e *entry, p aurea.Progress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running != e && !slices.Contains(m.resumed, e) {
		return // the run was given up
	}
	m.stats.observe(e.run.ID, e.plan, p)
	if m.options.Traced != nil && len(p.Traced) > 0 {
		m.options.Traced(e.run.ID, p.Traced)
	}
	last, point := e.counted, p.Point()
	progress := aurea.RunProgress{
		Elapsed:    point.T,
		Started:    last.Started + point.Started,
		OK:         last.OK + point.OK,
		Failed:     last.Failed + point.Failed,
		InFlight:   point.InFlight,
		Throughput: point.Throughput,
		P50:        point.P50,
		P90:        point.P90,
		P99:        point.P99,
		Paused:     p.Paused.Seconds(),
		Phase:      p.Activity.Phase,
		PhaseLeft:  p.Activity.Left.Seconds(),
		Activity:   p.Activity.Describe(point.InFlight),
		SoFar:      e.follower.Observe(p),
	}
	progress.Remaining = remaining(e.plan, progress)
	e.counted, e.run.Progress = progress, &progress
	e.past.add(progress, p)
	e.dirty = true
	m.notify(e)
	if e.watch != nil {
		e.watch(e.run)
	}
}

// remaining estimates the seconds until the run ends: by its time limit, or by
// its jobs at the rate so far, whichever comes first.
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

// finish sets the final state of a run, which is not visible before it is
// persisted. The caller holds the lock.
func (m *Manager) finish(e *entry, o outcome) {
	e.final = e.run
	o.err = e.plan.Spec.Secrets.MaskError(o.err)
	status := aurea.StatusCompleted
	switch {
	case o.err != nil && o.result == nil && e.resumes:
		status = aurea.StatusInterrupted
		e.final.Error = "its server ended, and nothing is left of the execution: " + o.err.Error()
	case o.err != nil:
		status = aurea.StatusFailed
		e.final.Error = o.err.Error()
		m.options.Log.Error("run failed", "run", e.run.ID, "error", o.err)
	case o.result != nil && o.result.Status == aurea.StatusFailed:
		status = aurea.StatusFailed
		e.final.Error = e.plan.Spec.Secrets.MaskText(o.result.Failure())
		m.options.Log.Error("run failed", "run", e.run.ID, "error", e.final.Error)
	case o.result != nil && o.result.Status == aurea.StatusInterrupted:
		status = aurea.StatusInterrupted
	case o.result == nil || o.result.Status == aurea.StatusCancelled:
		status = aurea.StatusCancelled
		if errors.Is(context.Cause(e.ctx), errInterrupted) {
			status = aurea.StatusInterrupted
		}
	}
	m.transition(&e.final, status)
	if o.result != nil {
		o.result.ID = e.run.ID
		o.result.Status = status
		e.final.Result, e.final.Samples = o.result, o.samples
		e.final = e.final.Mask()
	}
	if p := e.final.Progress; p != nil {
		last := *p
		last.SoFar = nil // the result has it
		e.final.Progress = &last
	}
	e.cancel(nil)
}

// countFinished adds a finished run to the stats and the recent runs and calls
// Ended. It drops the histograms, job records and spec, which may be large and
// belong to the run's caller. The caller holds the lock.
func (m *Manager) countFinished(e *entry) {
	run := e.run
	run.Samples = aurea.Samples{}
	run.Spec = run.Spec.Outline()
	if run.Result != nil {
		slim := *run.Result
		slim.Spec = run.Spec
		run.Result = &slim
	}
	m.stats.finish(e.plan, run)
	if m.options.Ended != nil {
		m.options.Ended(run)
	}
	m.recent = append(m.recent, run)
	if len(m.recent) > maxRecent {
		m.recent = slices.Delete(m.recent, 0, 1)
	}
}

// transition changes a run's status. An invalid transition is a bug of this
// package; it is logged.
func (m *Manager) transition(run *aurea.Run, to aurea.Status) {
	if err := run.Move(to, time.Now().UTC().Truncate(time.Microsecond)); err != nil {
		m.options.Log.Error("run changed against its life", "run", run.ID, "error", err)
	}
}

// drain accepts no more runs. It hands over those that have not begun and those
// on workers, and interrupts the others when their grace has passed.
func (m *Manager) drain() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closing {
		return
	}
	m.closing = true
	for _, e := range m.queue {
		m.handOver(e)
	}
	m.queue = nil
	for _, running := range m.executing() {
		grace := m.options.Grace
		leave := m.leaveFunc(running)
		switch {
		case m.isWaiting(running) && m.canHandOver(running):
			running.handedOver, grace = true, 0
		case m.leavesAtOnce(running):
			leave()
		}
		timer := time.AfterFunc(grace, func() {
			leave()
			running.cancel(errInterrupted)
		})
		context.AfterFunc(running.ctx, func() { timer.Stop() })
		time.AfterFunc(grace+giveUpAfter, running.giveUp)
	}
}
