package engine

import (
	"cmp"
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// An execution is what all that drive the jobs of one Execute share. It is only
// read while they do, apart from the hand-out of jobs, the flag that stops them
// and the course that controls give them.
type execution struct {
	ctx         context.Context
	plan        aurea.Plan // as it began; the course has what has become of it
	jobs        workload.Jobs
	maxInFlight int64          // jobs that may be in flight
	cores       int            // that drive jobs
	controlled  bool           // controls may come
	timeout     time.Duration  // the longest a job may take
	log         *aurea.JobLog  // nil when records are not kept
	sleep       func() sleeper // makes a sleeper for the calling goroutine
	start       time.Time
	controller  controller

	_        [64]byte // apart from the above: this line is written by every lane
	nextJob  atomic.Int64
	_        [64]byte // these are seldom written
	latest   atomic.Pointer[snapshot]
	stopped  atomic.Bool
	requeued requeued
	tracing  *tracing // nil when no job is traced
}

// freeBatch is how many jobs a lane takes at once when no job takes any time:
// enough to make the shared counter's cost vanish, little enough that lanes
// finish within microseconds of each other.
const instantBatch = 256

const forever = time.Duration(aurea.Forever)

func newExecution(ctx context.Context, plan aurea.Plan, jobs workload.Jobs, sleep func() sleeper) *execution {
	x := &execution{ctx: ctx, plan: plan, jobs: jobs, maxInFlight: aurea.MaxJobs, cores: runtime.GOMAXPROCS(0), timeout: forever, sleep: sleep}
	if jobs.Waiter == nil {
		x.maxInFlight = cmp.Or(jobs.MostInFlight, workload.MostRunning)
	}
	x.plan.Concurrency = min(plan.Concurrency, x.maxInFlight) // which only a rate alone may exceed
	if plan.Spec.Timeout > 0 {
		x.timeout = time.Duration(plan.Spec.Timeout)
	}
	if plan.KeepJobs {
		x.log = new(aurea.JobLog)
	}
	if plan.Trace != nil && jobs.Waiter == nil {
		x.tracing = &tracing{trace: *plan.Trace}
	}
	x.controller.live = aurea.NewLivePlan(x.plan)
	x.wakeAll()
	return x
}

// begin is the moment that everything is told from.
func (x *execution) begin() { x.start = time.Now() }

// now is the time since the run began.
func (x *execution) now() time.Duration { return time.Since(x.start) }

// claim hands out up to n jobs, [first, end); none when the plan has no more or
// the run was stopped.
func (x *execution) claim(n int64) (first, end int64) {
	if x.stopped.Load() || x.nextJob.Load() >= x.plan.Jobs {
		return 0, 0
	}
	end = x.nextJob.Add(n)
	first = end - n
	if first >= x.plan.Jobs {
		return 0, 0 // another lane was faster
	}
	if end >= x.plan.Jobs && x.controlled {
		x.wakeAll() // who is kept for jobs that might come need not wait any more
	}
	return first, min(end, x.plan.Jobs)
}

// claimNext hands out job i if it is the next one.
func (x *execution) claimNext(i int64) bool {
	if !x.nextJob.CompareAndSwap(i, i+1) {
		return false
	}
	if i+1 >= x.plan.Jobs && x.controlled {
		x.wakeAll() // as in claim
	}
	return true
}

// claimReturned hands out jobs that were claimed before and returned, if the
// first of them are wanted.
func (x *execution) claimRequeued(wanted func(jobRange) bool) (jobRange, bool) {
	if !x.requeued.hasAny() {
		return jobRange{}, false
	}
	jobs, ok := x.requeued.takeFirst(wanted)
	if ok && x.exhausted() {
		x.wakeAll() // as for the last of the new ones
	}
	return jobs, ok
}

// exhausted reports whether there are no more jobs to claim.
func (x *execution) exhausted() bool {
	return x.nextJob.Load() >= x.plan.Jobs && !x.requeued.hasAny()
}

// number is that of the plan's i-th job; unlike Plan.Job it copies no plan.
func (x *execution) jobNumber(i int64) int64 { return x.plan.First + i*x.plan.Stride }

// planned is how many jobs the plan wanted, of a run that ended at end: their
// number, or, where time ends the run, those that were due by then.
func (x *execution) planned(live aurea.LivePlan, counted int64, end time.Duration) int64 {
	length := time.Duration(live.Plan.End)
	switch {
	case length == forever:
		return x.plan.Jobs
	case !x.plan.Open():
		return counted // a closed plan wants a job when there is room, and then starts it
	case x.stopped.Load():
		return aurea.NewSchedule(live.Plan).DueBefore(min(live.Clock(max(end, live.ChangedAt))+1, length))
	default:
		return aurea.NewSchedule(live.Plan).DueBefore(length)
	}
}

// dueInWarmup is how many of them an open plan wanted in its warm-up.
func (x *execution) dueInWarmup(live aurea.LivePlan, end time.Duration) int64 {
	until := time.Duration(live.Plan.Spec.Warmup)
	if !x.plan.Open() || until == 0 {
		return 0
	}
	if x.stopped.Load() && live.Plan.End != aurea.Forever {
		until = min(until, live.Clock(max(end, live.ChangedAt))+1)
	}
	return aurea.NewSchedule(live.Plan).DueBefore(min(until, time.Duration(live.Plan.End)))
}

// complete reports whether a run that ended at end did all it was to do.
func (x *execution) complete(live aurea.LivePlan, counts aurea.Counts, end time.Duration) bool {
	return counts.Cancelled == 0 && (counts.Planned == x.plan.Jobs || end >= live.End())
}
