package httpjob

import (
	"context"
	"errors"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// keepSample keeps the beginning of every response for the sample: whether a job
// fails is known when its response has been read.
func (p *params) keepSample(maxBody int64) {
	p.sampleKept = min(aurea.MaxSampledBody, maxBody)
	p.maxKept = max(p.maxKept, p.sampleKept)
}

// noteExchange keeps a request of a job that is drawn. err is why there is no
// whole response; nil if there is one.
func (r *httpRunner) noteExchange(
	ctx context.Context, p *prepared, request *httpclient.Request, response *httpclient.Response, err error,
) {
	if sample := workload.SampleOf(ctx); sample.Drawn() {
		sample.Add(r.describe(p, request, response, err))
	}
}

// noteFailure keeps the request with which a job failed, unless the job is drawn
// or enough failures of the class are kept.
func (r *httpRunner) noteFailure(ctx context.Context, p *prepared, response *httpclient.Response, err error) {
	class := failureClass(err)
	if class == "" || p.Request == nil {
		return
	}
	workload.SampleOf(ctx).Fail(class, func() aurea.Exchange {
		var incomplete error
		if response.Status == 0 {
			incomplete = err
		}
		return r.describe(p, p.Request, response, incomplete)
	})
}

// failureClass returns the class of a job's error; "" for one that was stopped.
func failureClass(err error) string {
	var failure *workload.Failure
	switch {
	case errors.As(err, &failure):
		return failure.Class
	case errors.Is(err, context.DeadlineExceeded):
		return httpclient.ClassTimeout
	}
	return ""
}

// describe returns a request and its response for the sample.
func (r *httpRunner) describe(
	p *prepared, request *httpclient.Request, response *httpclient.Response, err error,
) aurea.Exchange {
	t := response.Phases
	e := aurea.Exchange{
		Step: r.name, Method: p.method, URL: p.url.String(),
		Request:  aurea.NewSampledMessage(request.HeaderLines(), p.body, int64(len(p.body))),
		Duration: (t.Wait + t.DNS + t.Connect + t.TLS + t.FirstByte + t.Body).Seconds(),
	}
	if response.Status > 0 {
		e.Response = &aurea.SampledResponse{
			Status:         response.Status,
			SampledMessage: aurea.NewSampledMessage(response.HeaderLines(), response.Body, response.Length),
		}
	}
	if err != nil {
		e.Error = err.Error()
	}
	return e
}
