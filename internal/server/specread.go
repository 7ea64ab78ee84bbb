package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea/internal/api"
)

type specReadResponse struct{ Body api.SpecBody }

// registerSpecRead registers POST /v1/spec, by which the page reads what a user
// has written. It does not check the fields, so that an unfinished spec is read,
// too.
func (s *Server) registerSpecRead(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 408, 413, 415, 500, 503)
	huma.Register(router, op, func(_ context.Context, input *bodyInput) (*specReadResponse, error) {
		if !isYAML(input.request.Header) || refusedType(input.request.Header, true) != "" {
			return nil, api.NewProblem(415, "the body must be YAML; send it with Content-Type: application/yaml")
		}
		body, err := receiveBody(s, input, func(held *reservation, body []byte) (read api.SpecBody, err error) {
			file, err := s.parseYAML(held, body)
			if err == nil {
				read.Spec, read.Lines, err = file.JSON()
			}
			return read, err
		})
		if err != nil {
			return nil, err
		}
		return &specReadResponse{body}, nil
	})
	content := map[string]*huma.MediaType{yamlTypes[0]: {Schema: schemaRef("Spec")}}
	router.OpenAPI().Paths[op.Path].Post.RequestBody = &huma.RequestBody{Required: true, Content: content}
}
