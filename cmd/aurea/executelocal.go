package main

import (
	"context"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/history"
	"github.com/aurea-orchestrator/aurea/internal/live"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/scenarios"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// executeLocal runs the spec on this machine. The keeper and the pusher may still
// be at work with the run when it returns.
func executeLocal(
	ctx context.Context, spec aurea.Spec, allowed kinds.Options, push *pusher, keeper *keeper, view *live.View,
) (aurea.Run, error) {
	executor := connectionWarner{engine.New(version, kinds.New(allowed)), platform.OpenFileLimit(), push.stderr}
	var served *history.Live
	manager := runs.New(scenarios.Executor{Engine: executor}, runs.Options{
		Began: func(run aurea.Run) { served.Begin(run.ID) },
		Ended: push.telemetry.Ended, Trace: push.telemetry.Trace, Traced: push.telemetry.Traced,
	})
	if err := push.start(manager.Stats, executor.Environment()); err != nil {
		return aurea.Run{}, err
	}
	served = keeper.live(manager)
	managerCtx, stopManager := context.WithCancel(context.Background())
	managerErr := make(chan error, 1)
	go func() { managerErr <- manager.Run(managerCtx) }()
	view.ControlBy(manager.Control)
	run, err := manager.Do(ctx, spec, view.Show)
	keeper.keep(run, served)
	stopManager()
	if stopped := <-managerErr; err == nil {
		err = stopped
	}
	return run, err
}
