package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

type compareInput struct {
	Base      []string `query:"base,explode" doc:"ids of runs, comma-separated or repeated; baseline for those of head's name; name:NAME or label:KEY=VALUE for the newest 100 completed ones" example:"baseline"`
	Head      []string `query:"head,explode" doc:"likewise, less baseline"`
	Threshold string   `query:"threshold" default:"5%" doc:"the difference that matters, as a share or a percentage"`
}

type compareResponse struct {
	Body compare.Comparison
}

func (s *Server) registerCompare(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 404, 409, 500, 503)
	op.RejectUnknownQueryParameters = true
	huma.Register(router, op, func(ctx context.Context, input *compareInput) (*compareResponse, error) {
		threshold, err := compare.ParseThreshold(input.Threshold)
		if err != nil {
			return nil, queryProblem("threshold", err.Error())
		}
		head, err := s.sideResults(ctx, "head", input.Head, nil)
		if err != nil {
			return nil, err
		}
		base, err := s.sideResults(ctx, "base", input.Base, head)
		if err != nil {
			return nil, err
		}
		return &compareResponse{compare.Results(base, head, compare.Options{Threshold: threshold})}, nil
	})
	describeComparison(router.OpenAPI().Components.Schemas.Map())
}

// describeComparison adds the possible verdicts to the description.
func describeComparison(schemas map[string]*huma.Schema) {
	for _, verdict := range compare.Verdicts() {
		of := schemas["Comparison"].Properties["verdict"]
		of.Enum = append(of.Enum, string(verdict))
	}
	for _, verdict := range compare.MetricVerdicts() {
		of := schemas["MetricComparison"].Properties["verdict"]
		of.Enum = append(of.Enum, string(verdict))
	}
	for _, state := range compare.ConditionStates() {
		of := schemas["ConditionResult"].Properties["state"]
		of.Enum = append(of.Enum, string(state))
	}
}

// sideResults returns the results of the runs on one side. Head is the other
// side of base, which may ask for its baseline.
func (s *Server) sideResults(
	ctx context.Context, side string, asked []string, head []*aurea.Result,
) ([]*aurea.Result, error) {
	var words []string
	for _, list := range asked {
		words = append(words, api.SplitWords(list, noOtherWord)...)
	}
	if len(asked) == 0 {
		return nil, queryProblem(side, "is needed: the ids of one run or several, comma-separated")
	}
	if len(words) > api.MaxCompared {
		return nil, queryProblem(side, fmt.Sprintf("must be %d runs at most; got %d", api.MaxCompared, len(words)))
	}
	var results []*aurea.Result
	for _, word := range words {
		found, err := s.resultsOf(ctx, side, word, head)
		if err != nil {
			return nil, err
		}
		results = append(results, found...)
	}
	if len(results) > api.MaxCompared {
		return nil, queryProblem(side, fmt.Sprintf("must be %d runs at most; got %d", api.MaxCompared, len(results)))
	}
	return results, nil
}

// noOtherWord reports that there are no words but those of api.SplitWords.
func noOtherWord(string) bool { return false }

// resultsOf returns the results that one word stands for: an id, or a selection.
func (s *Server) resultsOf(ctx context.Context, side, word string, head []*aurea.Result) ([]*aurea.Result, error) {
	if word == "" {
		return nil, queryProblem(side, "must be the ids of runs, comma-separated; one of them is empty")
	}
	selection, ok, err := api.ParseSelection(word, head)
	switch {
	case err != nil:
		return nil, queryProblem(side, err.Error())
	case ok:
		return s.resultsSelected(ctx, side, selection)
	}
	run, err := s.options.Runs.Get(ctx, word)
	if err == nil && !run.Status.Finished() {
		err = fmt.Errorf("%w: run %s of %s is %s; it can be compared when it has finished",
			aurea.ErrConflict, run.ID, side, run.Status)
	}
	if err == nil && run.Result == nil {
		err = fmt.Errorf("%w: run %s of %s is %s and has no result to compare", aurea.ErrConflict, run.ID, side,
			run.Status)
	}
	if err != nil {
		return nil, s.sideProblem(side, err)
	}
	return []*aurea.Result{run.Result}, nil
}

// sideProblem returns the problem of an error of one side, with that side as
// its location unless the service itself has failed.
func (s *Server) sideProblem(side string, err error) error {
	problem := s.asProblem(err)
	var p *api.Problem
	if errors.As(problem, &p) && p.Status < http.StatusInternalServerError {
		p.Errors = append(p.Errors, api.FieldProblem{Location: "query." + side, Message: p.Detail})
	}
	return problem
}

// resultsSelected returns the results of the runs that a side selects.
func (s *Server) resultsSelected(ctx context.Context, side string, of api.Selection) ([]*aurea.Result, error) {
	results, _, err := s.resultsPage(ctx, of.Query)
	if err == nil && len(results) == 0 {
		err = fmt.Errorf("%w: there is no %s with a result", aurea.ErrNotFound, of.What)
	}
	if err != nil {
		return nil, s.sideProblem(side, err)
	}
	return results, nil
}

// resultsPage returns the results of one page of a query, and the cursor of the
// next page; "" after the last one.
func (s *Server) resultsPage(ctx context.Context, query aurea.RunQuery) ([]*aurea.Result, string, error) {
	page, err := s.options.Runs.List(ctx, query)
	if err != nil {
		return nil, "", err
	}
	var results []*aurea.Result
	for _, listed := range page.Runs {
		run, err := s.fullRun(ctx, listed)
		if err != nil {
			return nil, "", err
		}
		if run.Result != nil {
			results = append(results, run.Result)
		}
	}
	return results, page.NextCursor, nil
}

// fullRun returns a listed run with all that a comparison needs.
func (s *Server) fullRun(ctx context.Context, listed aurea.RunSummary) (aurea.Run, error) {
	if listed.LeftOut != nil {
		return s.options.Runs.Get(ctx, listed.ID)
	}
	return listed.Decode()
}
