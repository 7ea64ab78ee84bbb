package workload

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A Timed is the context of one job after the other: it is that of their run,
// but for the deadline, which is the job's own. It has no timer and its Done is
// the run's, so that a deadline costs a job nothing; a job that must be told
// when it has passed is made reminded. It is one goroutine's.
type Timed struct {
	context.Context // of the run, and never another: who watched it may still look
	deadline        time.Time
}

// NewTimed returns a context for the jobs of a run, without a deadline yet.
func NewTimed(run context.Context) *Timed { return &Timed{Context: run} }

// Until is the context of the next job, which has to end by then. No job before
// it may be using it any more.
func (t *Timed) Until(deadline time.Time) context.Context {
	t.deadline = deadline
	return t
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
	spare   *sync.Pool // of *Timed
}

func newImpatient(r Runner, timeout time.Duration) impatient {
	return impatient{r, timeout, new(sync.Pool)}
}

// Run does the job, within the timeout.
func (i impatient) Run(ctx context.Context, job int64, notes Notes) error {
	if _, limited := ctx.Deadline(); limited {
		return i.Runner.Run(ctx, job, notes)
	}
	own, _ := i.spare.Get().(*Timed)
	if own == nil || own.Context != ctx {
		own = NewTimed(ctx)
	}
	defer i.spare.Put(own)
	err := i.Runner.Run(own.Until(time.Now().Add(i.timeout)), job, notes)
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
