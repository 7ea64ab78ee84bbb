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
	Version  string // of Aurea; results report it
	Log      *slog.Logger
}

// A Dispatcher executes plans on workers: it cuts a plan into shards, gives each
// to one worker, starts all at one moment, and merges their reports. It is a
// runs.Executor. It keeps nothing between runs.
type Dispatcher struct {
	DispatcherOptions
	base time.Time // zero of this process's clock
}

// NewDispatcher returns a dispatcher. The caller closes the connection and the
// registry after the last run.
func NewDispatcher(o DispatcherOptions) *Dispatcher { return &Dispatcher{o, time.Now()} }

// clock returns the coordinator's clock: the time since the dispatcher was made.
func (d *Dispatcher) clock() time.Duration { return time.Since(d.base) }

// Resolve checks the workload of a plan. It acquires nothing.
func (d *Dispatcher) Resolve(plan aurea.Plan) (*workload.Resolved, error) {
	return d.Resolver.Resolve(plan)
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
	return d.Begin(ctx, plan, resolved, noNote, controls, observe)
}

// A Note keeps durably what Resume needs to take a run over. Its error, such as
// that the run is another server's by now, ends the attempt to start.
type Note func(ctx context.Context, noted []byte) error

func noNote(context.Context, []byte) error { return nil }

// Begin is Execute for a run that another server can take over: it calls note
// before it orders the start.
func (d *Dispatcher) Begin(
	ctx context.Context, plan aurea.Plan, resolved *workload.Resolved, note Note,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	lead := firstLead
	for falseStarts := 0; ; {
		run, err := d.begin(ctx, plan, resolved, note, lead)
		switch {
		case err == nil:
			return newWatcher(run, observe).watch(ctx, controls)
		case ctx.Err() != nil:
			return notStarted(plan), nil
		case errors.Is(err, errBusy):
			d.Log.Info("the run waits for busy workers", "error", err)
			if !sleep(ctx, retryBusy) {
				return notStarted(plan), nil
			}
		case errors.Is(err, errFalseStart) && falseStarts < maxFalseStarts:
			falseStarts++
			lead *= 2
			d.Log.Warn("false start: the run starts again with a longer lead", "lead", lead, "error", err)
		default:
			return aurea.Measurement{}, err
		}
	}
}

// begin chooses workers, prepares them and orders the start.
func (d *Dispatcher) begin(
	ctx context.Context, plan aurea.Plan, resolved *workload.Resolved, note Note, lead time.Duration,
) (*coordination, error) {
	workers, err := d.choose(ctx, plan.Spec.Workers.Select())
	if err != nil {
		return nil, err
	}
	if resolved.Whole {
		workers = workers[:1]
	}
	c, err := d.newCoordination(plan, resolved, workers)
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{
		c.prepare,
		c.readClocks,
		func(ctx context.Context) error { return note(ctx, c.noted()) },
		func(ctx context.Context) error { return c.start(ctx, lead) },
	} {
		if err := step(ctx); err != nil {
			c.discard()
			return nil, err
		}
	}
	return c, nil
}

// notStarted returns the measurement of a plan that was cancelled before its
// start.
func notStarted(plan aurea.Plan) aurea.Measurement {
	tally := aurea.NewTally()
	if plan.Jobs != aurea.Unbounded {
		tally.Planned, tally.Cancelled = plan.Jobs, plan.Jobs
	}
	return aurea.Measurement{Start: time.Now(), Stopped: true, Tally: tally, Warmup: aurea.NewTally(), FirstStart: -1}
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

// choose returns the workers of a run. It waits until as many are there as are
// wanted.
func (d *Dispatcher) choose(ctx context.Context, want aurea.WorkerSelection) ([]Hello, error) {
	logged := false
	for {
		changed := d.Registry.Changed()
		ready := d.Registry.Available(want.Labels)
		if int64(len(ready)) >= max(want.Count, 1) {
			if want.Count > 0 {
				ready = ready[:want.Count]
			}
			return ready, nil
		}
		if !logged {
			d.Log.Info("the run waits for workers", "ready", len(ready), "wanted", max(want.Count, 1))
			logged = true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// newCoordination cuts the plan into shards for the workers.
func (d *Dispatcher) newCoordination(
	plan aurea.Plan, resolved *workload.Resolved, workers []Hello,
) (*coordination, error) {
	if err := plan.Divisible(len(workers)); err != nil {
		return nil, err
	}
	c := &coordination{Dispatcher: d, plan: plan, exec: NewID(), epoch: 1}
	workers, shards := deal(plan, workers)
	for i, w := range workers {
		books := NewBooks(shards[i], c.epoch, resolved.Metrics)
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

var errFalseStart = errors.New("a worker was told the start too late")
