package workload

import (
	"context"
	"time"
)

// asRunner returns the jobs as a Runner.
func (j Jobs) asRunner() Runner {
	if j.Delayer == nil {
		return j.Runner
	}
	queue, _ := j.Delayer.(Queue)
	r := Runner(delayRunner{j.Delayer, queue, time.Now()})
	if j.Faults != nil {
		r = withFaults{r, j.Faults}
	}
	return r
}

// A delayRunner runs the jobs of a Delayer, each on a timer.
type delayRunner struct {
	delayer Delayer
	queue   Queue // the delayer, if it is one
	opened  time.Time
}

// Run waits for the job's delay.
func (r delayRunner) Run(ctx context.Context, job int64, _ JobMetrics) error {
	if r.queue != nil {
		r.queue.Enter(job, time.Since(r.opened))
		defer r.queue.Leave(job)
	}
	return Pause(ctx, r.delayer.Delay(job))
}
