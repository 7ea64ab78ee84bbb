package client

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// ErrUnreachable means that the service does not answer, or stopped in the midst
// of an answer. Every error of a connection wraps it.
var ErrUnreachable = errors.New("the server does not answer")

// temporary reports whether the same request may succeed later.
func temporary(err error) bool {
	return errors.Is(err, ErrUnreachable) || errors.Is(err, aurea.ErrUnavailable) || errors.Is(err, aurea.ErrQueueFull)
}

// A serverError is a problem document as an error: its detail is the message,
// and it wraps the kind of error that its status stands for.
type serverError struct {
	kind   error
	detail string
}

func (e *serverError) Error() string { return e.detail }
func (e *serverError) Unwrap() error { return e.kind }

// maxProblem is the most bytes read of a problem document.
const maxProblem = 1 << 20

// readProblem turns a response with an error status into the error that the
// server had. It also accepts a response that is no problem document, such as a
// proxy's.
func readProblem(response *http.Response) error {
	var p api.Problem
	data, _ := io.ReadAll(io.LimitReader(response.Body, maxProblem)) // a truncated one does not decode either
	if json.Unmarshal(data, &p) != nil || p.Detail == "" {
		p.Detail = "the server answers " + response.Status
	}
	kind := api.Kind(response.StatusCode)
	switch {
	case kind == nil:
		return &serverError{errors.New(response.Status), p.Detail}
	case len(p.Errors) == 0 || !errors.Is(kind, aurea.ErrInvalid):
		return &serverError{kind, p.Detail}
	}
	invalid := &aurea.InvalidError{}
	for _, field := range p.Errors {
		location := strings.TrimPrefix(strings.TrimPrefix(field.Location, "body"), ".")
		invalid.Fields = append(invalid.Fields, aurea.FieldError{Location: location, Message: field.Message})
	}
	return invalid
}
