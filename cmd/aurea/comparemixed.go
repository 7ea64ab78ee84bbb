package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// compareMixed compares sides of which one has results of files, and one has
// stored runs. It reads those, and compares here.
func compareMixed(
	ctx context.Context, service *client.Client, base, head side, options compare.Options,
) (compare.Comparison, error) {
	if err := head.read(ctx, service, nil); err != nil {
		return compare.Comparison{}, fmt.Errorf("head: %w", err)
	}
	if err := base.read(ctx, service, head.results); err != nil {
		return compare.Comparison{}, fmt.Errorf("base: %w", err)
	}
	return compare.Results(base.results, head.results, options), nil
}

// read adds the results of the stored runs. Head has those of the other side, of
// which the baseline may be asked.
func (s *side) read(ctx context.Context, service *client.Client, head []*aurea.Result) error {
	for _, word := range s.ids {
		found, err := storedResults(ctx, service, word, head)
		if err != nil {
			return err
		}
		s.results = append(s.results, found...)
	}
	if len(s.results) > api.MaxCompared {
		return usageErrorf("a side has %d runs at most; got %d", api.MaxCompared, len(s.results))
	}
	return nil
}

// storedResults returns the results that a reference stands for.
func storedResults(
	ctx context.Context, service *client.Client, reference string, head []*aurea.Result,
) (results []*aurea.Result, err error) {
	selection, several, err := api.ParseSelection(reference, head)
	if err != nil {
		return nil, usageErrorf("%s %w", reference, err)
	}
	if !several {
		id, err := findRun(ctx, service, reference, finishedRun)
		if err != nil {
			return nil, err
		}
		return resultOf(ctx, service, id)
	}
	page, err := service.List(ctx, selection.Query)
	if err != nil {
		return nil, err
	}
	for _, listed := range page.Runs {
		found, err := resultOf(ctx, service, listed.ID)
		if err != nil && !errors.Is(err, aurea.ErrConflict) {
			return nil, err
		}
		if err == nil {
			results = append(results, found...)
		}
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("%w: there is no %s with a result", aurea.ErrNotFound, selection.What)
	}
	return results, nil
}

// resultOf returns the result of a run. A run without one is an ErrConflict.
func resultOf(ctx context.Context, service *client.Client, id string) ([]*aurea.Result, error) {
	run, err := service.Get(ctx, id)
	if err == nil && run.Result == nil {
		err = fmt.Errorf("%w: run %s is %s and has no result to compare", aurea.ErrConflict, id, run.Status)
	}
	if err != nil {
		return nil, err
	}
	return []*aurea.Result{run.Result}, nil
}
