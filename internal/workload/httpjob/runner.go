package httpjob

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// classTemplate is the class of jobs whose values make no request.
const classTemplate = "template"

// An httpRunner runs the http jobs of a run. It is safe for concurrent use.
type httpRunner struct {
	*params
	client    *httpclient.Client
	users     userClients
	fixed     *prepared       // the request of every job; nil if jobs differ
	used      *workload.Meter // of memory
	responses sync.Pool
}

func newRunner(p *params, used *workload.Meter) (*httpRunner, error) {
	r := &httpRunner{
		params: p, client: httpclient.New(p.options), used: used,
		responses: sync.Pool{New: func() any { return new(httpclient.Response) }},
	}
	if p.list != nil || !p.request.fixed() {
		return r, nil
	}
	request, err := p.request.render(template.Input{}, "")
	r.fixed = request
	return r, err
}

// close closes all connections.
func (r *httpRunner) close() {
	r.client.Close()
	r.users.close()
}

// Run sends the job's request and judges the response. With poll it then waits
// until the service says that the job is done.
func (r *httpRunner) Run(ctx context.Context, job int64, metrics workload.JobMetrics) error {
	if held := r.heldByJob(); held > 0 {
		if !r.used.Take(held, r.memory) {
			return r.memory.Exceeded(held)
		}
		defer r.used.Give(held)
	}
	response := r.responses.Get().(*httpclient.Response)
	defer r.responses.Put(response)
	response.Seek = r.expect.contains
	request, err := r.requestOf(ctx, job)
	if err != nil {
		return err
	}
	answered, err := r.exchange(ctx, request, response, metrics)
	if err != nil && r.sampled {
		r.noteFailure(ctx, answered, response, err)
	}
	return err
}

// exchange sends a request, judges the response, and with poll waits until the
// job is done. It returns the request that the first response is to.
func (r *httpRunner) exchange(
	ctx context.Context, request *prepared, response *httpclient.Response, metrics workload.JobMetrics,
) (answered *prepared, err error) {
	var begin time.Time
	if r.poll != nil {
		begin = time.Now()
	}
	answered, err = r.call(ctx, request, r.kept(), response, r.metricsOf(metrics, false))
	if err == nil {
		err = r.expect.judge(ctx, response)
	}
	if err != nil {
		return answered, err
	}
	if r.poll == nil {
		return answered, captureFound(ctx, response, r.captures)
	}
	metrics.Phase(phaseAccept, time.Since(begin))
	if err := r.await(ctx, answered, response, metrics); err != nil {
		return answered, workload.Inside("poll", err)
	}
	metrics.Phase(phaseCompletion, time.Since(begin))
	return answered, captureAll(ctx, response, r.captures)
}

// requestOf returns the request of a job. A traced job sends its traceparent,
// unless the user's own headers contain one.
func (r *httpRunner) requestOf(ctx context.Context, job int64) (*prepared, error) {
	traceparent := ""
	if !r.request.hasTraceparent {
		traceparent = workload.TraceparentOf(ctx).Send()
	}
	if r.list != nil {
		return r.list.of(job, traceparent, r.options)
	}
	if r.fixed != nil && traceparent == "" {
		return r.fixed, nil
	}
	in := template.Input{Job: job}
	if r.request.timed {
		in.Now = time.Now().UnixNano()
	}
	if r.request.owned {
		in.User = workload.UserOf(ctx)
	}
	if session := workload.SessionOf(ctx); session != nil {
		in.Captured = session.Captured
	}
	request, err := r.request.render(in, traceparent)
	if err != nil {
		return request, &workload.Failure{Class: classTemplate, Err: fmt.Errorf(
			"the request cannot be sent with the values of this job: %w", err)}
	}
	return request, nil
}
