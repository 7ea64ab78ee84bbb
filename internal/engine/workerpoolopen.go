package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// runOpen drives the open model: it starts every job when it is due.
func (p *workerPool) runOpen(sleep sleeper) {
	schedule := aurea.NewSchedule(p.plan)
	for {
		i, end := p.claim(1) // the schedule knows the run's end
		if i >= end {
			return
		}
		cumulative := schedule.Cumulative(i)
		due, inTime := p.waitUntilDue(cumulative, sleep)
		if !inTime {
			return
		}
		if p.full() && p.plan.Spec.OnSaturation == "drop" {
			p.recordDropOf(i, due)
			continue
		}
		if !p.waitForSlot(cumulative) {
			return
		}
		p.workers.Add(1)
		now, due := p.now(), p.latest.Load().Plan.Due(cumulative)
		p.startElsewhere(arrival{i, cumulative, p.lateSince(due, now)})
		p.noteFull(cumulative, now)
	}
}

// waitUntilDue waits until a job is due. It returns false if the run will not
// start it.
func (p *workerPool) waitUntilDue(cumulative float64, sleep sleeper) (due time.Duration, inTime bool) {
	for {
		now, snap := p.now(), p.latest.Load() // read in this order, so that nothing starts by an outdated snapshot
		due := snap.Due(cumulative)
		late := due >= snap.end
		switch {
		case p.stopped.Load(), !p.leased(now), late && (now >= snap.end || due == forever || !p.controlled):
			return 0, false
		case snap.Paused, now >= snap.until: // a control follows
			timerSleep(snap.ctx, Interval)
		case due <= now && !late:
			return due, true
		default:
			sleep(snap.ctx, min(due, snap.end)-now)
		}
	}
}

// full reports whether all slots are taken.
func (p *workerPool) full() bool { return p.workers.Load() >= p.latest.Load().Plan.Concurrency }

// waitForSlot waits for a free slot for a job that is due. It returns false if
// the run starts no more jobs.
func (p *workerPool) waitForSlot(cumulative float64) bool {
	for waited := false; ; waited = true {
		now, snap := p.now(), p.latest.Load()
		switch {
		case p.stopped.Load(), waited && now >= snap.end:
			return false
		case !snap.Paused && !p.full():
			return now-lateStartGrace < snap.end
		case !snap.Paused:
			p.metFull.Store(true)
			p.noteFull(cumulative, now) // if a control took the slots
		}
		select {
		case <-p.slotFreed:
		case <-snap.ctx.Done():
		case <-time.After(max(snap.end-now, 0)):
		}
	}
}

// startArrival runs a job that is due and returns when it ended. If the run was
// paused meanwhile, it waits for the end of the pause. It does nothing after the
// lease.
func (p *workerPool) startArrival(a arrival) (end time.Duration) {
	state := p.idleStates.Get().(*workerState)
	defer p.idleStates.Put(state)
	state.lateSince = a.lateSince
	for {
		start, snap := p.now(), p.latest.Load()
		switch {
		case snap.Paused && p.ctx.Err() != nil, !p.leased(start):
			return start
		case snap.Paused, start >= snap.until:
			timerSleep(snap.ctx, Interval)
		case start >= snap.ChangedAt: // otherwise start may lie in a pause
			return p.runJob(a.i, snap.Due(a.cumulative), start, state)
		}
	}
}
