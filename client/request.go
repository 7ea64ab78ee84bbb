package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// A call describes one request.
type call struct {
	method, path string
	query        url.Values
	body         any // encoded as JSON; nil sends no body
	header       http.Header
	repeatable   bool // it may be sent more than once
}

// do sends a request and decodes the response into out. A nil out discards it.
func (c *Client) do(ctx context.Context, what call, out any) error {
	response, err := c.send(ctx, what)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // all of it was read, or is not wanted
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		return fmt.Errorf("%s %s: cannot decode the response: %w", what.method, c.base+what.path, err)
	}
	return nil
}

// send returns the response of a request that succeeded. It retries a
// repeatable one after a temporary error. The caller closes the body.
func (c *Client) send(ctx context.Context, what call) (*http.Response, error) {
	for attempt := 0; ; attempt++ {
		response, err := c.once(ctx, what)
		if err == nil {
			return response, nil
		}
		pause := backoff(attempt, response)
		if !what.repeatable || attempt == maxAttempts-1 || !temporary(err) || ctx.Err() != nil {
			return nil, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// once sends a request one time. With an error status it returns both the
// response, whose body is closed, and the error.
func (c *Client) once(ctx context.Context, what call) (*http.Response, error) {
	request, err := c.newRequest(ctx, what)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if response.StatusCode >= 400 {
		defer func() { _ = response.Body.Close() }()
		return response, readProblem(response)
	}
	return response, nil
}

func (c *Client) newRequest(ctx context.Context, what call) (*http.Request, error) {
	var body io.Reader
	if what.body != nil {
		encoded, err := json.Marshal(what.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(encoded)
	}
	address := c.base + what.path
	if len(what.query) > 0 {
		address += "?" + what.query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, what.method, address, body)
	if err != nil {
		return nil, err
	}
	for name, values := range what.header {
		request.Header[name] = values
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return request, nil
}

// maxAttempts is how often a repeatable request is sent at most.
const maxAttempts = 5

// backoff returns the pause after a failed attempt: what Retry-After asks for,
// up to ten seconds, or 100 ms doubled with each attempt.
func backoff(attempt int, response *http.Response) time.Duration {
	if response != nil {
		if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds >= 0 {
			return min(time.Duration(seconds)*time.Second, 10*time.Second)
		}
	}
	return 100 * time.Millisecond << min(attempt, 6)
}
