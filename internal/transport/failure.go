package transport

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// The classes of an Error.
const (
	ClassDNS       = "dns"       // the host has no address
	ClassConnect   = "connect"   // no connection was made
	ClassTLS       = "tls"       // the two did not agree on a secure connection
	ClassTimeout   = "timeout"   // the context's deadline passed; it wraps context.DeadlineExceeded
	ClassReset     = "reset"     // the connection ended before the head of an answer had come
	ClassProtocol  = "protocol"  // what came is not an answer
	ClassBody      = "body"      // the body of the answer ended early, or is too long
	ClassForbidden = "forbidden" // Options.Allow refused the connection
)

// An Error is why an exchange failed, with the class that it is counted under.
type Error struct {
	Class string
	Err   error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the error itself.
func (e *Error) Unwrap() error { return e.Err }

// ErrClosed is what requests of a closed client fail with.
var ErrClosed = errors.New("the client is closed")

func failf(class, format string, args ...any) error {
	return &Error{class, fmt.Errorf(format, args...)}
}

// explain makes of what went wrong at a stage of an exchange the error of the
// exchange: the context's, where that is why, or one of the class given, where it
// has no class yet.
func explain(ctx context.Context, class, stage string, err error) error {
	var known *Error
	switch reason := ctx.Err(); {
	case errors.Is(reason, context.Canceled):
		return fmt.Errorf("%s: %w", stage, reason)
	case reason != nil || errors.Is(err, os.ErrDeadlineExceeded): // the connection may notice it first
		return failf(ClassTimeout, "%s: %w", stage, context.DeadlineExceeded)
	case errors.As(err, &known):
		return err
	default:
		return failf(class, "%s: %w", stage, err)
	}
}
