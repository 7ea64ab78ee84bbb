package server

import (
	"context"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

type verifyResponse struct {
	Body api.VerifyBody
}

func (s *Server) registerVerify(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 404, 409, 500, 503)
	huma.Register(router, op, func(ctx context.Context, input *idInput) (*verifyResponse, error) {
		err := s.options.Runs.Verify(ctx, input.ID)
		switch {
		case errors.Is(err, aurea.ErrDamaged):
			return &verifyResponse{api.VerifyBody{ID: input.ID, Detail: err.Error()}}, nil
		case err != nil:
			return nil, s.asProblem(err)
		}
		return &verifyResponse{api.VerifyBody{ID: input.ID, Intact: true}}, nil
	})
}
