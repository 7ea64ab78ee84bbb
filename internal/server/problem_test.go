package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// failingFake returns a fake that fails every run with the error.
func failingFake(err error) fake {
	return fake{Runs: failingRuns{err: err},
		do: func(context.Context, aurea.Spec) (aurea.Run, error) { return aurea.Run{}, err }}
}

// A failingRuns returns the same error from every method.
type failingRuns struct {
	Runs
	err error
}

func (r failingRuns) Submit(context.Context, aurea.Spec, string) (aurea.Run, error) {
	return aurea.Run{}, r.err
}
func (r failingRuns) Cancel(context.Context, string) (aurea.Run, error) { return aurea.Run{}, r.err }

// The kinds of error become statuses by one table, wrapped or not. Only
// temporary ones have Retry-After.
func TestStatuses(t *testing.T) {
	tests := []struct {
		err    error
		path   string // an endpoint that can return it
		status int
		again  bool
	}{
		{aurea.ErrInvalid, "/benchmark/run", 400, false},
		{aurea.ErrNotFound, "/v1/runs/x/cancel", 404, false},
		{aurea.ErrConflict, "/v1/runs/x/cancel", 409, false},
		{aurea.ErrMismatch, "/v1/runs", 422, false},
		{aurea.ErrQueueFull, "/v1/runs", 429, true},
		{aurea.ErrUnavailable, "/v1/runs/x/cancel", 503, true},
		{aurea.ErrUnavailable, "/benchmark/run", 503, true},
	}
	for _, test := range tests {
		for _, err := range []error{
			test.err, fmt.Errorf("%w: and so on", test.err),
			errors.Join(errors.New("first"), test.err),
		} {
			got := ask(t, New(newOptions(failingFake(err))), "POST", test.path, `{"num_jobs": 1}`)
			if detail, wrong := got.problem(t, test.status); detail != err.Error() || len(wrong) != 0 {
				t.Errorf("%v: %q, %v", err, detail, wrong)
			}
			if after := got.header.Get("Retry-After"); (after != "") != test.again {
				t.Errorf("%v: Retry-After is %q", err, after)
			}
		}
	}
}

// Every wrong field has its location.
func TestWrongFields(t *testing.T) {
	err := &aurea.InvalidError{Fields: []aurea.FieldError{{Message: "all of it"},
		{Location: "stages[1].rate", Message: "that one"}}}
	detail, wrong := ask(t, New(newOptions(failingFake(err))), "POST", "/benchmark/run", `{"num_jobs": 1}`).problem(t,
		400)
	diff := cmp.Diff(map[string]string{"body": "all of it", "body.stages[1].rate": "that one"}, wrong)
	if diff != "" || detail != "all of it; stages[1].rate: that one" {
		t.Errorf("%q (-want +got):\n%s", detail, diff)
	}
}

// An internal error goes to the log, not to the client; so does a run that
// failed for another reason than its spec.
func TestInternalError(t *testing.T) {
	failed := fake{do: func(context.Context, aurea.Spec) (aurea.Run, error) {
		return aurea.Run{ID: "benchmark-1", Status: aurea.StatusFailed, Error: "secret"}, nil
	}}
	for what, runs := range map[string]Runs{"an error": failingFake(errors.New("secret")), "a failed run": failed} {
		var log bytes.Buffer
		got := ask(t, New(newOptions(runs, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })),
			"POST", "/benchmark/run", `{"num_jobs": 1}`)
		detail, _ := got.problem(t, 500)
		if strings.Contains(string(got.body), "secret") ||
			!strings.Contains(detail, "the log of the service has the details") {
			t.Errorf("%s: the client gets %q", what, detail)
		}
		if !strings.Contains(log.String(), "secret") {
			t.Errorf("%s: the log has %q", what, log.String())
		}
	}
}
