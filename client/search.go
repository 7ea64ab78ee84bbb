package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// SubmitSearch asks the service to search for the highest load that holds, and
// returns the search as soon as it is queued. Its runs are ordinary runs with the
// label search. It is sent once.
func (c *Client) SubmitSearch(ctx context.Context, request aurea.SearchRequest) (search aurea.Search, err error) {
	err = c.do(ctx, call{method: http.MethodPost, path: api.Searches, body: request}, &search)
	return search, err
}

// Search returns a search and what it has found so far. It waits for its end for
// the given time, 10 minutes at most. A search that the service does not have is
// an aurea.ErrNotFound.
func (c *Client) Search(ctx context.Context, id string, wait time.Duration) (search aurea.Search, err error) {
	err = c.do(ctx, call{
		method: http.MethodGet, path: api.RunPath(api.Search, id), repeatable: true,
		query: url.Values{"wait": {wait.String()}},
	}, &search)
	return search, err
}

// Searches returns the newest 100 searches of the service, newest first.
func (c *Client) Searches(ctx context.Context) ([]aurea.Search, error) {
	var body api.SearchesBody
	err := c.do(ctx, call{method: http.MethodGet, path: api.Searches, repeatable: true}, &body)
	return body.Searches, err
}

// CancelSearch stops a search with its run and returns its current state. A
// finished search is an aurea.ErrConflict.
func (c *Client) CancelSearch(ctx context.Context, id string) (search aurea.Search, err error) {
	err = c.do(ctx, call{method: http.MethodPost, path: api.RunPath(api.CancelSearch, id)}, &search)
	return search, err
}
