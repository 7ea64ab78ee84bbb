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
	if problem := refusedType(b.request.Header, false); problem != "" {
		return decoded, api.NewProblem(http.StatusUnsupportedMediaType, problem)
	}
	return receiveBody(s, b, fromJSON(decode))
}

// fromJSON returns a decoder of JSON that reserves what the decoded value takes.
func fromJSON[T any](decode func([]byte) (T, error)) func(*reservation, []byte) (T, error) {
	return func(held *reservation, body []byte) (decoded T, err error) {
		if err := held.reserve(budget.DecodedSize(body)); err != nil {
			return decoded, err
		}
		return decode(body)
	}
}

// receiveBody is readBody for a body of any type. It releases what decode has
// added to held.
func receiveBody[T any](
	s *Server, b *bodyInput, decode func(held *reservation, body []byte) (T, error),
) (decoded T, err error) {
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
	if decoded, err = decode(held, body); err != nil {
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

// refusedType returns why a body is neither JSON by its headers, nor YAML where
// that is accepted; "" if it can be.
func refusedType(header func(string) string, acceptsYAML bool) string {
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
	switch {
	case err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json")):
		return ""
	case !acceptsYAML:
		return "the body must be JSON; send it with Content-Type: application/json"
	case isYAML(header):
		return ""
	}
	return "the body must be JSON or YAML; send it with Content-Type: application/json or application/yaml"
}
