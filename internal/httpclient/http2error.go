package httpclient

import (
	"errors"
	"fmt"

	"golang.org/x/net/http2"
)

// errNoHTTP2 is the error of a new connection whose server does not begin as
// one of HTTP/2.
var errNoHTTP2 = errors.New("it does not answer as a server that speaks HTTP/2, and may speak HTTP/1.1")

// errUnsent reports that a connection accepts no more requests; nothing was
// sent.
var errUnsent = errors.New("the connection accepts no more requests")

// errLost reports that a silent connection did not answer a ping.
var errLost = errors.New("the server has not answered a ping, so the connection is lost")

// A refusedError reports that the server did not process a request, so it may
// be sent again whatever its method (RFC 9113, 8.7).
type refusedError struct{ how string }

func (e *refusedError) Error() string { return "the server refused the request: " + e.how }

// A resetError is the end of one stream by the server.
type resetError struct{ code http2.ErrCode }

func (e *resetError) Error() string { return fmt.Sprintf("the server reset the stream: %v", e.code) }

// A protocolError is what the server sent against HTTP/2.
type protocolError struct {
	code http2.ErrCode // that the server is sent
	text string
}

func (e *protocolError) Error() string { return e.text }

// violation returns a protocolError.
func violation(code http2.ErrCode, format string, args ...any) error {
	return &protocolError{code, fmt.Sprintf(format, args...)}
}

// classHTTP2 returns the class of an error before the head of a response: that
// of a violation, or of a connection or stream that ended.
func classHTTP2(err error) string {
	var against *protocolError
	if errors.As(err, &against) {
		return ClassProtocol
	}
	return ClassReset
}

// isRefusal reports whether the server did not process a request.
func isRefusal(err error) bool {
	var refused *refusedError
	return errors.Is(err, errUnsent) || errors.As(err, &refused)
}
