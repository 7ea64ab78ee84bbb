package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Client is the Runs of another server, over HTTP: whoever can do with a
// manager can do with a client. It tries again, with growing pauses, what may be
// sent twice without harm: reading, changing, and submitting with a key. Its
// methods may be called concurrently.
type Client struct {
	base  string
	token string
	http  http.Client
}

// errAway is what a server that cannot be reached is.
var errAway = errors.New("the server does not answer")

// NewClient returns a client of the server at a URL such as
// http://127.0.0.1:5000. The token may be empty. It connects when it is used.
func NewClient(base, token string) (*Client, error) {
	parsed, err := url.Parse(base)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
		return nil, fmt.Errorf("must be a URL such as http://127.0.0.1:5000; got %q", base)
	}
	return &Client{base: strings.TrimSuffix(base, "/"), token: token}, nil
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// A call is one request, and what is expected of it.
type call struct {
	method, path string
	query        url.Values
	body         any
	header       http.Header
	again        bool // it may be sent twice
}

// do sends a request, decodes the answer into out, unless that is nil, and
// repeats where that is safe and may help.
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
		return fmt.Errorf("%s %s: the answer is not what it should be: %w", what.method, c.base+what.path, err)
	}
	return nil
}

// send returns the answer of a request that succeeded.
func (c *Client) send(ctx context.Context, what call) (*http.Response, error) {
	for attempt := 0; ; attempt++ {
		response, err := c.once(ctx, what)
		if err == nil {
			return response, nil
		}
		pause := pauseAfter(attempt, response)
		if !what.again || attempt == attempts-1 || !passing(err) || ctx.Err() != nil {
			return nil, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, err
		}
	}
}

func (c *Client) once(ctx context.Context, what call) (*http.Response, error) {
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
	response, err := c.http.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("%w: %w", errAway, err)
	}
	if response.StatusCode >= 400 {
		defer func() { _ = response.Body.Close() }()
		return response, readProblem(response)
	}
	return response, nil
}

// attempts is how often a request is sent at most.
const attempts = 5

// passing reports whether an error may be over when it is tried again.
func passing(err error) bool {
	return errors.Is(err, errAway) || errors.Is(err, aurea.ErrUnavailable) || errors.Is(err, aurea.ErrQueueFull)
}

// pauseAfter is how long to wait after a failed attempt: as long as the server
// asks for, or a tenth of a second, doubled each time.
func pauseAfter(attempt int, response *http.Response) time.Duration {
	if response != nil {
		if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds >= 0 {
			return min(time.Duration(seconds)*time.Second, 10*time.Second)
		}
	}
	return 100 * time.Millisecond << min(attempt, 6)
}

// A remoteError is a problem that the server answered with: its sentence, and
// the kind that it had there.
type remoteError struct {
	kind   error
	detail string
}

func (e *remoteError) Error() string { return e.detail }
func (e *remoteError) Unwrap() error { return e.kind }

// readProblem turns an answer back into the error that the server had.
func readProblem(response *http.Response) error {
	var p problem
	data, _ := io.ReadAll(io.LimitReader(response.Body, maxBody)) // what broke off is no problem either
	if json.Unmarshal(data, &p) != nil || p.Detail == "" {
		p.Detail = "the server answers " + response.Status
	}
	for _, row := range statuses {
		if row.status != response.StatusCode {
			continue
		}
		if len(p.Errors) > 0 {
			invalid := &aurea.InvalidError{}
			for _, field := range p.Errors {
				location := strings.TrimPrefix(strings.TrimPrefix(field.Location, "body"), ".")
				invalid.Fields = append(invalid.Fields, aurea.FieldError{Location: location, Message: field.Message})
			}
			return invalid
		}
		return &remoteError{row.err, p.Detail}
	}
	return &remoteError{errors.New(response.Status), p.Detail}
}

// Submit submits a run. Without a key it makes one up, so that it can try again.
func (c *Client) Submit(ctx context.Context, spec aurea.Spec, key string) (run aurea.Run, err error) {
	if key == "" {
		key = rand.Text()
	}
	err = c.do(ctx, call{
		method: http.MethodPost, path: "/v1/runs", body: spec, again: true,
		header: http.Header{"Idempotency-Key": {key}},
	}, &run)
	return run, err
}

// Get returns a run as it stands.
func (c *Client) Get(ctx context.Context, id string) (run aurea.Run, err error) {
	err = c.do(ctx, call{method: http.MethodGet, path: runPath(id), again: true}, &run)
	return run, err
}

func runPath(id string) string { return "/v1/runs/" + url.PathEscape(id) }

// Wait returns a run when it has finished, or as it stands when ctx is done.
func (c *Client) Wait(ctx context.Context, id string) (aurea.Run, error) {
	run, err := c.Get(context.WithoutCancel(ctx), id)
	for err == nil && !run.Status.Finished() && ctx.Err() == nil {
		var later aurea.Run
		err = c.do(ctx, call{method: http.MethodGet, path: runPath(id), query: url.Values{"wait": {"50s"}}, again: true}, &later)
		if err == nil {
			run = later
		}
	}
	if ctx.Err() != nil {
		err = nil
	}
	return run, err
}

// List returns a page of runs, newest first.
func (c *Client) List(ctx context.Context, query aurea.RunQuery) (page aurea.RunPage, err error) {
	err = c.do(ctx, call{method: http.MethodGet, path: "/v1/runs", query: encodeQuery(query), again: true}, &page)
	return page, err
}

func encodeQuery(q aurea.RunQuery) url.Values {
	values := url.Values{}
	set := func(name, value string) {
		if value != "" {
			values.Add(name, value)
		}
	}
	if q.Limit > 0 {
		set("limit", strconv.Itoa(q.Limit))
	}
	set("cursor", q.Cursor)
	for _, status := range q.Statuses {
		set("status", string(status))
	}
	set("workload", q.Workload)
	set("name", q.Name)
	for key, value := range q.Labels {
		set("label", key+":"+value)
	}
	if !q.Since.IsZero() {
		set("since", q.Since.Format(time.RFC3339Nano))
	}
	if !q.Until.IsZero() {
		set("until", q.Until.Format(time.RFC3339Nano))
	}
	if q.Baseline {
		set("baseline", "true")
	}
	return values
}

// Cancel stops a run and returns it as it stands.
func (c *Client) Cancel(ctx context.Context, id string) (run aurea.Run, err error) {
	err = c.do(ctx, call{method: http.MethodPost, path: runPath(id) + "/cancel"}, &run)
	return run, err
}

// Control pauses a running run, resumes it or changes its load.
func (c *Client) Control(ctx context.Context, id string, control aurea.Control) (run aurea.Run, err error) {
	request := call{method: http.MethodPost, path: runPath(id) + "/" + control.Kind}
	if control.Kind == aurea.ChangeLoad {
		load := struct {
			Rate        float64 `json:"rate,omitempty"`
			Concurrency int64   `json:"concurrency,omitempty"`
		}{control.Rate, control.Concurrency}
		request = call{method: http.MethodPatch, path: runPath(id) + "/load", body: load}
	}
	err = c.do(ctx, request, &run)
	return run, err
}

// Change changes what may be changed of a run.
func (c *Client) Change(ctx context.Context, id string, change aurea.RunChange) (run aurea.Run, err error) {
	err = c.do(ctx, call{method: http.MethodPatch, path: runPath(id), body: change, again: true}, &run)
	return run, err
}

// Delete forgets a finished run.
func (c *Client) Delete(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: runPath(id)}, nil)
}

// Ready asks whether runs are accepted.
func (c *Client) Ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), headerTimeout)
	defer cancel()
	return c.do(ctx, call{method: http.MethodGet, path: "/readyz"}, nil)
}

// Tally returns the histograms of a finished run, exactly.
func (c *Client) Tally(ctx context.Context, id string) (*aurea.Tally, error) {
	response, err := c.send(ctx, call{
		method: http.MethodGet, path: runPath(id) + "/histogram", again: true,
		query: url.Values{"format": {"binary"}},
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxEvent))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAway, err)
	}
	tally := aurea.NewTally()
	if err := tally.UnmarshalBinary(data); err != nil {
		return nil, fmt.Errorf("the histograms of run %s: %w", id, err)
	}
	return tally, nil
}
