package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// dispatch drives the open model: it starts every job when it is due.
func (c *crew) dispatch() {
	schedule, sleep := aurea.NewSchedule(c.plan), c.sleep()
	for {
		i, end := c.claim(1) // the schedule knows the end of the run
		if i >= end {
			return
		}
		cumulative := schedule.Cumulative(i)
		due, inTime := c.await(cumulative, sleep)
		if !inTime {
			return
		}
		if c.full() && c.plan.Spec.OnSaturation == "drop" {
			c.deskOf(i).drop(c.jobNumber(i), due)
			continue
		}
		if !c.room() {
			return
		}
		c.live.Add(1)
		c.workers.Go(func() {
			c.arrive(i, cumulative)
			c.live.Add(-1)
			select {
			case c.freed <- struct{}{}:
			default: // the dispatcher will look anyway
			}
		})
	}
}

// await waits until a job is due. It is false when the run will not start it.
func (c *crew) await(cumulative float64, sleep sleeper) (due time.Duration, inTime bool) {
	for {
		now, snap := c.now(), c.latest.Load() // in this order: nothing starts by a course that was over
		due := snap.Due(cumulative)
		late := due >= snap.end
		switch {
		case c.stopped.Load(), late && (now >= snap.end || due == forever || !c.controlled):
			return 0, false
		case snap.Paused:
			timerSleep(snap.ctx, Interval)
		case due <= now && !late:
			return due, true
		default:
			sleep(snap.ctx, min(due, snap.end)-now)
		}
	}
}

func (c *crew) full() bool { return c.live.Load() >= c.latest.Load().Plan.Concurrency }

// room waits until there is room for a job that is due. It is false when the run
// starts no more.
func (c *crew) room() bool {
	for waited := false; ; waited = true {
		now, snap := c.now(), c.latest.Load()
		switch {
		case c.stopped.Load(), waited && now >= snap.end:
			return false
		case !snap.Paused && !c.full():
			return now-lateStartGrace < snap.end
		}
		select {
		case <-c.freed:
		case <-snap.ctx.Done():
		case <-time.After(max(snap.end-now, 0)):
		}
	}
}

// arrive does a job of the open model that is due. If the run has been paused in
// the meantime, it starts when that is over.
func (c *crew) arrive(i int64, cumulative float64) {
	seat := c.seats.Get().(*seat)
	defer c.seats.Put(seat)
	for {
		start, snap := c.now(), c.latest.Load()
		switch {
		case snap.Paused && c.ctx.Err() != nil:
			return
		case snap.Paused:
			timerSleep(snap.ctx, Interval)
		case start >= snap.ChangedAt: // else that may have been in a pause
			c.run(i, snap.Due(cumulative), start, seat)
			return
		}
	}
}
