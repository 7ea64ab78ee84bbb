package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/aurea-orchestrator/aurea"
)

// ProblemType is the media type of a Problem.
const ProblemType = "application/problem+json"

// A Problem is an error response as RFC 9457 defines it, with one more member:
// error repeats detail.
type Problem struct {
	Type   string         `json:"type" doc:"what kind of problem; about:blank means that the status says it"`
	Title  string         `json:"title" doc:"the status in words"`
	Status int            `json:"status"`
	Detail string         `json:"detail" doc:"what was wrong, where, and what to do"`
	Err    string         `json:"error" doc:"the same sentence as detail"`
	Errors []FieldProblem `json:"errors,omitempty" doc:"each wrong field"`
}

// A FieldProblem says what is wrong with one field of a request.
type FieldProblem struct {
	Location string `json:"location" doc:"path of the field, such as body.num_jobs"`
	Message  string `json:"message" doc:"the rule, and what was found"`
	Line     int    `json:"line,omitempty" doc:"of a body that is YAML, from 1"`
	Column   int    `json:"column,omitempty" doc:"in that line, from 1; a character is one"`
}

// NewProblem returns the problem with the given HTTP status and detail.
func NewProblem(status int, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Err: detail}
}

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status. The server's framework asks for it.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType returns ProblemType, whatever was negotiated. The server's
// framework asks for it.
func (p *Problem) ContentType(string) string { return ProblemType }

// statuses is the one table between the kinds of error and HTTP. Where several
// kinds share a status, the first is what a client sees.
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

// Status returns the HTTP status of an error. It reports false for an error of
// no known kind, which is a fault of the server.
func Status(err error) (status int, known bool) {
	for _, row := range statuses {
		if errors.Is(err, row.err) {
			return row.status, true
		}
	}
	return 0, false
}

// Kind returns the kind of error that an HTTP status stands for, or nil when it
// stands for none.
func Kind(status int) error {
	for _, row := range statuses {
		if row.status == status {
			return row.err
		}
	}
	return nil
}
