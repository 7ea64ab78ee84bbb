// Package client is the Go client of Aurea's HTTP API.
//
// A Client submits a spec, follows the run and reads its result in the types of
// package aurea:
//
//	c, err := client.New("http://127.0.0.1:5000", "")
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	run, err := c.Do(ctx, aurea.Spec{NumJobs: 100}, nil)
//
// Do is the short way. Submit, Watch, Wait, Get and Cancel are its parts, for
// programs that start a run in one place and follow it in another.
//
// # Errors
//
// A response with an error status becomes an error that wraps one of the kinds
// of package aurea, so errors.Is works as it does in the service:
// aurea.ErrInvalid, aurea.ErrNotFound, aurea.ErrConflict, aurea.ErrMismatch,
// aurea.ErrQueueFull or aurea.ErrUnavailable. An aurea.ErrInvalid that names
// fields is an *aurea.InvalidError. A damaged run is an aurea.ErrConflict,
// except to Verify. When ctx ends, methods return its cause; Do and Wait
// document what they return instead.
//
// # Retries
//
// Requests that are safe to repeat are sent up to five times: reads, except
// Ready, then Change, and Submit, which carries an idempotency key. The client
// retries when the service cannot be reached, is unavailable or has a full
// queue. It waits as long as Retry-After says, ten seconds at most, or else 100
// ms, doubled each time. Cancel, Control and Delete are sent once.
//
// The package imports the domain and internal/api, which the server shares. It
// depends on nothing else of the service.
package client

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A Client talks to one Aurea service. Make one with New. Its methods may be
// called concurrently.
type Client struct {
	base  string
	token string
	http  http.Client
}

// New returns a client of the service at a base URL such as
// http://127.0.0.1:5000. Token is sent with every request as a bearer token; ""
// sends none. New connects to nothing; it fails only on a URL that is not an
// absolute http or https URL.
func New(base, token string) (*Client, error) {
	parsed, err := url.Parse(base)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
		return nil, fmt.Errorf("must be a URL such as http://127.0.0.1:5000; got %q", base)
	}
	return &Client{base: strings.TrimSuffix(base, "/"), token: token}, nil
}

// NewWithTransport is New for a service that is reached by a transport, such as
// one over a Unix socket. The client closes the transport's idle connections.
func NewWithTransport(base, token string, transport http.RoundTripper) (*Client, error) {
	c, err := New(base, token)
	if err != nil {
		return nil, err
	}
	c.http.Transport = transport
	return c, nil
}

// Close closes idle connections. Calls under way are not affected, and the
// client can still be used.
func (c *Client) Close() { c.http.CloseIdleConnections() }
