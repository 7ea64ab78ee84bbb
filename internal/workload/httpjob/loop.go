package httpjob

import (
	"context"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// canLoop reports whether an event loop can run the jobs: each is one exchange
// over a connection of HTTP/1.1 that the job need not wait for, and
// nothing of the response is kept.
func (p *params) canLoop() bool {
	o := &p.options
	oneExchange := p.list == nil && p.redirects == 0 && p.poll == nil && p.timeout == 0
	own := p.connections == 0 && !p.lasting && !p.cookies && o.KeepAlive
	plain := !o.HTTP2 && o.Proxy == nil && !o.Decompress
	keepsNothing := p.captures == nil && !p.sampled && p.kept() == 0 && p.heldByJob() == 0
	return oneExchange && own && plain && keepsNothing
}

// newLoop returns an event loop for the jobs.
func (r *httpRunner) newLoop() (workload.Loop, error) {
	first := r.fixed
	if first == nil { // all requests have the target of this one
		request, err := r.request.render(template.Input{}, "")
		if err != nil {
			return nil, err
		}
		first = request
	}
	loop, err := r.client.NewEventLoop()
	if err != nil {
		return nil, err
	}
	return jobLoop{loop, r, first.Request}, nil
}

// A jobLoop is a workload.Loop.
type jobLoop struct {
	*httpclient.EventLoop
	runner *httpRunner
	first  *httpclient.Request
}

// Attach takes an idle connection.
func (l jobLoop) Attach(owner any) workload.Lane { return l.laneOf(l.EventLoop.Attach(l.first, owner)) }

// Open makes a connection.
func (l jobLoop) Open(owner any) workload.Lane { return l.laneOf(l.EventLoop.Open(l.first, owner)) }

// laneOf returns the lane of a connection; nil for none.
func (l jobLoop) laneOf(conn *httpclient.LoopConn) workload.Lane {
	if conn == nil {
		return nil
	}
	conn.Response.Seek = l.runner.expect.contains
	return &lane{LoopConn: conn, runner: l.runner}
}

// A lane is a workload.Lane: a connection with one job at a time.
type lane struct {
	*httpclient.LoopConn
	runner  *httpRunner
	metrics workload.JobMetrics
}

// Start sends the request of a job. The errors of requests that cannot be made
// are those of Run.
func (l *lane) Start(job int64, at time.Time, metrics workload.JobMetrics) bool {
	l.metrics = metrics
	request, err := l.runner.requestOf(context.Background(), job)
	return err == nil && l.Send(request.Request, at)
}

// Proceed reads and judges the response.
func (l *lane) Proceed() (state workload.LaneState, end time.Time, err error) {
	received, end := l.Receive()
	switch received {
	case httpclient.LoopDone:
		l.runner.metricsOf(l.metrics, false).exchange(&l.Response)
		return workload.LaneEnded, end, l.runner.expect.judge(context.Background(), &l.Response)
	case httpclient.LoopWaiting:
		return workload.LaneWaits, end, nil
	default:
		return workload.LaneLeaves, end, nil
	}
}

// Detach takes the connection out of the loop.
func (l *lane) Detach() (begun any) {
	if l.LoopConn.Detach() {
		return l.LoopConn
	}
	return nil
}

// do sends a request, or finishes what a lane has begun of it.
func (r *httpRunner) do(
	ctx context.Context, request *httpclient.Request, keep int, response *httpclient.Response,
) error {
	if conn, ok := workload.BegunOf(ctx).(*httpclient.LoopConn); ok {
		return r.client.Resume(ctx, conn, keep, response)
	}
	return r.clientOf(ctx).Do(ctx, request, keep, response)
}
