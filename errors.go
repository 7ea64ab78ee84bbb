package aurea

import (
	"errors"

	"github.com/aurea-orchestrator/aurea/param"
)

// The error vocabulary. Whoever reports a failure to a user wraps one of these;
// any other error is a fault of Aurea's own. The server maps them to statuses
// in one table.
var (
	ErrInvalid     = param.ErrInvalid                // the request is wrong; sending it again will not help
	ErrNotFound    = errors.New("not found")         // no such run
	ErrConflict    = errors.New("conflict")          // not possible in the run's present state
	ErrMismatch    = errors.New("mismatch")          // an idempotency key came again with another body
	ErrQueueFull   = errors.New("the queue is full") // try again later
	ErrUnavailable = errors.New("unavailable")       // the service is starting, draining or cannot store
	ErrDamaged     = errors.New("damaged")           // what is kept of the run is not what was written
)

// A FieldError says what is wrong with one field.
type FieldError = param.FieldError

// An InvalidError lists every field that is wrong. It is an ErrInvalid.
type InvalidError = param.InvalidError
