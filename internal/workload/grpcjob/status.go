package grpcjob

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
)

// statusOf returns the status of a complete response: that of its trailer, or
// else the one that the protocol gives its HTTP status.
func statusOf(a *httpclient.Response) *status.Status {
	text := a.Header("grpc-status")
	if text == "0" {
		return okStatus
	}
	if text == "" {
		return status.New(codeOfHTTP(a.Status), fmt.Sprintf(
			"the response has no status of gRPC; its HTTP status is %d %s", a.Status, http.StatusText(a.Status)))
	}
	code, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return status.New(codes.Unknown, fmt.Sprintf("the response has the status %.40q, which is no number", text))
	}
	message := a.Header("grpc-message")
	if decoded, err := url.PathUnescape(message); err == nil {
		message = decoded
	}
	return status.New(codes.Code(code), message)
}

// okStatus is the status of calls that are ok.
var okStatus = status.New(codes.OK, "")

// codeOfHTTP returns the code of a response without one, as the protocol has it.
func codeOfHTTP(httpStatus int) codes.Code {
	switch httpStatus {
	case http.StatusBadRequest, http.StatusOK:
		return codes.Internal
	case http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusForbidden:
		return codes.PermissionDenied
	case http.StatusNotFound:
		return codes.Unimplemented
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return codes.Unavailable
	}
	return codes.Unknown
}

// The codes of resets (RFC 9113, 7) that mean more than an internal error.
const (
	resetRefusedStream      = 0x7
	resetCancel             = 0x8
	resetEnhanceYourCalm    = 0xb
	resetInadequateSecurity = 0xc
)

// codeOfReset returns the code of a call whose stream was reset, as the protocol
// has it.
func codeOfReset(reset uint32) codes.Code {
	switch reset {
	case resetRefusedStream:
		return codes.Unavailable
	case resetCancel:
		return codes.Canceled
	case resetEnhanceYourCalm:
		return codes.ResourceExhausted
	case resetInadequateSecurity:
		return codes.PermissionDenied
	}
	return codes.Internal
}
