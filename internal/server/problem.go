package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
)

// A problem is an error as RFC 9457 has it (application/problem+json), with one
// more member: error, the same sentence as detail.
type problem struct {
	Type   string  `json:"type" doc:"what kind of problem; about:blank means that the status says it"`
	Title  string  `json:"title" doc:"the status in words"`
	Status int     `json:"status"`
	Detail string  `json:"detail" doc:"what was wrong, where, and what to do"`
	Err    string  `json:"error" doc:"the same sentence as detail"`
	Errors []wrong `json:"errors,omitempty" doc:"each wrong field"`
}

// A wrong is one field of a request that is not right.
type wrong struct {
	Location string `json:"location" doc:"path of the field, such as body.num_jobs"`
	Message  string `json:"message" doc:"the rule, and what was found"`
}

func (p *problem) Error() string { return p.Detail }

// GetStatus tells huma the status of the answer.
func (p *problem) GetStatus() int { return p.Status }

// ContentType tells huma the type of the answer.
func (p *problem) ContentType(string) string { return "application/problem+json" }

// statuses is the one place where the error vocabulary becomes HTTP.
var statuses = []struct {
	err    error
	status int
}{
	{aurea.ErrInvalid, http.StatusBadRequest},
	{aurea.ErrNotFound, http.StatusNotFound},
	{aurea.ErrConflict, http.StatusConflict},
	{aurea.ErrDamaged, http.StatusConflict},
	{aurea.ErrMismatch, http.StatusUnprocessableEntity},
	{aurea.ErrQueueFull, http.StatusTooManyRequests},
	{aurea.ErrUnavailable, http.StatusServiceUnavailable},
	{context.Canceled, http.StatusServiceUnavailable}, // its client is gone, or the service is
}

// retryAfter is when a client may try again, in seconds, by status.
var retryAfter = map[int]string{
	http.StatusTooManyRequests:    "5",
	http.StatusServiceUnavailable: "5",
}

// asProblem turns an error into the problem that the client sees. What is not
// in the vocabulary is a fault of ours; its detail goes to the log, not out.
func (s *Server) asProblem(err error) error {
	for _, row := range statuses {
		if !errors.Is(err, row.err) {
			continue
		}
		p := newProblem(row.status, err.Error())
		var invalid *aurea.InvalidError
		if errors.As(err, &invalid) {
			for _, field := range invalid.Fields {
				p.Errors = append(p.Errors, wrong{bodyLocation(field.Location), field.Message})
			}
		}
		if after := retryAfter[row.status]; after != "" {
			return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {after}})
		}
		return p
	}
	s.options.Log.Error("internal error", "error", err)
	return newProblem(http.StatusInternalServerError, "the service could not do this through a fault of its own; its log says more")
}

func bodyLocation(field string) string {
	if field == "" {
		return "body"
	}
	return "body." + field
}

func newProblem(status int, detail string) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Err: detail}
}

// writeProblem answers a request that never reaches an operation.
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(newProblem(status, detail)) // a reader that is gone misses nothing
}

// huma keeps the constructor of its own errors in a package variable, which
// must be set before the first operation is registered.
func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		if status == http.StatusUnprocessableEntity {
			status = http.StatusBadRequest
		}
		p := newProblem(status, message)
		var sentences []string
		for _, err := range errs {
			var detailer huma.ErrorDetailer
			if errors.As(err, &detailer) {
				d := detailer.ErrorDetail()
				p.Errors = append(p.Errors, wrong{d.Location, d.Message})
				sentences = append(sentences, d.Location+": "+d.Message)
			}
		}
		if len(sentences) > 0 { // they say more than huma's own
			p.Detail = strings.Join(sentences, "; ")
			p.Err = p.Detail
		}
		return p
	}
}
