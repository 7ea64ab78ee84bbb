package aurea

import (
	"errors"
	"fmt"
	"strings"
)

// The error vocabulary. Whoever reports a failure to a user wraps one of these;
// any other error is a fault of Aurea's own. The server maps them to statuses
// in one table.
var (
	ErrInvalid     = errors.New("invalid")           // the request is wrong; sending it again will not help
	ErrNotFound    = errors.New("not found")         // no such run
	ErrConflict    = errors.New("conflict")          // not possible in the run's present state
	ErrMismatch    = errors.New("mismatch")          // an idempotency key came again with another body
	ErrQueueFull   = errors.New("the queue is full") // try again later
	ErrUnavailable = errors.New("unavailable")       // the service is starting, draining or cannot store
	ErrDamaged     = errors.New("damaged")           // what is kept of the run is not what was written
)

// A FieldError says what is wrong with one field.
type FieldError struct {
	Location string // path in the document, such as "stages[1].rate"; "" for the document itself
	Message  string // what the rule is and what was found, in one sentence without a full stop
}

func (e FieldError) Error() string {
	if e.Location == "" {
		return e.Message
	}
	return e.Location + ": " + e.Message
}

// An InvalidError is every field that was wrong. It is an ErrInvalid.
type InvalidError struct{ Fields []FieldError }

func (e *InvalidError) Error() string {
	messages := make([]string, len(e.Fields))
	for i, field := range e.Fields {
		messages[i] = field.Error()
	}
	return strings.Join(messages, "; ")
}

// Is makes errors.Is(err, ErrInvalid) true.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// problems collects field errors, so that one answer names all of them.
type problems []FieldError

func (p *problems) add(location, format string, args ...any) {
	*p = append(*p, FieldError{location, fmt.Sprintf(format, args...)})
}

// err is nil when there are no problems.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &InvalidError{p}
}
