package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
	"github.com/aurea-orchestrator/aurea/internal/specfile"
)

// retryAfter has the Retry-After header by status, in seconds.
var retryAfter = map[int]string{
	http.StatusTooManyRequests:    "5",
	http.StatusServiceUnavailable: "5",
}

// asProblem turns an error into the problem document for the client. An error
// of no known kind is a fault of the server: its detail goes to the log only.
func (s *Server) asProblem(err error) error {
	status, known := api.Status(err)
	if !known {
		s.options.Log.Error("internal error", "error", err)
		return api.NewProblem(http.StatusInternalServerError,
			"internal error; the log of the service has the details")
	}
	p := api.NewProblem(status, err.Error())
	var invalid *aurea.InvalidError
	if errors.As(err, &invalid) {
		for _, field := range invalid.Fields {
			p.Errors = append(p.Errors, api.FieldProblem{Location: bodyLocation(field.Location),
				Message: field.Message})
		}
	}
	var located *specfile.Error
	if errors.As(err, &located) {
		for _, wrong := range located.Mistakes {
			p.Errors = append(p.Errors, api.FieldProblem{Location: bodyLocation(wrong.Location),
				Message: wrong.Message, Line: wrong.Line, Column: wrong.Column})
		}
	}
	if after := retryAfter[status]; after != "" {
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {after}})
	}
	return p
}

// bodyLocation returns the location of a field of the body.
func bodyLocation(field string) string {
	if field == "" {
		return "body"
	}
	return "body." + field
}

// writeProblem writes a problem in response to a request that reaches no
// operation.
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", api.ProblemType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(api.NewProblem(status, detail)) // the client is gone; nothing is left to do
}

// init replaces the constructor of huma's own errors, a package variable that
// must be set before the first operation is registered.
func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		if status == http.StatusUnprocessableEntity {
			status = http.StatusBadRequest
		}
		p := api.NewProblem(status, message)
		var sentences []string
		for _, err := range errs {
			var detailer huma.ErrorDetailer
			if errors.As(err, &detailer) {
				d := detailer.ErrorDetail()
				p.Errors = append(p.Errors, api.FieldProblem{Location: d.Location, Message: d.Message})
				sentences = append(sentences, d.Location+": "+d.Message)
			}
		}
		if len(sentences) > 0 { // more precise than huma's message
			p.Detail = strings.Join(sentences, "; ")
			p.Err = p.Detail
		}
		return p
	}
}
