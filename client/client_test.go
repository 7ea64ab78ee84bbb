package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
)

// connect returns a client of a service that the handler stands for.
func connect(t *testing.T, token string, handler http.HandlerFunc) *client.Client {
	t.Helper()
	service := httptest.NewServer(handler)
	c, err := client.New(service.URL+"/", token)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); service.Close() })
	return c
}

func TestNewRefusesOtherURLs(t *testing.T) {
	for _, base := range []string{"", "127.0.0.1:5000", "localhost", "ftp://localhost", "http://", "/v1"} {
		if _, err := client.New(base, ""); err == nil {
			t.Errorf("New(%q) accepts it", base)
		}
	}
}

// Requests that are safe to repeat are retried after temporary errors, five
// times at most; others are sent once.
func TestRetries(t *testing.T) {
	get := func(c *client.Client) error { _, err := c.Get(t.Context(), "x"); return err }
	submit := func(c *client.Client) error { _, err := c.Submit(t.Context(), aurea.Spec{}, ""); return err }
	change := func(c *client.Client) error { _, err := c.Change(t.Context(), "x", aurea.RunChange{}); return err }
	cancel := func(c *client.Client) error { _, err := c.Cancel(t.Context(), "x"); return err }
	remove := func(c *client.Client) error { return c.Delete(t.Context(), "x") }
	control := func(c *client.Client) error {
		_, err := c.Control(t.Context(), "x", aurea.Control{Kind: aurea.Pause})
		return err
	}
	tests := []struct {
		name             string
		call             func(*client.Client) error
		failures, status int // the first so many responses have this status
		requests         int
		err              error
	}{
		{"Get succeeds", get, 0, 0, 1, nil},
		{"Get, unavailable twice", get, 2, 503, 3, nil},
		{"Get, always unavailable", get, 9, 503, 5, aurea.ErrUnavailable},
		{"Get, full queue", get, 1, 429, 2, nil},
		{"Get, not found", get, 9, 404, 1, aurea.ErrNotFound},
		{"Submit", submit, 4, 503, 5, nil},
		{"Change", change, 1, 503, 2, nil},
		{"Cancel", cancel, 9, 503, 1, aurea.ErrUnavailable},
		{"Delete", remove, 9, 503, 1, aurea.ErrUnavailable},
		{"Control", control, 9, 503, 1, aurea.ErrUnavailable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var requests atomic.Int64
			var keys []string // of one goroutine at a time
			c := connect(t, "", func(w http.ResponseWriter, r *http.Request) {
				keys = append(keys, r.Header.Get("Idempotency-Key"))
				if requests.Add(1) <= int64(test.failures) {
					w.Header().Set("Retry-After", "0")
					w.WriteHeader(test.status)
					return
				}
				_, _ = io.WriteString(w, "{}")
			})
			if err := test.call(c); !errors.Is(err, test.err) {
				t.Errorf("the error is %v, want %v", err, test.err)
			}
			if got := int(requests.Load()); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
			if len(slices.Compact(keys)) != 1 {
				t.Errorf("the retries have different keys: %q", keys)
			}
		})
	}
}

// A problem document becomes the error that the server had; a response that is
// none still has the kind of its status.
func TestErrors(t *testing.T) {
	tests := []struct {
		status int
		body   string
		kind   error
		says   string
	}{
		{400, `{"detail": "num_jobs: must be more"}`, aurea.ErrInvalid, "num_jobs: must be more"},
		{404, `{"detail": "no run x"}`, aurea.ErrNotFound, "no run x"},
		{409, `{"detail": "has finished"}`, aurea.ErrConflict, "has finished"},
		{422, `{"detail": "another spec"}`, aurea.ErrMismatch, "another spec"},
		{429, `{"detail": "the queue is full"}`, aurea.ErrQueueFull, "the queue is full"},
		{503, `{"detail": "draining"}`, aurea.ErrUnavailable, "draining"},
		{503, `<h1>no backend</h1>`, aurea.ErrUnavailable, "the server answers 503 Service Unavailable"},
		{418, `{"detail": "a teapot"}`, nil, "a teapot"},
	}
	for _, test := range tests {
		c := connect(t, "", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		})
		_, err := c.Cancel(t.Context(), "x")
		if err == nil || err.Error() != test.says {
			t.Errorf("%d %s: the error is %v, want %q", test.status, test.body, err, test.says)
		}
		if test.kind != nil && !errors.Is(err, test.kind) {
			t.Errorf("%d %s: the error is %v, want a %v", test.status, test.body, err, test.kind)
		}
	}
}

// Fields are named as in the spec, without the place in the request.
func TestFieldErrors(t *testing.T) {
	c := connect(t, "", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"detail": "two", "errors": [
			{"location": "body.stages[1].rate", "message": "must be more"},
			{"location": "body", "message": "needs a duration"}]}`)
	})
	_, err := c.Submit(t.Context(), aurea.Spec{}, "")
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("the error is %v, want an InvalidError", err)
	}
	want := []aurea.FieldError{
		{Location: "stages[1].rate", Message: "must be more"}, {Message: "needs a duration"},
	}
	if diff := cmp.Diff(want, invalid.Fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An id is one segment of the path, and the token is a bearer token.
func TestRequest(t *testing.T) {
	c := connect(t, "s3cret", func(w http.ResponseWriter, r *http.Request) {
		if got, want := r.URL.EscapedPath(), "/v1/runs/..%2Fa%20b"; got != want {
			t.Errorf("the path is %s, want %s", got, want)
		}
		if got, want := r.Header.Get("Authorization"), "Bearer s3cret"; got != want {
			t.Errorf("the authorization is %q, want %q", got, want)
		}
		_, _ = io.WriteString(w, "{}")
	})
	if _, err := c.Get(t.Context(), "../a b"); err != nil {
		t.Error(err)
	}
}

// When ctx ends, the error is its cause.
func TestCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	c := connect(t, "", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	cause := errors.New("the user left")
	cancel(cause)
	if _, err := c.Get(ctx, "x"); !errors.Is(err, cause) {
		t.Errorf("the error is %v, want %v", err, cause)
	}
}

// A watch whose connection breaks resumes after the last update, none twice.
func TestWatchResumes(t *testing.T) {
	var after []string // of one goroutine at a time
	c := connect(t, "", func(w http.ResponseWriter, r *http.Request) {
		after = append(after, r.Header.Get("Last-Event-ID"))
		switch len(after) {
		case 1:
			fmt.Fprint(w, ":\n\n", "id: 1\nevent: status\ndata: {\"id\": \"x\", \"status\": \"running\"}\n\n")
			fmt.Fprint(w, "id: 2\nevent: pro")
		case 2:
			fmt.Fprint(w, "id: 2\nevent: progress\ndata: {\"ok\": 7}\n\n", ": a comment\n\n")
			fmt.Fprint(w, "id: 3\nevent: unknown\ndata: x\n\n")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		default:
			fmt.Fprint(w, "id: 4\nevent: status\ndata: {\"id\": \"x\", \"status\": \"completed\"}\n\n")
			fmt.Fprint(w, "id: 5\nevent: result\ndata: {\"completed_jobs\": 9}\n\n")
		}
	})
	var got []string
	for update, err := range c.Watch(t.Context(), "x", 0) {
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(update.ID, " ", update.Kind, " ", update.Run.Status)
		if update.Run.Progress != nil {
			text += fmt.Sprint(" ok ", update.Run.Progress.OK)
		}
		if update.Run.Result != nil {
			text += fmt.Sprint(" completed ", update.Run.Result.CompletedJobs)
		}
		got = append(got, text)
	}
	want := []string{
		"0  ", "1 status running", "2 progress running ok 7", "4 status completed", "5 result completed completed 9",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("updates (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"", "1", "2"}, after); diff != "" {
		t.Errorf("Last-Event-ID (-want +got):\n%s", diff)
	}
}
