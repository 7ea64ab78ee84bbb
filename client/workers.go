package client

import (
	"context"
	"net/http"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// Workers returns the workers that the service knows of; none if it has no
// cluster.
func (c *Client) Workers(ctx context.Context) ([]aurea.Worker, error) {
	var body api.WorkersBody
	err := c.do(ctx, call{method: http.MethodGet, path: api.Workers, repeatable: true}, &body)
	return body.Workers, err
}
