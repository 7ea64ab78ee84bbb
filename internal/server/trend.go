package server

import (
	"context"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
)

type trendInput struct {
	Name  string   `query:"name" doc:"exactly" example:"search-api"`
	Label []string `query:"label,explode" doc:"key:value; repeated, all of them" example:"branch:main"`
	Limit int      `query:"limit" minimum:"1" maximum:"200" default:"200" doc:"only the newest so many"`
}

type trendResponse struct {
	Body compare.Trend
}

func (s *Server) registerTrend(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 404, 500, 503)
	op.RejectUnknownQueryParameters = true
	huma.Register(router, op, func(ctx context.Context, input *trendInput) (*trendResponse, error) {
		if input.Name == "" {
			return nil, queryProblem("name", "is needed: the name of the runs")
		}
		query, err := (&listInput{Limit: input.Limit, Name: input.Name, Label: input.Label}).query()
		if err != nil {
			return nil, err
		}
		query.Statuses = []aurea.Status{aurea.StatusCompleted}
		results, err := s.allNamed(ctx, query)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &trendResponse{compare.NewTrend(input.Name, results)}, nil
	})
	change := router.OpenAPI().Components.Schemas.Map()["Change"]
	change.Properties["verdict"].Enum = []any{string(compare.MetricBetter), string(compare.MetricWorse)}
}

// allNamed returns the results of all pages of a query by name, up to its limit.
func (s *Server) allNamed(ctx context.Context, query aurea.RunQuery) (results []*aurea.Result, err error) {
	limit := query.Limit
	for {
		err = s.reads.do(ctx, func() error {
			page, next, err := s.resultsPage(ctx, query)
			results, query.Cursor = append(results, page...), next
			return err
		})
		query.Limit = limit - len(results)
		if err != nil || query.Cursor == "" || query.Limit <= 0 {
			break
		}
	}
	if err == nil && len(results) == 0 {
		err = fmt.Errorf("%w: there is no completed run named %q", aurea.ErrNotFound, query.Name)
	}
	return results, err
}
