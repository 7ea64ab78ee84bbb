package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
)

func (s *Server) registerPause(router huma.API, op huma.Operation) {
	s.registerControl(router, op, aurea.Control{Kind: aurea.Pause})
}

func (s *Server) registerResume(router huma.API, op huma.Operation) {
	s.registerControl(router, op, aurea.Control{Kind: aurea.Resume})
}

// registerControl registers a control that has no body.
func (s *Server) registerControl(router huma.API, op huma.Operation, control aurea.Control) {
	op.Errors = append(op.Errors, 404, 409, 500, 503)
	huma.Register(router, op, func(ctx context.Context, input *idInput) (*runResponse, error) {
		return s.control(ctx, input.ID, control)
	})
}

func (s *Server) registerLoad(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 404, 408, 409, 413, 415, 500, 503)
	huma.Register(router, op, func(ctx context.Context, input *changeInput) (*runResponse, error) {
		load, err := readBody(s, &input.bodyInput, aurea.DecodeLoad)
		if err != nil {
			return nil, err
		}
		return s.control(ctx, input.ID, load)
	})
	router.OpenAPI().Paths[op.Path].Patch.RequestBody = jsonBody("Load")
}

func (s *Server) control(ctx context.Context, id string, control aurea.Control) (*runResponse, error) {
	run, err := s.options.Runs.Control(ctx, id, control)
	if err != nil {
		return nil, s.asProblem(err)
	}
	return &runResponse{run}, nil
}
