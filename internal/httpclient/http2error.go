package httpclient

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// classHTTP2 returns ClassReset for a connection that ended and ClassProtocol
// for other errors.
func classHTTP2(err error) string {
	var network *net.OpError
	var stream streamError
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.As(err, &network) || errors.As(err, &stream) || isRefusal(err) || isLost(err) {
		return ClassReset
	}
	return ClassProtocol
}

// A streamError has the shape of net/http's unexported stream error, so that
// errors.As can fill it.
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

func (e streamError) Error() string { return fmt.Sprintf("stream error %d: %v", e.Code, e.Cause) }

// isLost reports whether a connection did not answer a ping.
func isLost(err error) bool { return strings.HasSuffix(err.Error(), "client connection lost") }

// isRefusal reports whether a server did not process a request, so it may be
// sent again (RFC 9113, 8.7): it refused the stream or had sent GOAWAY.
// net/http reports the latter only in the error's text.
func isRefusal(err error) bool {
	const refusedStream = 7
	var failed streamError
	if errors.As(err, &failed) {
		return failed.Code == refusedStream
	}
	text := err.Error()
	return strings.HasSuffix(text, "graceful shutdown GOAWAY") || isUnsent(err)
}

// isUnsent reports whether nothing was written because the connection accepted
// no more requests.
func isUnsent(err error) bool { return strings.HasSuffix(err.Error(), "client conn not usable") }
