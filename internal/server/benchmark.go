package server

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// registerRun registers POST /benchmark/run. The run belongs to the request: it
// stops when the client disconnects. One that the ending service hands over is
// answered with 202 and its address, so that clients neither take it for
// finished nor run it again.
func (s *Server) registerRun(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 408, 409, 413, 415, 429, 500, 503)
	op.Responses = map[string]*huma.Response{"200": {
		Description: "The result of the finished run; of a run that the service had to stop, the partial one",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: schemaRef("Result")}},
	}, "202": {
		Description: "The run, which goes on: the service ends and leaves it to the next one, where Location has it",
		Headers: map[string]*huma.Param{
			"Location": {Description: "of the run", Schema: &huma.Schema{Type: huma.TypeString}},
		},
		Content: map[string]*huma.MediaType{"application/json": {Schema: schemaRef("Run")}},
	}}
	huma.Register(router, op, func(ctx context.Context, input *specInput) (*huma.StreamResponse, error) {
		spec, err := readSpec(s, input, s.decodeSpec)
		if err != nil {
			return nil, err
		}
		run, err := s.options.Runs.Do(ctx, spec, nil)
		if err != nil {
			return nil, s.specProblem(input, err)
		}
		if !run.Status.Finished() {
			return &huma.StreamResponse{Body: func(ctx huma.Context) { s.writeHandedOver(ctx, run) }}, nil
		}
		if run.Result == nil {
			return nil, s.asProblem(noResult(run))
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) { s.writeResult(ctx, run) }}, nil
	})
	router.OpenAPI().Paths[op.Path].Post.RequestBody = specBody("Spec")
}

// noResult returns the error for a run that ended without a result. A run that
// the service did not start is unavailable, so clients retry it; a cancelled
// run is a conflict, so they do not.
func noResult(run aurea.Run) error {
	switch run.Status {
	case aurea.StatusFailed:
		return &failedRun{run}
	case aurea.StatusCancelled:
		return fmt.Errorf("%w: run %s was cancelled before it began", aurea.ErrConflict, run.ID)
	}
	return fmt.Errorf("%w: run %s was stopped before it began, because the service is shutting down",
		aurea.ErrUnavailable, run.ID)
}

// A failedRun is the error of a run that failed. It is of no known kind, so the
// client sees an internal error.
type failedRun struct{ run aurea.Run }

func (f *failedRun) Error() string { return "run " + f.run.ID + " failed: " + f.run.Error }

// writeResult streams the result of a run, with its jobs, to the client.
func (s *Server) writeResult(ctx huma.Context, run aurea.Run) {
	ctx.SetHeader("Content-Type", "application/json")
	ctx.SetStatus(http.StatusOK)
	if err := run.Result.WriteJSON(ctx.BodyWriter(), run.Samples.Jobs); err != nil {
		s.options.Log.Info("the client did not take the whole result", "run", run.ID, "error", err)
	}
}

// writeHandedOver writes a run that goes on at the next server.
func (s *Server) writeHandedOver(ctx huma.Context, run aurea.Run) {
	ctx.SetHeader("Content-Type", "application/json")
	ctx.SetHeader("Location", api.RunPath(api.Run, run.ID))
	ctx.SetStatus(http.StatusAccepted)
	if err := plainJSON.Marshal(ctx.BodyWriter(), run); err != nil {
		s.options.Log.Info("the client does not learn where its run goes on", "run", run.ID, "error", err)
	}
}
