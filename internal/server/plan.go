package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
)

type planResponse struct {
	Body aurea.Forecast
}

func (s *Server) registerPlan(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 408, 413, 415, 500, 503)
	huma.Register(router, op, func(ctx context.Context, input *specInput) (*planResponse, error) {
		spec, err := readSpec(s, input, s.decodeSpec)
		if err != nil {
			return nil, err
		}
		forecast, err := s.options.Runs.Forecast(ctx, spec)
		if err != nil {
			return nil, s.specProblem(input, err)
		}
		return &planResponse{Body: forecast}, nil
	})
	router.OpenAPI().Paths[op.Path].Post.RequestBody = specBody("Spec")
}
