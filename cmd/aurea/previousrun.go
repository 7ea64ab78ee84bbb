package main

import (
	"context"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/history"
)

// previousTimeout limits the wait for the run that a report shows beside this one.
const previousTimeout = time.Second

// previousOf returns the result of the run of the same name before this one; nil if
// there is none or it cannot be read: the report has one row less. An interrupt
// ended ctx, but the partial result is reported too.
func previousOf(ctx context.Context, stored history.Lister, run aurea.Run) *aurea.Result {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), previousTimeout)
	defer cancel()
	before, err := history.Previous(ctx, stored, run)
	if err != nil {
		return nil
	}
	return before
}

// previous returns the run before this one for the outputs; nil if none shows it.
func (o *runOptions) previous(ctx context.Context, run aurea.Run, outputs []output) *aurea.Result {
	if !slices.ContainsFunc(outputs, func(to output) bool { return to.form != "json" }) || run.Name == "" {
		return nil
	}
	if o.server.url == "" {
		if o.keeper.history == nil {
			return nil
		}
		return previousOf(ctx, o.keeper.history, run)
	}
	service, err := o.server.client()
	if err != nil {
		return nil
	}
	defer service.Close()
	return previousOf(ctx, service, run)
}
