package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// registerMetrics registers GET /metrics, which Options.Metrics answers.
func (s *Server) registerMetrics(router huma.API, op huma.Operation) {
	op.Responses = map[string]*huma.Response{"200": {
		Description: "Text, OpenMetrics or protobuf, as the request's Accept prefers",
		Content: map[string]*huma.MediaType{
			"text/plain": {}, "application/openmetrics-text": {}, "application/vnd.google.protobuf": {},
		},
	}}
	huma.Register(router, op, func(context.Context, *struct{}) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			r, w := humago.Unwrap(ctx)
			s.options.Metrics.ServeHTTP(w, r)
		}}, nil
	})
}
