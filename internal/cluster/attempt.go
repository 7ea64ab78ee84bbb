package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// StartGivenUp begins a warning of a Measurement whose run was started again,
// or was cancelled at its start: the target may have seen jobs that are not
// counted.
const StartGivenUp = "a start of the run was given up"

// An attempt starts a run on workers, again and again until all of them are
// there, free and hear of it in time.
type attempt struct {
	*Dispatcher
	plan        aurea.Plan
	resolved    *workload.Resolved
	claim       aurea.Claim
	observe     func(aurea.Progress)
	lead        time.Duration // how long before its moment the start is ordered, at least
	falseStarts int
	remarks     []string // on starts that were given up when workers may have begun jobs
	shown       string   // what the run was last said to wait for
}

// begin chooses workers, prepares them and orders the start. After an error
// nothing of the attempt is left.
func (a *attempt) begin(ctx context.Context) (*coordination, error) {
	workers, err := a.choose(ctx, a.plan.Spec.Workers.Select())
	if err != nil {
		return nil, err
	}
	if a.resolved.Whole {
		workers = workers[:1]
	}
	c, err := a.newCoordination(a.plan, a.resolved.Metrics, a.claim.Epoch, workers)
	if err != nil {
		return nil, err
	}
	c.remarks = a.remarks
	a.Registry.SetRun(c.exec, a.claim.Run)
	if len(a.resolved.Files) > 0 {
		a.waitFor("its files to reach the workers")
	}
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return c.sendFiles(ctx, a.resolved.Files) },
		func(ctx context.Context) error { return c.prepare(ctx, sumOf(a.resolved.Files)) },
		c.readClocks,
		func(ctx context.Context) error { return a.claim.Note(ctx, c.noted()) },
		func(ctx context.Context) error { return c.start(ctx, a.lead) },
	} {
		if err := step(ctx); err != nil {
			c.discard()
			if c.mayHaveBegun.Load() {
				a.remark(err)
			}
			return nil, err
		}
	}
	return c, nil
}

// remark notes, for the reader of the result, that a start was given up when
// workers may have begun jobs.
func (a *attempt) remark(why error) {
	if len(a.remarks) < maxWarnings {
		a.remarks = append(a.remarks, fmt.Sprintf("%s: %v; jobs that workers had begun by then may have reached the "+
			"target and are in no count", StartGivenUp, why))
	}
}

// explain adds the starts that were given up to the error that ends the
// attempt.
func (a *attempt) explain(err error) error {
	if len(a.remarks) == 0 {
		return err
	}
	return fmt.Errorf("%w (the run was started %d times: jobs may have reached the target)", err, len(a.remarks))
}

// retry prepares the next attempt after an error of begin. It returns the
// error if another attempt would not help.
func (a *attempt) retry(ctx context.Context, err error) error {
	var silent *noReply
	switch {
	case errors.Is(err, errFalseStart) && a.falseStarts < maxFalseStarts:
		a.falseStarts++
		a.lead *= leadGrowth
		a.Log.Warn("false start: the run starts again with a longer lead", "error", err)
		return nil
	case errors.Is(err, errBusy), errors.Is(err, errDraining):
		a.waitFor("busy workers")
		sleep(ctx, retryBusy+rand.N(retryBusy)) // two servers must not keep pace
		return nil
	case errors.As(err, &silent):
		a.Log.Warn("a worker is left out", "error", err)
		a.Registry.Miss(silent.worker.ID)
		return nil
	}
	return err
}

// choose returns the workers of a run. It waits until as many are there as are
// wanted.
func (a *attempt) choose(ctx context.Context, want aurea.WorkerSelection) ([]Hello, error) {
	count := max(want.Count, 1)
	for {
		changed := a.Registry.Changed()
		available := a.Registry.Available(want.Labels)
		if int64(len(available)) >= count {
			if want.Count > 0 {
				available = available[:count]
			}
			return available, nil
		}
		a.waitFor(fmt.Sprintf("workers: %d of %d are there", len(available), count))
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// waitFor shows what the run waits for before it starts.
func (a *attempt) waitFor(what string) {
	if what == a.shown {
		return
	}
	a.shown = what
	nothing := aurea.NewTally()
	a.observe(aurea.Progress{
		Interval: nothing, Judged: nothing, Failures: map[string]int64{},
		Activity: aurea.Activity{Phase: aurea.PhaseWaiting, For: what},
	})
}
