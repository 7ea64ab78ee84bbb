package grpcjob

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

const (
	// classTemplate is the class of jobs whose values make no message.
	classTemplate = "template"
	// classMessage is the class of jobs whose response has wrong messages.
	classMessage = "message"
)

// codeNames are the names of the status codes, by number.
var codeNames = []string{
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
	"PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
	"INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}

// codeName returns the name of a status code. Servers may send other codes,
// which count as UNKNOWN.
func codeName(code codes.Code) string {
	if int(code) < len(codeNames) {
		return codeNames[code]
	}
	return codeNames[codes.Unknown]
}

// statusFailure returns the failure of a job whose call ended with a status
// that is not right, of a class such as grpc_not_found.
func statusFailure(s *status.Status) error {
	name := codeName(s.Code())
	err := fmt.Errorf("the call ended with %s", name)
	if s.Message() != "" {
		err = fmt.Errorf("%w: %s", err, s.Message())
	}
	return &workload.Failure{Class: "grpc_" + strings.ToLower(name), Err: err}
}

// endOf returns why a call ended if its context is the reason; nil otherwise.
// The server and the transport may notice the deadline before the context does.
// A server that notices it cancels the stream.
func endOf(ctx context.Context, code codes.Code) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	deadline, limited := ctx.Deadline()
	late := limited && !time.Now().Before(deadline)
	if late && (code == codes.DeadlineExceeded || code == codes.Canceled) {
		return context.DeadlineExceeded
	}
	return nil
}

// dialFailure returns the failure of a job that found no connection; nil if no
// dial has failed.
func (c *connection) dialFailure() error {
	if failed := c.failed.Load(); failed != nil {
		return &workload.Failure{Class: failed.Class, Err: failed.Err}
	}
	return nil
}

// asDialError returns the error of a dial with its class, or else the given
// one. The error does not wrap that of a context: the dial's timeout is not
// that of a job.
func asDialError(class string, err error) *httpclient.Error {
	var known *httpclient.Error
	if errors.As(err, &known) && known.Class != httpclient.ClassTimeout {
		return known
	}
	return &httpclient.Error{Class: class, Err: errors.New(err.Error())}
}
