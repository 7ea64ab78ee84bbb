package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// Trend returns how the newest completed runs of a name went, and with which of
// them their metrics changed. Labels, unless nil, select the runs that have all
// of them. A name without a completed run is an aurea.ErrNotFound.
func (c *Client) Trend(ctx context.Context, name string, labels map[string]string) (trend compare.Trend, err error) {
	query := url.Values{"name": {name}}
	for key, value := range labels {
		query.Add("label", key+":"+value)
	}
	err = c.do(ctx, call{method: http.MethodGet, path: api.Trend, query: query, repeatable: true}, &trend)
	return trend, err
}
