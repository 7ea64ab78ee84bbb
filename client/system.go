package client

import (
	"context"
	"net/http"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// System returns the state of the service: what it does, what it keeps and what
// it accepts.
func (c *Client) System(ctx context.Context) (system aurea.System, err error) {
	err = c.do(ctx, call{method: http.MethodGet, path: api.System, repeatable: true}, &system)
	return system, err
}
