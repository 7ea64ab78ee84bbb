package server

import (
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
	"github.com/aurea-orchestrator/aurea/internal/budget"
)

// A bodyInput is the request of an operation that reads its body itself: huma's
// own reading calls a body that breaks off a fault of the service.
type bodyInput struct{ request huma.Context }

// Resolve is called by huma with the request.
func (b *bodyInput) Resolve(request huma.Context) []error {
	b.request = request
	return nil
}

// readBody reads the body, which may be empty, and decodes it. While it does, the
// body and what is decoded of it count against the budget. The error is the
// problem that the client sees.
func readBody[T any](s *Server, b *bodyInput, decode func([]byte) (T, error)) (decoded T, err error) {
	if wrong := notJSON(b.request.Header); wrong != "" {
		return decoded, api.NewProblem(http.StatusUnsupportedMediaType, wrong)
	}
	held := &holding{budget: s.options.Budget, what: "the request's body"}
	defer held.release()
	body, err := held.read(b.request.BodyReader(), maxBody)
	var slow net.Error
	switch {
	case errors.Is(err, aurea.ErrUnavailable):
		return decoded, s.asProblem(err)
	case errors.As(err, &slow) && slow.Timeout():
		return decoded, api.NewProblem(http.StatusRequestTimeout, fmt.Sprintf("the body did not arrive within %v", bodyTimeout))
	case err != nil:
		return decoded, api.NewProblem(http.StatusBadRequest, "the body cannot be read: "+err.Error())
	case len(body) > maxBody:
		return decoded, api.NewProblem(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than the limit of %d bytes", maxBody))
	}
	if err := held.take(budget.DecodedSize(body)); err != nil {
		return decoded, s.asProblem(err)
	}
	if decoded, err = decode(body); err != nil {
		return decoded, s.asProblem(err)
	}
	return decoded, nil
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
