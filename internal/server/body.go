package server

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// A bodyInput is the request of an operation that reads its body itself: huma's
// own reading calls a body that breaks off a fault of the service.
type bodyInput struct{ request huma.Context }

// Resolve is called by huma with the request.
func (b *bodyInput) Resolve(request huma.Context) []error {
	b.request = request
	return nil
}

// readJSON reads the body, which may be empty. The error is the problem that
// the client sees.
func (b *bodyInput) readJSON() ([]byte, error) {
	if wrong := notJSON(b.request.Header); wrong != "" {
		return nil, newProblem(http.StatusUnsupportedMediaType, wrong)
	}
	body, err := io.ReadAll(io.LimitReader(b.request.BodyReader(), maxBody+1))
	var slow net.Error
	switch {
	case errors.As(err, &slow) && slow.Timeout():
		return nil, newProblem(http.StatusRequestTimeout, fmt.Sprintf("the body did not arrive within %v", bodyTimeout))
	case err != nil:
		return nil, newProblem(http.StatusBadRequest, "the body cannot be read: "+err.Error())
	case len(body) > maxBody:
		return nil, newProblem(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than the limit of %d bytes", maxBody))
	}
	return body, nil
}

// jsonBody describes a body of the schema that components name so. It is put
// into the description after the operation was registered: huma would read the
// body, had it known of it.
func jsonBody(schema string) *huma.RequestBody {
	return &huma.RequestBody{
		Required: true,
		Content:  map[string]*huma.MediaType{"application/json": {Schema: refer(schema)}},
	}
}

// notJSON says what is wrong with the type of a body; "" when nothing is.
func notJSON(header func(string) string) string {
	if length := header("Content-Length"); length == "0" {
		return "" // an empty body is reported as such
	}
	if encoding := header("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return "the body must not be compressed; send it without Content-Encoding"
	}
	given := header("Content-Type")
	if given == "" {
		return ""
	}
	if kind, _, err := mime.ParseMediaType(given); err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json")) {
		return ""
	}
	return "the body must be JSON; send it with Content-Type: application/json"
}
