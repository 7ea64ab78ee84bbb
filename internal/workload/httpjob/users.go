package httpjob

import (
	"context"
	"slices"
	"sync"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// userClients are the clients of users: each has a connection of its own, which
// lasts from job to job. They are safe for concurrent use.
type userClients struct {
	mu  sync.Mutex
	all []*httpclient.Client
}

// clientOf returns the client of a job: that of its user, or of all jobs.
func (r *httpRunner) clientOf(ctx context.Context) *httpclient.Client {
	if !r.lasting {
		return r.client
	}
	return workload.SessionOf(ctx).Own(r, func() any { return r.users.add(r.options) }).(*httpclient.Client)
}

// add makes the client of another user. Users take turns with source addresses.
func (c *userClients) add(options httpclient.Options) *httpclient.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	options.Connections = 1
	if sources := options.Route.Sources; len(sources) > 0 {
		first := len(c.all) % len(sources)
		options.Route.Sources = slices.Concat(sources[first:], sources[:first])
	}
	client := httpclient.New(options)
	c.all = append(c.all, client)
	return client
}

// close closes the clients.
func (c *userClients) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, client := range c.all {
		client.Close()
	}
}
