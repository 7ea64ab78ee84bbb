// Package trials executes whole runs several times: a set of runs of one spec,
// or the runs of two sides in random order until the evidence is clear.
//
// Its stance: it decides which run is next and when there are enough. How a run
// is executed is the caller's affair, and the statistics are those of compare.
// Runs never overlap.
//
// Read set.go for the runs of one spec, and versus.go for those of two sides;
// system.go starts what is tested.
package trials

import (
	"context"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Execute executes a spec once and returns the run. If ctx ends, it returns the
// run with its partial result.
type Execute func(ctx context.Context, spec aurea.Spec) (aurea.Run, error)

// wait waits for a duration, or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// executeOne executes a run. The error wraps ctx's if ctx ends; a run that does
// not complete is an error too, and returned beside it.
func executeOne(ctx context.Context, spec aurea.Spec, execute Execute) (aurea.Run, error) {
	if err := ctx.Err(); err != nil {
		return aurea.Run{}, err
	}
	run, err := execute(ctx, spec)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = failure(run)
	}
	return run, err
}

// failure returns why a run is not one to go on after; nil if it has completed.
func failure(run aurea.Run) error {
	switch run.Status {
	case aurea.StatusCompleted:
		return nil
	case aurea.StatusFailed:
		return fmt.Errorf("the run failed: %s", run.Error)
	}
	return fmt.Errorf("the run was %s", run.Status)
}
