package server

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
)

// registerRun answers POST /benchmark/run. The run belongs to the request: a
// client that goes away stops it.
func (s *Server) registerRun(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 408, 409, 413, 415, 429, 500, 503)
	op.Responses = map[string]*huma.Response{"200": {
		Description: "The result of the finished run; of a run that the service had to stop, the partial one",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: refer("Result")}},
	}}
	huma.Register(router, op, func(ctx context.Context, input *bodyInput) (*huma.StreamResponse, error) {
		spec, err := readBody(s, input, s.decodeSpec)
		if err != nil {
			return nil, err
		}
		run, err := s.options.Runs.Do(ctx, spec, nil)
		if err != nil {
			return nil, s.asProblem(err)
		}
		if run.Result == nil {
			return nil, s.asProblem(unfinished(run))
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) { s.writeResult(ctx, run.Result) }}, nil
	})
	router.OpenAPI().Paths[op.Path].Post.RequestBody = jsonBody("Spec")
}

// unfinished is the error of a run that ended without a result. One that the
// service could not begin may be sent again, one that somebody cancelled is not to
// be.
func unfinished(run aurea.Run) error {
	switch run.Status {
	case aurea.StatusFailed:
		return &failedRun{run}
	case aurea.StatusCancelled:
		return fmt.Errorf("%w: run %s was cancelled before it began", aurea.ErrConflict, run.ID)
	}
	return fmt.Errorf("%w: run %s was stopped before it began, because the service is shutting down", aurea.ErrUnavailable, run.ID)
}

type failedRun struct{ run aurea.Run }

func (f *failedRun) Error() string { return "run " + f.run.ID + " failed: " + f.run.Error }

// writeResult streams a result to the client.
func (s *Server) writeResult(ctx huma.Context, result *aurea.Result) {
	ctx.SetHeader("Content-Type", "application/json")
	ctx.SetStatus(http.StatusOK)
	if err := result.WriteJSON(ctx.BodyWriter()); err != nil {
		s.options.Log.Info("the client did not take the whole result", "run", result.ID, "error", err)
	}
}
