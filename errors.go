package aurea

import (
	"errors"

	"github.com/aurea-orchestrator/aurea/param"
)

// The kinds of error. An error that reaches a user wraps one of them; any other
// is a bug in Aurea. Package api maps them to statuses in one table.
var (
	ErrInvalid     = param.ErrInvalid                // the request is wrong; retrying does not help
	ErrNotFound    = errors.New("not found")         // no such run
	ErrConflict    = errors.New("conflict")          // not possible in the run's state
	ErrMismatch    = errors.New("mismatch")          // an idempotency key was reused with another body
	ErrQueueFull   = errors.New("the queue is full") // try again later
	ErrUnavailable = errors.New("unavailable")       // the service is starting, draining or cannot store
	ErrDamaged     = errors.New("damaged")           // the stored run is not what was written
)

// A FieldError says what is wrong with one field.
type FieldError = param.FieldError

// An InvalidError lists every field that is wrong. It is an ErrInvalid.
type InvalidError = param.InvalidError
