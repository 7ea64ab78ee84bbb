package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
)

type verifyAnswer struct {
	Body verifyBody
}

type verifyBody struct {
	ID     string `json:"id" doc:"of the run"`
	Intact bool   `json:"intact" doc:"whether its digest is that of what is kept, with every job's record"`
	Detail string `json:"detail,omitempty" doc:"what is not as it was written"`
}

func (s *Server) registerVerify(api huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 404, 409, 500, 503)
	huma.Register(api, op, func(ctx context.Context, input *idInput) (*verifyAnswer, error) {
		err := s.options.Runs.Verify(ctx, input.ID)
		switch {
		case errors.Is(err, aurea.ErrDamaged):
			return &verifyAnswer{verifyBody{ID: input.ID, Detail: err.Error()}}, nil
		case err != nil:
			return nil, s.asProblem(err)
		}
		return &verifyAnswer{verifyBody{ID: input.ID, Intact: true}}, nil
	})
}

// Verify has the server hold all that it keeps of a finished run against its
// digest.
func (c *Client) Verify(ctx context.Context, id string) error {
	var answer verifyBody
	err := c.do(ctx, call{method: http.MethodGet, path: runPath(id) + "/verify", again: true}, &answer)
	if err == nil && !answer.Intact {
		err = &remoteError{aurea.ErrDamaged, answer.Detail}
	}
	return err
}
