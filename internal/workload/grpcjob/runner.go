package grpcjob

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A runner runs the grpc jobs of a run. It is safe for concurrent use.
type runner struct {
	*params
	path        string
	streams     *grpc.StreamDesc
	unary       bool // the response has exactly one message
	messages    *messages
	expect      *expectation
	captures    []capture
	calls       *unaryCalls   // nil for streams
	connections []*connection // of streams
	pool        sync.Pool     // of *exchange
}

// newRunner returns the runner of calls.
func newRunner(p *params, known *calls) (*runner, error) {
	r := &runner{
		params: p, path: p.method.path(), streams: known.method.streams(), unary: !known.method.IsStreamingServer(),
		messages: known.messages, expect: known.expect, captures: known.captures,
		pool: sync.Pool{New: func() any { return &exchange{call: new(unaryCall)} }},
	}
	if r.unary && !r.streams.ClientStreams {
		var err error
		r.calls, err = p.newUnaryCalls()
		return r, err
	}
	for range p.connections {
		c, err := p.newConnection()
		if err != nil {
			r.close()
			return nil, err
		}
		r.connections = append(r.connections, c)
	}
	return r, nil
}

// close closes the connections.
func (r *runner) close() {
	if r.calls != nil {
		r.calls.close()
	}
	for _, c := range r.connections {
		c.close()
	}
}

// Run calls the method and judges the response.
func (r *runner) Run(ctx context.Context, job int64, metrics workload.JobMetrics) error {
	in := template.Input{Job: job}
	if r.timed {
		in.Now = time.Now().UnixNano()
	}
	if r.owned {
		in.User = workload.UserOf(ctx)
	}
	session := workload.SessionOf(ctx)
	if session != nil {
		in.Captured = session.Captured
	}
	first, err := r.messages.of(0, in)
	if err != nil {
		return err
	}
	e := r.pool.Get().(*exchange)
	*e = exchange{runner: r, in: in, metrics: metrics, session: session, call: e.call}
	if len(r.captures) > 0 {
		e.captured = make([]string, len(r.captures))
	}
	if r.calls != nil {
		err = e.invoke(ctx, job, first)
	} else {
		err = r.stream(ctx, job, e, first)
	}
	e.report()
	r.pool.Put(e)
	return err
}

// stream makes the call of a stream.
func (r *runner) stream(ctx context.Context, job int64, e *exchange, first *encoded) error {
	outgoing, err := r.outgoing(ctx, e.in)
	if err != nil {
		return err
	}
	outgoing, e.cancel = withDeadline(outgoing)
	defer e.cancel()
	e.connection = r.connections[job%int64(len(r.connections))]
	return e.run(outgoing, first)
}

// withDeadline returns a context that is done at its deadline, which that of a
// job need not be.
func withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, limited := ctx.Deadline(); limited {
		return context.WithDeadline(ctx, deadline)
	}
	return context.WithCancel(ctx)
}

// outgoing returns the context with the metadata of a job. A traced job sends
// its traceparent, unless the user's own metadata contains one.
func (r *runner) outgoing(ctx context.Context, in template.Input) (context.Context, error) {
	md, err := r.metadata.of(in)
	if err != nil {
		return nil, templateFailure(err)
	}
	if !r.metadata.hasTraceparent {
		if traceparent := workload.TraceparentOf(ctx).Send(); traceparent != "" {
			md = metadata.Join(md, metadata.Pairs(workload.TraceHeader, traceparent))
		}
	}
	if md == nil {
		return ctx, nil
	}
	return metadata.NewOutgoingContext(ctx, md), nil
}

// templateFailure returns the failure of a job whose values make no call.
func templateFailure(err error) error {
	return &workload.Failure{Class: classTemplate, Err: fmt.Errorf(
		"the call cannot be made with the values of this job: %w", err)}
}
