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

// A bodyInput gives an operation the request, to read its body itself. huma
// would report a body that breaks off as an internal error.
type bodyInput struct{ request huma.Context }

// Resolve keeps the request. huma calls it before the operation.
func (b *bodyInput) Resolve(request huma.Context) []error {
	b.request = request
	return nil
}

// readBody reads the body, which may be empty, and decodes it. The body and the
// decoded value count against the budget until it returns. The error is the
// problem document for the client.
func readBody[T any](s *Server, b *bodyInput, decode func([]byte) (T, error)) (decoded T, err error) {
	if problem := notJSON(b.request.Header); problem != "" {
		return decoded, api.NewProblem(http.StatusUnsupportedMediaType, problem)
	}
	held := &reservation{budget: s.options.Budget, purpose: "the request's body"}
	defer held.release()
	body, err := held.read(b.request.BodyReader(), maxBody)
	var slow net.Error
	switch {
	case errors.Is(err, aurea.ErrUnavailable):
		return decoded, s.asProblem(err)
	case errors.As(err, &slow) && slow.Timeout():
		return decoded, api.NewProblem(http.StatusRequestTimeout,
			fmt.Sprintf("the body did not arrive within %v", bodyTimeout))
	case err != nil:
		return decoded, api.NewProblem(http.StatusBadRequest, "the body cannot be read: "+err.Error())
	case len(body) > maxBody:
		return decoded, api.NewProblem(http.StatusRequestEntityTooLarge,
			fmt.Sprintf("the body is larger than the limit of %d bytes", maxBody))
	}
	if err := held.reserve(budget.DecodedSize(body)); err != nil {
		return decoded, s.asProblem(err)
	}
	if decoded, err = decode(body); err != nil {
		return decoded, s.asProblem(err)
	}
	return decoded, nil
}

// jsonBody describes a request body with the schema of the given name. Set it
// after the operation is registered; otherwise huma reads the body itself.
func jsonBody(schema string) *huma.RequestBody {
	return &huma.RequestBody{
		Required: true,
		Content:  map[string]*huma.MediaType{"application/json": {Schema: schemaRef(schema)}},
	}
}

// notJSON returns why a body cannot be JSON by its headers; "" when it can.
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
	kind, _, err := mime.ParseMediaType(given)
	if err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json")) {
		return ""
	}
	return "the body must be JSON; send it with Content-Type: application/json"
}
