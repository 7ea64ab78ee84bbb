package cluster

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A Resolver checks the workloads of plans: the engine of this process.
type Resolver interface {
	Resolve(plan aurea.Plan) (*workload.Resolved, error)
}

// DispatcherOptions say what a Dispatcher works with.
type DispatcherOptions struct {
	Conn     *nats.Conn
	Registry *Registry // the workers that are there
	Resolver Resolver
	Log      *slog.Logger
}

// A Dispatcher executes plans on workers: it cuts a plan into shards, gives each
// to one worker, starts all at one moment, and merges their reports. It is a
// runs.Executor. It keeps nothing between runs but its statistics.
type Dispatcher struct {
	DispatcherOptions
	base  time.Time // zero of this process's clock
	stats dispatcherStats
}

// NewDispatcher returns a dispatcher. The caller closes the connection and the
// registry after the last run.
func NewDispatcher(o DispatcherOptions) *Dispatcher {
	return &Dispatcher{DispatcherOptions: o, base: time.Now()}
}

// clock returns the coordinator's clock: the time since the dispatcher was made.
func (d *Dispatcher) clock() time.Duration { return time.Since(d.base) }

// Resolve checks the workload of a plan. It acquires nothing.
func (d *Dispatcher) Resolve(plan aurea.Plan) (*workload.Resolved, error) {
	resolved, err := d.Resolver.Resolve(plan)
	if err != nil {
		return nil, err
	}
	return resolved, checkLocal(resolved)
}

// Execute executes a plan on workers and returns what they measured together.
// It waits for the workers that the spec asks for. When ctx is cancelled it
// stops the workers and returns a partial measurement without an error.
//
// An error with a measurement, whose Tally is not nil, says that the run failed
// under way, because a worker was lost: the measurement accounts for every job.
func (d *Dispatcher) Execute(
	ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	return d.Begin(ctx, plan, resolved, aurea.Claim{Epoch: 1, Note: noNote}, controls, observe)
}

func noNote(context.Context, []byte) error { return nil }

// Begin is Execute for a run that another server can take over: it notes the
// execution before it orders the start.
func (d *Dispatcher) Begin(
	ctx context.Context, plan aurea.Plan, resolved *workload.Resolved, claim aurea.Claim,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	a := attempt{Dispatcher: d, plan: plan, resolved: resolved, claim: claim, observe: observe, lead: firstLead}
	for {
		run, err := a.begin(ctx)
		if err == nil {
			return newWatcher(run, observe).watch(ctx, controls, claim.HandOver)
		}
		if err = a.retry(ctx, err); ctx.Err() != nil {
			cancelled := notStarted(plan)
			cancelled.Warnings = a.remarks
			return cancelled, nil
		}
		if err != nil {
			return aurea.Measurement{}, a.explain(err)
		}
	}
}

// notStarted returns the measurement of a plan that was cancelled before its
// start.
func notStarted(plan aurea.Plan) aurea.Measurement {
	tally := aurea.NewTally()
	if plan.Jobs != aurea.Unbounded {
		tally.Planned, tally.Cancelled = plan.Jobs, plan.Jobs
	}
	m := aurea.Measurement{Start: time.Now(), Stopped: true, Tally: tally, Warmup: aurea.NewTally(), FirstStart: -1}
	if plan.KeepJobs {
		m.Jobs = plan.NewJobLog()
	}
	return m
}

// sleep waits for d. It returns false if ctx is done first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// newCoordination cuts the plan into shards for the workers.
func (d *Dispatcher) newCoordination(
	plan aurea.Plan, metrics aurea.MetricNames, epoch uint64, workers []Hello,
) (*coordination, error) {
	if err := plan.Divisible(len(workers)); err != nil {
		return nil, err
	}
	c := &coordination{Dispatcher: d, plan: plan, metrics: metrics, exec: NewID(), epoch: epoch}
	workers, shards := deal(plan, workers)
	for i, w := range workers {
		books := NewBooks(shards[i], epoch, metrics)
		c.weights = append(c.weights, w.Weight)
		c.members = append(c.members, &member{Member: Member{Worker: w, Shard: shards[i], Books: books}, index: i})
	}
	return c, nil
}

// deal cuts a plan into shards for the workers, in proportion to their weights.
// Workers for which there is no slot are left out and the others dealt again, so
// that every slot that a control opens belongs to a worker of the run.
func deal(plan aurea.Plan, workers []Hello) ([]Hello, []aurea.Plan) {
	for {
		weights := make([]int, len(workers))
		for i, w := range workers {
			weights[i] = w.Weight
		}
		shards := plan.Shards(weights)
		var used []Hello
		for i, shard := range shards {
			if shard.Jobs > 0 {
				used = append(used, workers[i])
			}
		}
		if len(used) == len(workers) {
			return workers, shards
		}
		workers = used
	}
}

var errFalseStart = errors.New("the start reached a worker too late")
