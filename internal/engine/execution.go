package engine

import (
	"cmp"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// An execution is the state that all event loops or workers of one Execute
// share. They only read it, except for the job counter, the stop flag, the
// requeued jobs and the latest snapshot.
type execution struct {
	ctx         context.Context // done when the run is stopped
	cancel      context.CancelFunc
	plan        aurea.Plan // as submitted; snapshots have the plan after controls
	first       int64      // of a strided deal: job i has the number first + i·stride
	stride      int64      // 0 if the plan's deal is not strided
	jobs        workload.Jobs
	maxInFlight int64          // most jobs that may be in flight
	cores       int            // event loops or recorders
	controlled  bool           // controls may be sent
	timeout     time.Duration  // longest time a job may take
	log         *aurea.JobLog  // nil when records are not kept
	sleep       func() sleeper // makes a sleeper for the calling goroutine
	spinMargin  time.Duration  // see Engine
	start       time.Time      // time zero of the run's clock; set by begin, like lease
	lease       *aurea.Lease   // nil for no limit
	begun       chan struct{}  // closed by begin
	controller  controller

	_        [64]byte // separates the fields above from nextJob, which every event loop writes
	nextJob  atomic.Int64
	_        [64]byte // the fields below are seldom written
	latest   atomic.Pointer[snapshot]
	stopped  atomic.Bool
	stopping sync.Once // see stop
	requeued requeued
	tracing  *tracing          // nil when no job is traced
	sampler  *workload.Sampler // nil when no requests are kept
}

// instantBatch is how many jobs an event loop claims at once when jobs take no
// time. The batch is large enough that the shared counter costs nothing, and
// small enough that event loops finish within microseconds of each other.
const instantBatch = 256

const forever = time.Duration(aurea.Forever)

// newExecution prepares an execution and publishes its first snapshot.
func newExecution(ctx context.Context, plan aurea.Plan, jobs workload.Jobs, sleep func() sleeper) *execution {
	x := &execution{
		plan: plan, jobs: jobs, sleep: sleep, begun: make(chan struct{}),
		maxInFlight: aurea.MaxJobs, cores: runtime.GOMAXPROCS(0), timeout: forever,
	}
	x.ctx, x.cancel = context.WithCancel(ctx)
	if jobs.Delayer == nil {
		x.maxInFlight = cmp.Or(jobs.MaxInFlight, workload.MaxRunning)
	}
	if first, stride, ok := plan.Deal.Strided(); ok {
		x.first, x.stride = first, stride
	}
	x.plan.Concurrency = min(plan.Concurrency, x.maxInFlight) // exceeded only if the spec sets a rate alone
	if plan.Spec.Timeout > 0 {
		x.timeout = time.Duration(plan.Spec.Timeout)
	}
	if plan.KeepJobs {
		x.log = plan.NewJobLog()
	}
	if plan.Trace != nil && jobs.Delayer == nil {
		x.tracing = &tracing{trace: *plan.Trace, secrets: plan.Spec.Secrets}
	}
	x.sampler = workload.NewSampler(plan)
	x.controller.live, x.controller.nextControl = aurea.NewLivePlan(x.plan), forever
	x.wakeAll()
	return x
}

// now returns the time since the run's start, which is negative before it.
func (x *execution) now() time.Duration { return time.Since(x.start) }

// claim takes up to n jobs, [first, end). The range is empty if the plan has no
// more jobs or the run was stopped.
func (x *execution) claim(n int64) (first, end int64) {
	if x.stopped.Load() || x.nextJob.Load() >= x.plan.Jobs {
		return 0, 0
	}
	end = x.nextJob.Add(n)
	first = end - n
	if first >= x.plan.Jobs {
		return 0, 0 // another event loop claimed it
	}
	if end >= x.plan.Jobs && x.controlled {
		x.wakeAll() // idle event loops and runClosed can stop waiting for jobs
	}
	return first, min(end, x.plan.Jobs)
}

// claimNext takes job i if it is the next one.
func (x *execution) claimNext(i int64) bool {
	if !x.nextJob.CompareAndSwap(i, i+1) {
		return false
	}
	if i+1 >= x.plan.Jobs && x.controlled {
		x.wakeAll() // as in claim
	}
	return true
}

// claimRequeued takes the first requeued range if wanted reports true for it.
func (x *execution) claimRequeued(wanted func(jobRange) bool) (jobRange, bool) {
	if !x.requeued.hasAny() {
		return jobRange{}, false
	}
	jobs, ok := x.requeued.takeFirst(wanted)
	if ok && x.exhausted() {
		x.wakeAll() // as in claim
	}
	return jobs, ok
}

// exhausted reports whether no jobs are left to claim.
func (x *execution) exhausted() bool {
	return x.nextJob.Load() >= x.plan.Jobs && !x.requeued.hasAny()
}

// jobNumber returns the number of the plan's i-th job. Unlike Plan.Job it does
// not copy the plan, nor divide where the deal is strided.
func (x *execution) jobNumber(i int64) int64 {
	if x.stride == 0 {
		return x.plan.Deal.Job(i)
	}
	return x.first + i*x.stride
}

// planned returns how many jobs the plan wanted in a run that ended at end.
// That is its number of jobs or, where time ends the run, the jobs due by then.
func (x *execution) planned(live aurea.LivePlan, counted int64, end time.Duration) int64 {
	length := time.Duration(live.Plan.End)
	switch {
	case length == forever:
		return x.plan.Jobs
	case !x.plan.Open():
		return counted // a closed plan wants a job when a slot is free, and starts it at once
	case x.stopped.Load():
		length = min(live.Clock(max(end, live.ChangedAt))+1, length)
	}
	// More may have started, by a rate that was lowered from a past moment on.
	return max(aurea.NewSchedule(live.Plan).DueBefore(length), counted)
}

// dueInWarmup returns how many of the planned jobs of an open plan were due in
// its warm-up.
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

// leftWaiting reports whether arrivals of an open plan still waited for a slot when
// the run ended, of which it left so many unstarted.
func (x *execution) leftWaiting(m *aurea.Measurement, unstarted int64) bool {
	return x.plan.Open() && unstarted > 0 && !x.stopped.Load() && m.MaxInFlight >= m.LivePlan.Plan.Concurrency
}

// complete reports whether a run that ended at end did all of its plan. What was
// due after its lease was not done.
func (x *execution) complete(live aurea.LivePlan, counts aurea.Counts, end time.Duration) bool {
	return counts.Cancelled == 0 && (counts.Planned == x.plan.Jobs || min(end, x.lease.Until()) >= live.End())
}
