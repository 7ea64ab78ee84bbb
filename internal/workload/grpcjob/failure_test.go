package grpcjob

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
)

// A limitedContext has a deadline that it does not notice.
type limitedContext struct {
	context.Context
	deadline time.Time
}

func (c limitedContext) Deadline() (time.Time, bool) { return c.deadline, true }

// After its deadline, a call that ended as late, or that the server cancelled, has
// ended because of the deadline.
func TestEndOf(t *testing.T) {
	past, future := time.Now().Add(-time.Millisecond), time.Now().Add(time.Hour)
	for _, test := range []struct {
		deadline time.Time
		code     codes.Code
		want     error
	}{
		{past, codes.DeadlineExceeded, context.DeadlineExceeded},
		{past, codes.Canceled, context.DeadlineExceeded},
		{past, codes.Unavailable, nil},
		{future, codes.DeadlineExceeded, nil},
		{future, codes.Canceled, nil},
	} {
		if got := endOf(limitedContext{t.Context(), test.deadline}, test.code); got != test.want { //nolint:errorlint // as is
			t.Errorf("%v with a deadline in %v: %v, want %v", test.code, time.Until(test.deadline), got, test.want)
		}
	}
}
