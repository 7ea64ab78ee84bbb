package engine

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// An execution is what all that drive the jobs of one Execute share. It is only
// read while they do, apart from the hand-out of jobs and the flag that stops
// them.
type execution struct {
	ctx     context.Context
	plan    aurea.Plan
	jobs    workload.Jobs
	timeout time.Duration  // the longest a job may take
	end     time.Duration  // when to start no more jobs
	warmup  time.Duration  // jobs intended before this are not judged
	log     *aurea.JobLog  // nil when records are not kept
	sleep   func() sleeper // makes a sleeper for the calling goroutine
	start   time.Time

	_       [64]byte // apart from the above: this line is written by every lane
	handed  atomic.Int64
	_       [64]byte
	stopped atomic.Bool
}

// freeBatch is how many jobs a lane takes at once when no job takes any time:
// enough to make the shared counter's cost vanish, little enough that lanes
// finish within microseconds of each other.
const freeBatch = 256

const forever = time.Duration(aurea.Forever)

func newExecution(ctx context.Context, plan aurea.Plan, jobs workload.Jobs, sleep func() sleeper) *execution {
	x := &execution{
		ctx:     ctx,
		plan:    plan,
		jobs:    jobs,
		timeout: forever,
		end:     time.Duration(plan.End),
		warmup:  time.Duration(plan.Spec.Warmup),
		sleep:   sleep,
	}
	if plan.Spec.Timeout > 0 {
		x.timeout = time.Duration(plan.Spec.Timeout)
	}
	if plan.KeepJobs {
		x.log = new(aurea.JobLog)
	}
	return x
}

// begin is the moment that everything is told from.
func (x *execution) begin() { x.start = time.Now() }

// now is the time since the run began.
func (x *execution) now() time.Duration { return time.Since(x.start) }

// claim hands out up to n jobs, [first, end); none when the plan has no more or
// the run starts no more.
func (x *execution) claim(n int64, now time.Duration) (first, end int64) {
	if now >= x.end || x.stopped.Load() || x.handed.Load() >= x.plan.Jobs {
		return 0, 0
	}
	end = x.handed.Add(n)
	return end - n, min(end, x.plan.Jobs)
}

// number is that of the plan's i-th job; unlike Plan.Job it copies no plan.
func (x *execution) number(i int64) int64 { return x.plan.First + i*x.plan.Stride }

// planned is how many jobs the plan wanted, of a run that ended at end: their
// number, or, where time ends the run, those that were due by then.
func (x *execution) planned(counted int64, end time.Duration) int64 {
	switch {
	case x.end == forever:
		return x.plan.Jobs
	case !x.plan.Open():
		return counted // a closed plan wants a job when there is room, and then starts it
	case x.stopped.Load():
		return aurea.NewSchedule(x.plan).DueBefore(min(end+1, x.end))
	default:
		return aurea.NewSchedule(x.plan).DueBefore(x.end)
	}
}

// complete reports whether a run that ended at end did all it was to do.
func (x *execution) complete(counts aurea.Counts, end time.Duration) bool {
	return counts.Cancelled == 0 && (counts.Planned == x.plan.Jobs || end >= x.end)
}
