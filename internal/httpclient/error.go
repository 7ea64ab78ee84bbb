package httpclient

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// The classes of an Error.
const (
	ClassDNS       = "dns"             // the host has no address
	ClassConnect   = "connect"         // no connection was made
	ClassTLS       = "tls"             // TLS was not established
	ClassTimeout   = "timeout"         // the context's deadline passed; it wraps context.DeadlineExceeded
	ClassReset     = "reset"           // the connection ended before the head of a response was received
	ClassProtocol  = "protocol"        // the response is not valid HTTP
	ClassBody      = "body"            // the body ended early or is too long
	ClassEncoding  = "encoding"        // the body is not what its Content-Encoding says
	ClassProxy     = "proxy"           // the proxy made no connection, or wants other credentials
	ClassForbidden = "forbidden"       // Options.Allow refused the connection
	ClassGenerator = "generator_limit" // this machine has no descriptor, port or memory left
)

// An Error is a failed exchange with the class that it is counted under.
type Error struct {
	Class string
	Err   error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// ErrClosed is the error of requests to a closed client.
var ErrClosed = errors.New("the client is closed")

// failf returns an Error.
func failf(class, format string, args ...any) error {
	return &Error{class, fmt.Errorf(format, args...)}
}

// classify returns the error of an exchange that failed at a stage. A context
// that has ended is the cause; otherwise an error without a class gets the one
// given.
func classify(ctx context.Context, class, stage string, err error) error {
	var known *Error
	switch reason := ctx.Err(); {
	case errors.Is(reason, context.Canceled):
		return fmt.Errorf("%s: %w", stage, reason)
	case reason != nil || isLate(ctx, err):
		return failf(ClassTimeout, "%s: %w", stage, context.DeadlineExceeded)
	case errors.As(err, &known), errors.Is(err, ErrClosed):
		return err
	case platform.OutOfResources(err):
		return failf(ClassGenerator, "%s: %w; this machine has reached a limit of its own", stage, err)
	default:
		return failf(class, "%s: %w", stage, err)
	}
}

// isLate reports whether an error means that the context's deadline passed. The
// connection may notice that before the context does.
func isLate(ctx context.Context, err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	deadline, ok := ctx.Deadline()
	return ok && errors.Is(err, context.DeadlineExceeded) && !time.Now().Before(deadline)
}
