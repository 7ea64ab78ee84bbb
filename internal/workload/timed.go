package workload

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Timed is the context of one job after the other: it is that of their run,
// but for the deadline, and what the job is traced as, which are its own. It has
// no timer and its Done is the run's, so that a deadline costs a job nothing; a
// job that must be told when it has passed is made reminded. It is one
// goroutine's.
type Timed struct {
	context.Context // of the run, and never another: who watched it may still look
	deadline        time.Time
	parent          *Traceparent
}

// NewTimed returns a context for the jobs of a run, without a deadline yet.
func NewTimed(run context.Context) *Timed { return &Timed{Context: run} }

// Until makes it the context of the next job, which has to end by then; the zero
// time means that it need not. No job before it may be using it any more.
func (t *Timed) Until(deadline time.Time) *Timed {
	t.deadline, t.parent = deadline, nil
	return t
}

// TracedAs has the job tell those that it calls what it is a part of; nil: nothing.
func (t *Timed) TracedAs(parent *Traceparent) *Timed {
	t.parent = parent
	return t
}

// Value has what the job is traced as, and else what the run has.
func (t *Timed) Value(key any) any {
	if key == (traceKey{}) {
		return t.parent
	}
	return t.Context.Value(key)
}

// Deadline is that of the job.
func (t *Timed) Deadline() (deadline time.Time, ok bool) {
	if t.deadline.IsZero() {
		return t.Context.Deadline()
	}
	return t.deadline, true
}

// A reminded Runner is one whose jobs look whether their context is done, and
// not at its deadline: its contexts are done by then.
type reminded struct{ Runner }

// Run does the job.
func (r reminded) Run(ctx context.Context, job int64, notes Notes) error {
	if deadline, limited := ctx.Deadline(); limited {
		reminding, stop := context.WithDeadline(ctx, deadline)
		defer stop()
		ctx = reminding
	}
	return r.Runner.Run(ctx, job, notes)
}

// An impatient Runner gives its jobs so much time where nobody else limits it.
type impatient struct {
	Runner
	timeout time.Duration
}

// Run does the job, within the timeout.
func (i impatient) Run(ctx context.Context, job int64, notes Notes) error {
	if _, limited := ctx.Deadline(); limited {
		return i.Runner.Run(ctx, job, notes)
	}
	timed, ok := ctx.(*Timed)
	if !ok {
		timed = NewTimed(ctx)
	}
	timed.deadline = time.Now().Add(i.timeout)
	defer func() { timed.deadline = time.Time{} }()
	err := i.Runner.Run(timed, job, notes)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the job took longer than %v, which is the limit where a spec has no timeout: %w", i.timeout, err)
	}
	return err
}

// pause sleeps for d, unless ctx is cancelled first, or its deadline comes first;
// then it returns that error, the latter when it is time.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if ctx.Err() != nil { // or a short timer could be over first
		return ctx.Err()
	}
	var late error
	if deadline, limited := ctx.Deadline(); limited {
		if left := time.Until(deadline); left < d {
			d, late = left, context.DeadlineExceeded
		}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return late
	case <-ctx.Done():
		return ctx.Err()
	}
}
