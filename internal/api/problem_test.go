package api

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// Each kind of error has a status, wrapped or not, and comes back as itself;
// kinds that share a status come back as the first of them.
func TestStatusesBothWays(t *testing.T) {
	tests := []struct {
		err    error
		status int
		back   error
	}{
		{aurea.ErrInvalid, 400, aurea.ErrInvalid},
		{&aurea.InvalidError{}, 400, aurea.ErrInvalid},
		{aurea.ErrNotFound, 404, aurea.ErrNotFound},
		{aurea.ErrConflict, 409, aurea.ErrConflict},
		{aurea.ErrDamaged, 409, aurea.ErrConflict},
		{aurea.ErrMismatch, 422, aurea.ErrMismatch},
		{aurea.ErrQueueFull, 429, aurea.ErrQueueFull},
		{aurea.ErrUnavailable, 503, aurea.ErrUnavailable},
		{context.Canceled, 503, aurea.ErrUnavailable},
	}
	for _, test := range tests {
		for _, err := range []error{test.err, fmt.Errorf("run x: %w", test.err)} {
			if status, known := Status(err); status != test.status || !known {
				t.Errorf("Status(%v) is %d, %t; want %d", err, status, known, test.status)
			}
		}
		if kind := Kind(test.status); !errors.Is(kind, test.back) {
			t.Errorf("Kind(%d) is %v, want %v", test.status, kind, test.back)
		}
	}
	if status, known := Status(errors.New("other")); known {
		t.Errorf("the status of an unknown error is %d", status)
	}
	if kind := Kind(418); kind != nil {
		t.Errorf("Kind(418) is %v", kind)
	}
}

// An id is one segment of a path.
func TestRunPath(t *testing.T) {
	if got, want := RunPath(CancelRun, "a/../b?c"), "/v1/runs/a%2F..%2Fb%3Fc/cancel"; got != want {
		t.Errorf("the path is %s, want %s", got, want)
	}
}
