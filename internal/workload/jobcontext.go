package workload

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A JobContext is the context of a run's jobs on one goroutine, one job after
// the other. It is the run's context, but each job has its own deadline and
// traceparent. It has no timer, and Done is the run's: so a deadline costs a job
// nothing. A job that needs Done at its deadline runs in a withDeadlineTimer. A
// JobContext belongs to one goroutine.
type JobContext struct {
	context.Context // the run's; it stays the same, as goroutines may still watch it
	deadline        time.Time
	started         time.Time // of a job whose start nothing has asked for; otherwise zero
	parent          *Traceparent
	sample          *JobSample // nil unless the run keeps a sample
	begun           any        // by a Lane that the job has left; nil for none
	session         *Session   // of a job with steps; nil if they share nothing
	user            user       // whose jobs they are
}

// NewJobContext returns a context for the jobs of a run, without a deadline.
func NewJobContext(run context.Context) *JobContext { return &JobContext{Context: run} }

// Sampling sets where the jobs report their requests; nil for nowhere.
func (c *JobContext) Sampling(sample *JobSample) *JobContext {
	c.sample = sample
	return c
}

// OfUser sets the number of the user whose jobs they are.
func (c *JobContext) OfUser(number int64) *JobContext {
	c.user.number = number
	return c
}

// Until makes c the context of the next job, with the given deadline; the zero
// time means none. The job before must not use it any more.
func (c *JobContext) Until(deadline time.Time) *JobContext {
	c.started, c.deadline, c.parent = time.Time{}, deadline, nil
	return c
}

// From sets when the job starts, which saves it a clock read.
func (c *JobContext) From(start time.Time) *JobContext {
	c.started = start
	return c
}

// start returns when the first thing that a job does has begun, which is the
// job's start. For what follows, such as a later step of the job, it is now.
func (c *JobContext) start() time.Time {
	if c.started.IsZero() {
		return time.Now()
	}
	start := c.started
	c.started = time.Time{}
	return start
}

// TracedAs sets the traceparent that the job sends; nil sends none.
func (c *JobContext) TracedAs(parent *Traceparent) *JobContext {
	c.parent = parent
	return c
}

// Resuming sets what a Lane has begun of the next job, or nil.
func (c *JobContext) Resuming(begun any) { c.begun = begun }

// BegunOf returns what a Lane has begun of the job with the given context, once;
// nil for none.
func BegunOf(ctx context.Context) any {
	c, _ := ctx.Value(begunKey{}).(*JobContext)
	if c == nil {
		return nil
	}
	begun := c.begun
	c.begun = nil
	return begun
}

type begunKey struct{}

// Value returns the job's traceparent, session or sample, or the run's value.
func (c *JobContext) Value(key any) any {
	switch key {
	case traceKey{}:
		return c.parent
	case sessionKey{}:
		return c.session
	case sampleKey{}:
		return c.sample
	case begunKey{}, userKey{}:
		return c
	}
	return c.Context.Value(key)
}

// Deadline returns the job's deadline, or else the run's.
func (c *JobContext) Deadline() (deadline time.Time, ok bool) {
	if c.deadline.IsZero() {
		return c.Context.Deadline()
	}
	return c.deadline, true
}

// withDeadlineTimer runs jobs that watch Done and not the deadline: it cancels
// their context at its deadline.
type withDeadlineTimer struct{ Runner }

// Run does the job.
func (r withDeadlineTimer) Run(ctx context.Context, job int64, metrics JobMetrics) error {
	if deadline, limited := ctx.Deadline(); limited {
		timed, stop := context.WithDeadline(ctx, deadline)
		defer stop()
		ctx = timed
	}
	return r.Runner.Run(ctx, job, metrics)
}

// withDefaultTimeout limits jobs whose context has no deadline.
type withDefaultTimeout struct {
	Runner
	timeout time.Duration
}

// Run does the job, within the timeout.
func (r *withDefaultTimeout) Run(ctx context.Context, job int64, metrics JobMetrics) error {
	if _, limited := ctx.Deadline(); limited {
		return r.Runner.Run(ctx, job, metrics)
	}
	jobContext, ok := ctx.(*JobContext)
	if !ok {
		jobContext = NewJobContext(ctx)
	}
	jobContext.deadline = jobContext.start().Add(r.timeout)
	defer func() { jobContext.deadline = time.Time{} }()
	err := r.Runner.Run(jobContext, job, metrics)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the job took longer than %v, which is the limit where a spec has no timeout: %w",
			r.timeout, err)
	}
	return err
}

// WithTimeout returns a Runner whose jobs take no longer than d, and no longer than
// the deadline of their context. 0 means no timeout.
func WithTimeout(r Runner, d time.Duration) Runner {
	if d == 0 {
		return r
	}
	return withTimeout{r, d}
}

type withTimeout struct {
	Runner
	timeout time.Duration
}

// Run does the job, within the timeout.
func (r withTimeout) Run(ctx context.Context, job int64, metrics JobMetrics) error {
	deadline := time.Now().Add(r.timeout)
	if before, limited := ctx.Deadline(); limited && before.Before(deadline) {
		return r.Runner.Run(ctx, job, metrics)
	}
	jobContext, ok := ctx.(*JobContext)
	if !ok {
		jobContext = NewJobContext(ctx)
	}
	before := jobContext.deadline
	jobContext.deadline = deadline
	defer func() { jobContext.deadline = before }()
	err := r.Runner.Run(jobContext, job, metrics)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("it took longer than its timeout of %v: %w", r.timeout, err)
	}
	return err
}

// Pause sleeps for d. If ctx is cancelled or its deadline passes first, Pause
// returns the context's error at that moment.
func Pause(ctx context.Context, d time.Duration) error {
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
