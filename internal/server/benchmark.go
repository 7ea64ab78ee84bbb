package server

import (
	"context"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/aurea-orchestrator/aurea"
)

type specInput struct {
	RawBody []byte `contentType:"application/json"`
}

// registerRun answers POST /benchmark/run. The run belongs to the request: a
// client that goes away stops it.
func (s *Server) registerRun(api huma.API, op huma.Operation) {
	op.SkipValidateBody = true // DecodeSpec does, and says more
	op.MaxBodyBytes = maxBody
	op.BodyReadTimeout = bodyTimeout
	op.Errors = []int{400, 401, 413, 415, 429, 500, 503}
	op.Middlewares = huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
		if problem := notJSON(ctx.Header); problem != "" {
			_ = huma.WriteErr(api, ctx, http.StatusUnsupportedMediaType, problem) // a reader that is gone misses nothing
			return
		}
		next(ctx)
	}}
	huma.Register(api, op, func(ctx context.Context, input *specInput) (*huma.StreamResponse, error) {
		spec, err := aurea.DecodeSpec(input.RawBody)
		if err != nil {
			return nil, s.asProblem(err)
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
	describeRun(api.OpenAPI(), op.Path)
}

// notJSON says what is wrong with the type of a body; "" when nothing is.
func notJSON(header func(string) string) string {
	if length := header("Content-Length"); length == "0" {
		return "" // an empty body is reported as such
	}
	if encoding := header("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return "the body must not be compressed; send it without Content-Encoding"
	}
	given := header("Content-Type")
	if given == "" {
		return ""
	}
	if kind, _, err := mime.ParseMediaType(given); err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json")) {
		return ""
	}
	return "the body must be JSON; send it with Content-Type: application/json"
}

// unfinished is the error of a run that ended without a result.
func unfinished(run aurea.Run) error {
	if run.Status == aurea.StatusFailed {
		return &failedRun{run}
	}
	return &stoppedRun{run}
}

type failedRun struct{ run aurea.Run }

func (f *failedRun) Error() string { return "run " + f.run.ID + " failed: " + f.run.Error }

// A stoppedRun was taken out of the queue before it began.
type stoppedRun struct{ run aurea.Run }

func (r *stoppedRun) Error() string {
	return "run " + r.run.ID + " was stopped before it began, because the service is shutting down"
}

// Is makes a stopped run an ErrUnavailable: it can be sent again elsewhere.
func (r *stoppedRun) Is(target error) bool { return target == aurea.ErrUnavailable }

// writeResult streams a result to the client. A reader that takes nothing for
// writeTimeout is cut off.
func (s *Server) writeResult(ctx huma.Context, result *aurea.Result) {
	_, w := humago.Unwrap(ctx)
	ctx.SetHeader("Content-Type", "application/json")
	ctx.SetStatus(http.StatusOK)
	if err := result.WriteJSON(patientWriter{w, http.NewResponseController(w)}); err != nil {
		s.options.Log.Info("the client did not take the whole result", "run", result.ID, "error", err)
	}
}

// A patientWriter gives the reader writeTimeout for every write.
type patientWriter struct {
	http.ResponseWriter
	controller *http.ResponseController
}

func (w patientWriter) Write(data []byte) (int, error) {
	if err := w.controller.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return w.ResponseWriter.Write(data)
}
