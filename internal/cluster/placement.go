package cluster

import (
	"context"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Placement is a runs.Resumer that executes each plan where its spec wants
// it: on workers or in this process. Without a wish it takes the workers if
// there are any and the plan can be divided among them.
type Placement struct {
	Local   LocalExecutor
	Workers *Dispatcher
}

// A LocalExecutor executes plans in this process: the engine.
type LocalExecutor interface {
	Resolver
	Execute(
		ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
		controls <-chan aurea.Command, observe func(aurea.Progress),
	) (aurea.Measurement, error)
}

// Resolve checks the workload of a plan, and whether it can be executed where
// the spec wants it. It acquires nothing. The error is an *aurea.InvalidError.
func (p Placement) Resolve(plan aurea.Plan) (*workload.Resolved, error) {
	resolved, err := p.Local.Resolve(plan)
	if err != nil {
		return nil, err
	}
	wanted := plan.Spec.Workers
	if wanted == nil || wanted.Local() {
		return resolved, nil
	}
	if err := checkLocal(resolved); err != nil {
		return nil, err
	}
	if count := wanted.Select().Count; count > 1 {
		return resolved, checkDivisible(plan, resolved, int(count))
	}
	return resolved, nil
}

// checkLocal refuses to execute a plan on workers that is bound to this process.
func checkLocal(resolved *workload.Resolved) error {
	if resolved.Local {
		return param.Invalid("workers", "must be %s for a spec with a sample, which is kept here; leave it out, "+
			"or say %q", aurea.PlaceLocal, aurea.PlaceLocal)
	}
	return checkFiles(resolved.Files)
}

// checkDivisible refuses a number of workers among which a plan cannot be
// divided.
func checkDivisible(plan aurea.Plan, resolved *workload.Resolved, n int) error {
	if resolved.Whole {
		return param.Invalid("workers", "must be 1 or local for workload %s, whose jobs share one queue; got %d",
			plan.Workload.Kind, n)
	}
	return plan.Divisible(n)
}

// Execute executes a plan where its spec wants it; see Dispatcher.Execute.
func (p Placement) Execute(
	ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	return p.Begin(ctx, plan, resolved, aurea.Claim{Epoch: 1, Note: noNote}, controls, observe)
}

// isLocal reports whether a plan is executed in this process.
func (p Placement) isLocal(plan aurea.Plan, resolved *workload.Resolved) bool {
	wanted := plan.Spec.Workers
	if wanted != nil || resolved.Local {
		return resolved.Local || wanted.Local()
	}
	ready := len(p.Workers.Registry.Available(nil))
	return ready == 0 || checkDivisible(plan, resolved, ready) != nil || checkFiles(resolved.Files) != nil
}

// Begin is Execute for a run that another server can take over: one on workers.
func (p Placement) Begin(
	ctx context.Context, plan aurea.Plan, resolved *workload.Resolved, claim aurea.Claim,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	if p.isLocal(plan, resolved) {
		if err := claim.Note(ctx, nil); err != nil {
			return aurea.Measurement{}, err
		}
		return p.Local.Execute(ctx, plan, resolved, controls, observe)
	}
	return p.Workers.Begin(ctx, plan, resolved, claim, controls, observe)
}

// Resume takes over a run on workers; see Dispatcher.Resume.
func (p Placement) Resume(
	ctx context.Context, plan aurea.Plan, claim aurea.Claim,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	return p.Workers.Resume(ctx, plan, claim, controls, observe)
}
