package httpjob

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// pollParameter declares how to poll for a job that the service has accepted.
var pollParameter = param.Parameter{
	Name: "poll", Type: param.Object, Doc: "asks the service for the job that it has accepted, until that is done",
	Members: []param.Parameter{
		{
			Name: "url", Type: param.Text, Max: 1000, Default: "Location",
			Doc: "where the first answer says whom to ask: the name of a header, or a JSONPath such as $.links.self",
		},
		{
			Name: "interval", Type: param.Duration, Min: 0.001, Max: 60, Default: 100 * time.Millisecond,
			Doc: "from the start of a poll to that of the next; the first is made at once",
		},
		{
			Name: "status", Type: param.Text, Max: 1000, Default: "$.status",
			Doc: "where a poll's answer says how the job fares: a JSONPath",
		},
		{
			Name: "expect", Type: param.Object,
			Doc: "which answers to polls are right; without it, those with a status below 400",
			Members: []param.Parameter{
				statusParameter("statuses that are right, or classes of them such as 2xx"),
			},
		},
		{
			Name: "done", Type: param.List, Min: 1, Max: 20,
			Items:   &param.Parameter{Type: param.Any, Doc: "a value"},
			Default: []any{"completed", "done", "succeeded", "success"},
			Doc:     "what is there when the job is done",
		},
		{
			Name: "failed", Type: param.List, Min: 1, Max: 20,
			Items:   &param.Parameter{Type: param.Any, Doc: "a value"},
			Default: []any{"failed", "error", "cancelled", "canceled"},
			Doc:     "what is there when it has failed",
		},
		{
			Name: "queue_time", Type: param.Text, Max: 1000,
			Doc: "where the last answer says how long the job has waited, in seconds or as a duration: a JSONPath",
		},
		{
			Name: "queued_at", Type: param.Text, Max: 1000,
			Doc: "or where it says since when the job waited (RFC 3339)",
		},
		{
			Name: "started_at", Type: param.Text, Max: 1000,
			Doc: "and where, since when it was worked on",
		},
	},
}

// A poll is how the jobs of the service are polled.
type poll struct {
	where    urlSource
	interval time.Duration
	expect   expectation
	status   jsonPath
	done     []any
	failed   []any
	queue    jsonPath // zero if the responses do not say
	queued   jsonPath
	started  jsonPath
}

// A urlSource is where a response contains a URL: in a header, or in its JSON.
type urlSource struct {
	header string
	path   jsonPath
}

// newPoll reads the parameter; nil if it is not given.
func newPoll(v param.Values) (*poll, error) {
	if v == nil {
		return nil, nil //nolint:nilnil // most requests poll nothing
	}
	p := &poll{interval: v.Duration("interval"), done: v.List("done"), failed: v.List("failed")}
	p.expect.statuses = newStatusSet(v.Object(expectParameter.Name))
	if where := v.Text("url"); !strings.HasPrefix(where, "$") {
		p.where.header = where
	}
	for _, path := range []struct {
		name string
		to   *jsonPath
	}{
		{"url", &p.where.path}, {"status", &p.status}, {"queue_time", &p.queue},
		{"queued_at", &p.queued}, {"started_at", &p.started},
	} {
		if !v.Has(path.name) || path.name == "url" && p.where.header != "" {
			continue
		}
		var err error
		if *path.to, err = parsePath(v.Text(path.name)); err != nil {
			return nil, param.Invalid("poll."+path.name, "%v", err)
		}
	}
	if p.queued.isZero() != p.started.isZero() {
		return nil, param.Invalid("poll",
			"must have queued_at and started_at together: the time in the queue is what lies between them")
	}
	return p, nil
}

// await polls the service for the job that it has accepted, until the job has
// ended.
func (r *httpRunner) await(
	ctx context.Context, accepted *prepared, response *httpclient.Response, metrics workload.JobMetrics,
) error {
	to, err := r.poll.where.find(ctx, accepted.url, response)
	if err != nil {
		return err
	}
	ask, err := r.prepare(&prepared{method: http.MethodGet, url: to, header: accepted.header}, accepted.url)
	if err != nil {
		return err
	}
	for {
		begin := time.Now()
		ended, err := r.ask(ctx, ask, response, metrics)
		if err != nil || ended {
			return err
		}
		if err := workload.Pause(ctx, r.poll.interval-time.Since(begin)); err != nil {
			return err
		}
	}
}

// find returns the URL that a response contains, relative to the URL that it
// came from.
func (p urlSource) find(ctx context.Context, from *url.URL, response *httpclient.Response) (*url.URL, error) {
	text := response.Header(p.header)
	where := "header " + p.header
	if !p.path.isZero() {
		err := withJSON(ctx, response, func(document any) error {
			found, _, err := p.path.first(ctx, document)
			text, _ = found.(string)
			return err
		})
		if err != nil {
			return nil, err
		}
		where = p.path.text
	}
	if text == "" {
		return nil, wrongBody("the answer does not say whom to ask: there is no URL at %s", where)
	}
	to, err := from.Parse(text)
	if err != nil {
		return nil, wrongBody("the answer names no URL at %s: %w", where, err)
	}
	return to, nil
}

// ask polls once and reports whether the job is done.
func (r *httpRunner) ask(
	ctx context.Context, p *prepared, response *httpclient.Response, metrics workload.JobMetrics,
) (done bool, err error) {
	answered, err := r.call(ctx, p, int(r.maxKept), response, r.metricsOf(metrics, true))
	if err == nil {
		done, err = r.judgePoll(ctx, response, metrics)
	}
	if err != nil && r.sampled {
		r.noteFailure(ctx, answered, response, err)
	}
	return done, err
}

// judgePoll reports whether the response to a poll says that the job is done.
func (r *httpRunner) judgePoll(
	ctx context.Context, response *httpclient.Response, metrics workload.JobMetrics,
) (done bool, err error) {
	if err := r.poll.expect.judge(ctx, response); err != nil {
		return false, err
	}
	err = withJSON(ctx, response, func(document any) error {
		done, err = r.poll.ended(ctx, document)
		if err != nil || !done {
			return err
		}
		return r.poll.reportQueue(ctx, document, metrics)
	})
	return done && err == nil, err
}

// ended reports whether the job is done, given the response to a poll.
func (p *poll) ended(ctx context.Context, document any) (bool, error) {
	status, found, err := p.status.first(ctx, document)
	is := func(value any) bool { return equal(status, value) }
	switch {
	case err != nil:
		return false, err
	case !found:
		return false, wrongBody("the answer has nothing at %s", p.status.text)
	case slices.ContainsFunc(p.failed, is):
		return false, &workload.Failure{Class: "job", Err: fmt.Errorf(
			"the service says that the job has failed: %s is %s", p.status.text, clip(scalar(status)))}
	}
	return slices.ContainsFunc(p.done, is), nil
}

// reportQueue reports how long the job has waited, if the response contains it.
func (p *poll) reportQueue(ctx context.Context, document any, metrics workload.JobMetrics) error {
	waited, err := p.waited(ctx, document)
	if err != nil {
		return err
	}
	if waited >= 0 {
		metrics.Phase(phaseQueue, waited)
	}
	return nil
}

// waited returns how long the job has waited; negative if responses do not say.
func (p *poll) waited(ctx context.Context, document any) (time.Duration, error) {
	switch {
	case !p.queue.isZero():
		value, _, err := p.queue.first(ctx, document)
		if err != nil {
			return 0, err
		}
		waited, err := time.ParseDuration(scalar(value))
		if err != nil {
			waited, err = time.ParseDuration(scalar(value) + "s")
		}
		if err != nil || waited < 0 {
			return 0, wrongBody("the answer has no time at %s, in seconds or such as 250ms", p.queue.text)
		}
		return waited, nil
	case !p.queued.isZero():
		queued, err := p.queued.time(ctx, document)
		if err != nil {
			return 0, err
		}
		started, err := p.started.time(ctx, document)
		return max(started.Sub(queued), 0), err
	}
	return -1, nil
}

// time returns the time that the response contains at the path.
func (p jsonPath) time(ctx context.Context, document any) (time.Time, error) {
	value, _, err := p.first(ctx, document)
	if err != nil {
		return time.Time{}, err
	}
	moment, err := time.Parse(time.RFC3339, scalar(value))
	if err != nil {
		return moment, wrongBody("the answer has no moment at %s, such as 2026-01-02T15:04:05Z", p.text)
	}
	return moment, nil
}
