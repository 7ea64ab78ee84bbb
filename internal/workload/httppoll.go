package workload

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/param"
)

// pollParameter says how to watch a job of the service that an answer has
// accepted.
var pollParameter = param.Parameter{
	Name: "poll", Type: param.Object, Doc: "asks the service for the job that it has accepted, until that is done",
	Members: []param.Parameter{
		{Name: "url", Type: param.Text, Max: 1000, Default: "Location", Doc: "where the first answer says whom to ask: the name of a header, or a JSONPath such as $.links.self"},
		{Name: "interval", Type: param.Duration, Min: 0.001, Max: 60, Default: 100 * time.Millisecond, Doc: "from the start of a poll to that of the next; the first is made at once"},
		{Name: "status", Type: param.Text, Max: 1000, Default: "$.status", Doc: "where a poll's answer says how the job fares: a JSONPath"},
		{Name: "done", Type: param.List, Min: 1, Max: 20, Items: &param.Parameter{Type: param.Any, Doc: "a value"}, Default: []any{"completed", "done", "succeeded", "success"}, Doc: "what is there when the job is done"},
		{Name: "failed", Type: param.List, Min: 1, Max: 20, Items: &param.Parameter{Type: param.Any, Doc: "a value"}, Default: []any{"failed", "error", "cancelled", "canceled"}, Doc: "what is there when it has failed"},
		{Name: "queue_time", Type: param.Text, Max: 1000, Doc: "where the last answer says how long the job has waited, in seconds or as a duration: a JSONPath"},
		{Name: "queued_at", Type: param.Text, Max: 1000, Doc: "or where it says since when the job waited (RFC 3339)"},
		{Name: "started_at", Type: param.Text, Max: 1000, Doc: "and where, since when it was worked on"},
	},
}

// A poll is how to watch the service's jobs.
type poll struct {
	where    pointer
	interval time.Duration
	status   jsonPath
	done     []any
	failed   []any
	queue    jsonPath // zero where the answers do not say
	queued   jsonPath
	started  jsonPath
}

// A pointer says where an answer has a URL: in a header, or in its JSON.
type pointer struct {
	header string
	path   jsonPath
}

// readPoll is nil without the parameter.
func readPoll(value any) (*poll, error) {
	given, ok := value.(param.Values)
	if !ok {
		return nil, nil //nolint:nilnil // which is what a run without polls has
	}
	p := &poll{
		interval: given["interval"].(time.Duration),
		done:     given["done"].([]any),
		failed:   given["failed"].([]any),
	}
	if where := given["url"].(string); !strings.HasPrefix(where, "$") {
		p.where.header = where
	}
	for _, path := range []struct {
		name string
		to   *jsonPath
	}{{"url", &p.where.path}, {"status", &p.status}, {"queue_time", &p.queue}, {"queued_at", &p.queued}, {"started_at", &p.started}} {
		text, ok := given[path.name].(string)
		if !ok || path.name == "url" && p.where.header != "" {
			continue
		}
		var err error
		if *path.to, err = readPath(text); err != nil {
			return nil, wrongField("poll."+path.name, err.Error())
		}
	}
	if p.queued.isZero() != p.started.isZero() {
		return nil, wrongField("poll", "must have queued_at and started_at together: the time in the queue is what lies between them")
	}
	return p, nil
}

// await asks the service for the job that the answer has accepted, until it has
// ended.
func (c *caller) await(ctx context.Context, accepted prepared, answer *httpclient.Response, notes Notes) error {
	to, err := c.poll.where.find(ctx, accepted.url, answer)
	if err != nil {
		return err
	}
	ask, err := c.prepare(prepared{method: http.MethodGet, url: to, header: accepted.header}, accepted.url)
	if err != nil {
		return err
	}
	for {
		begin := time.Now()
		ended, err := c.ask(ctx, ask, answer, notes)
		if err != nil || ended {
			return err
		}
		if err := pause(ctx, c.poll.interval-time.Since(begin)); err != nil {
			return err
		}
	}
}

// find is the URL that an answer from another one names.
func (p pointer) find(ctx context.Context, from *url.URL, answer *httpclient.Response) (*url.URL, error) {
	text := answer.Header(p.header)
	where := "header " + p.header
	if !p.path.isZero() {
		err := withJSON(ctx, answer, func(document any) error {
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

// ask polls once: whether the job is done.
func (c *caller) ask(ctx context.Context, p prepared, answer *httpclient.Response, notes Notes) (done bool, err error) {
	if _, err := c.call(ctx, p, int(c.kept), answer, teller{notes, true}); err != nil {
		return false, err
	}
	if err := (expectation{}).judge(ctx, answer); err != nil {
		return false, err
	}
	err = withJSON(ctx, answer, func(document any) error {
		done, err = c.poll.ended(ctx, document)
		if err != nil || !done {
			return err
		}
		return c.poll.noteQueue(ctx, document, notes)
	})
	return done && err == nil, err
}

// ended reports whether the job is done, by the answer to a poll.
func (p *poll) ended(ctx context.Context, document any) (bool, error) {
	status, found, err := p.status.first(ctx, document)
	is := func(value any) bool { return equal(status, value) }
	switch {
	case err != nil:
		return false, err
	case !found:
		return false, wrongBody("the answer has nothing at %s", p.status.text)
	case slices.ContainsFunc(p.failed, is):
		return false, &Failure{"job", fmt.Errorf("the service says that the job has failed: %s is %s", p.status.text, clip(scalar(status)))}
	}
	return slices.ContainsFunc(p.done, is), nil
}

// noteQueue notes how long the job has waited, where the answer is to say it.
func (p *poll) noteQueue(ctx context.Context, document any, notes Notes) error {
	waited, err := p.waited(ctx, document)
	if err != nil {
		return err
	}
	if waited >= 0 {
		notes.Phase(phaseQueue, waited)
	}
	return nil
}

// waited is negative where the answer is not to say it.
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

// time is the moment that the answer has at the path.
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
