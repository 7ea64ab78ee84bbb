// Package engine executes a plan on this machine: it starts the jobs, times
// every one, and counts what happened.
//
// Its stance: the generator must not be what is measured. One lane a core owns
// its share of the jobs in flight, its clock reads and its tally; a job that
// only waits is an entry in its lane's queue of deadlines, not a goroutine. No
// lane writes what another reads more than once a batch of jobs, nothing is
// allocated, locked or sent for a job, and whoever looks on is told once an
// interval, from tallies that a lane gives away.
//
// In the flow it stands between jobs and Result. It knows nothing of a run's
// identity, queue or history.
package engine

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// Interval is how often an execution reports its progress.
const Interval = time.Second

// An Engine executes plans. It has no state of its own; one Engine may execute
// several plans at once, which then disturb each other's numbers.
type Engine struct {
	environment aurea.Environment
	sleep       sleeper
}

// New returns an engine whose results say that they were made by the given
// version of Aurea.
func New(version string) *Engine {
	return &Engine{environment: environment(version), sleep: preciseSleep}
}

// Execute runs the plan to its end and returns what came of it. It calls
// observe once an interval, from one goroutine, and a last time before it
// returns. When ctx is cancelled it stops and returns the partial result
// without an error. The error is an *aurea.InvalidError about the workload, or
// an accounting fault of the engine's own.
func (e *Engine) Execute(ctx context.Context, plan aurea.Plan, observe func(aurea.Progress)) (*aurea.Result, error) {
	jobs, err := workload.New(plan.Workload, plan.Seed)
	if err != nil {
		return nil, err
	}
	x := newExecution(ctx, plan, jobs, e.sleep)
	defer context.AfterFunc(ctx, func() { x.stopped.Store(true) })()

	lanes := x.lanes()
	c := newCollector(len(lanes))
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	for _, l := range lanes {
		ready.Add(1)
		done.Go(func() {
			l.prepare()
			ready.Done()
			<-begin
			l.run(c)
		})
	}
	ready.Wait()
	x.start = time.Now()
	close(begin)
	total, series, end := c.collect(observe)
	done.Wait()

	x.account(total)
	if err := total.Check(); err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	return aurea.NewResult(plan, aurea.Measurement{
		Start:       x.start,
		Duration:    end,
		Stopped:     x.stopped.Load() && !x.complete(total, end),
		Tally:       total,
		MaxInFlight: maxInFlight(lanes),
		Series:      series,
		Jobs:        x.log,
		Environment: e.environment,
	}), nil
}

// An execution is what the lanes of one Execute share. All of it is only read
// while they run, apart from the hand-out of jobs and the flag that stops them.
type execution struct {
	ctx      context.Context
	plan     aurea.Plan
	jobs     workload.Waiter
	timeout  time.Duration // the longest a job may take
	deadline time.Duration // when to start no more jobs
	batch    int64         // jobs handed out at once when they need no room
	log      *aurea.JobLog // nil when records are not kept
	sleep    sleeper
	start    time.Time
	levels   []gauge // jobs in flight, a gauge a lane

	_       [64]byte // apart from the above: this line is written by every lane
	handed  atomic.Int64
	_       [64]byte
	stopped atomic.Bool
}

// A gauge is a number that one lane writes and the others read, on a cache line
// of its own.
type gauge struct {
	atomic.Int64
	_ [56]byte
}

// freeBatch is how many jobs a lane takes at once when no job takes any time:
// enough to make the shared counter's cost vanish, little enough that lanes
// finish within microseconds of each other.
const freeBatch = 256

const forever = time.Duration(1<<63 - 1)

func newExecution(ctx context.Context, plan aurea.Plan, jobs workload.Waiter, sleep sleeper) *execution {
	x := &execution{ctx: ctx, plan: plan, jobs: jobs, sleep: sleep, timeout: forever, deadline: forever, batch: 1}
	if plan.Spec.Timeout > 0 {
		x.timeout = time.Duration(plan.Spec.Timeout)
	}
	if plan.Spec.Duration > 0 {
		x.deadline = time.Duration(plan.Spec.Duration)
	}
	if jobs.Longest() == 0 {
		x.batch = freeBatch
	}
	if plan.KeepJobs {
		x.log = new(aurea.JobLog)
	}
	return x
}

// lanes makes one lane a core, or fewer when there is not that much to do at
// once, and divides the concurrency among them.
func (x *execution) lanes() []*lane {
	n := int(min(int64(runtime.GOMAXPROCS(0)), max(x.plan.Concurrency, 1)))
	x.levels = make([]gauge, n)
	lanes := make([]*lane, n)
	for i := range lanes {
		lanes[i] = newLane(x, i, x.plan.Shard(i, n).Concurrency)
	}
	return lanes
}

// now is the time since the run began.
func (x *execution) now() time.Duration { return time.Since(x.start) }

// claim hands out up to n jobs, [first, end); none when the plan has no more or
// the run starts no more.
func (x *execution) claim(n int64, now time.Duration) (first, end int64) {
	if now >= x.deadline || x.stopped.Load() || x.handed.Load() >= x.plan.Jobs {
		return 0, 0
	}
	end = x.handed.Add(n)
	return end - n, min(end, x.plan.Jobs)
}

// wait is how long the plan's i-th job takes, and how it ends.
func (x *execution) wait(i int64) (time.Duration, aurea.Outcome) {
	d := x.jobs.Wait(x.plan.Job(i))
	if d > x.timeout {
		return x.timeout, aurea.TimedOut
	}
	return d, aurea.OK
}

// inFlight is how many jobs are in flight on all lanes.
func (x *execution) inFlight() int64 {
	var n int64
	for i := range x.levels {
		n += x.levels[i].Load()
	}
	return n
}

// account completes the counts of a run that has ended: what was planned, and
// what was cancelled before it started. A run with a duration planned the jobs
// that it started.
func (x *execution) account(total *aurea.Tally) {
	total.Planned = total.Started
	if x.deadline == forever {
		total.Planned = x.plan.Jobs
		total.Cancelled += x.plan.Jobs - total.Started
	}
}

// complete reports whether a run that ended at end did all it was to do.
func (x *execution) complete(total *aurea.Tally, end time.Duration) bool {
	return total.Cancelled == 0 && (total.Started == x.plan.Jobs || end >= x.deadline)
}

func maxInFlight(lanes []*lane) int64 {
	var most int64
	for _, l := range lanes {
		most = max(most, l.mostSeen)
	}
	return most
}
