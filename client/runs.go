package client

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// Submit queues a run and returns it as soon as the service has stored it. A
// key that was sent before returns the run it made then, or an
// aurea.ErrMismatch if the spec was another. An empty key is replaced by a
// random one, so that a retry cannot start a second run. Errors are
// aurea.ErrInvalid, aurea.ErrQueueFull and aurea.ErrUnavailable.
func (c *Client) Submit(ctx context.Context, spec aurea.Spec, key string) (run aurea.Run, err error) {
	if key == "" {
		key = rand.Text()
	}
	err = c.do(ctx, call{
		method: http.MethodPost, path: api.Runs, body: spec, repeatable: true,
		header: http.Header{"Idempotency-Key": {key}},
	}, &run)
	return run, err
}

// Forecast returns what a run of the spec would do at the service, which runs
// nothing. The error is an aurea.ErrInvalid if Submit would be refused.
func (c *Client) Forecast(ctx context.Context, spec aurea.Spec) (forecast aurea.Forecast, err error) {
	err = c.do(ctx, call{method: http.MethodPost, path: api.Plan, body: spec, repeatable: true}, &forecast)
	return forecast, err
}

// Get returns the current state of a run, with its result if it has one. An
// unknown id is an aurea.ErrNotFound, here and in every other method.
func (c *Client) Get(ctx context.Context, id string) (run aurea.Run, err error) {
	err = c.do(ctx, call{method: http.MethodGet, path: api.RunPath(api.Run, id), repeatable: true}, &run)
	return run, err
}

// Wait returns a run when it has finished. When ctx ends first it returns the
// run's latest known state and no error.
func (c *Client) Wait(ctx context.Context, id string) (aurea.Run, error) {
	run, err := c.Get(context.WithoutCancel(ctx), id)
	for err == nil && !run.Status.Finished() && ctx.Err() == nil {
		var later aurea.Run
		err = c.do(ctx, call{
			method: http.MethodGet, path: api.RunPath(api.Run, id), repeatable: true,
			query: url.Values{"wait": {"50s"}},
		}, &later)
		if err == nil {
			run = later
		}
	}
	if ctx.Err() != nil {
		err = nil
	}
	return run, err
}

// List returns a page of runs, newest first. Set query.Cursor to the page's
// NextCursor for the next page; NextCursor is "" on the last one. Results in a
// list have no series and no jobs.
func (c *Client) List(ctx context.Context, query aurea.RunQuery) (page aurea.RunPage, err error) {
	err = c.do(ctx, call{method: http.MethodGet, path: api.Runs, query: encodeQuery(query), repeatable: true}, &page)
	return page, err
}

func encodeQuery(q aurea.RunQuery) url.Values {
	values := url.Values{}
	set := func(name, value string) {
		if value != "" {
			values.Add(name, value)
		}
	}
	if q.Limit > 0 {
		set("limit", strconv.Itoa(q.Limit))
	}
	set("cursor", q.Cursor)
	for _, status := range q.Statuses {
		set("status", string(status))
	}
	set("workload", q.Workload)
	set("name", q.Name)
	set("q", q.Text)
	for key, value := range q.Labels {
		set("label", key+":"+value)
	}
	if !q.Since.IsZero() {
		set("since", q.Since.Format(time.RFC3339Nano))
	}
	if !q.Until.IsZero() {
		set("until", q.Until.Format(time.RFC3339Nano))
	}
	set("verdict", string(q.Verdict))
	if q.Baseline {
		set("baseline", "true")
	}
	return values
}

// Cancel asks the service to stop a run and returns the run's current state;
// Wait returns its partial result. A finished run is an aurea.ErrConflict.
func (c *Client) Cancel(ctx context.Context, id string) (run aurea.Run, err error) {
	err = c.do(ctx, call{method: http.MethodPost, path: api.RunPath(api.CancelRun, id)}, &run)
	return run, err
}

// Control pauses a running run, resumes it or changes its load, and returns its
// new state. It is an aurea.ErrConflict if the run does not run or cannot be
// changed so, and an aurea.ErrInvalid if the load is out of range.
func (c *Client) Control(ctx context.Context, id string, control aurea.Control) (run aurea.Run, err error) {
	request := call{method: http.MethodPost, path: api.RunPath(api.Run, id) + "/" + control.Kind}
	if control.Kind == aurea.ChangeLoad {
		load := struct {
			Rate        float64 `json:"rate,omitempty"`
			Concurrency int64   `json:"concurrency,omitempty"`
		}{control.Rate, control.Concurrency}
		request = call{method: http.MethodPatch, path: api.RunPath(api.Load, id), body: load}
	}
	err = c.do(ctx, request, &run)
	return run, err
}

// Change sets a run's note or baseline mark; nil fields of the change stay as
// they are. It returns the changed run.
func (c *Client) Change(ctx context.Context, id string, change aurea.RunChange) (run aurea.Run, err error) {
	err = c.do(ctx, call{method: http.MethodPatch, path: api.RunPath(api.Run, id), body: change, repeatable: true},
		&run)
	return run, err
}

// Delete removes a finished run and all that is stored of it. An unfinished run
// is an aurea.ErrConflict.
func (c *Client) Delete(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: api.RunPath(api.Run, id)}, nil)
}

// readyTimeout is how long Ready waits for the service.
const readyTimeout = 5 * time.Second

// Ready returns nil when the service accepts runs, and an error that says why
// when it does not or cannot be reached within five seconds.
func (c *Client) Ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), readyTimeout)
	defer cancel()
	return c.do(ctx, call{method: http.MethodGet, path: api.Ready}, nil)
}

// Compare compares stored runs. Each side lists run ids or name:NAME for the
// newest completed runs of a name; base may also be baseline, for the baseline
// run of head's name.
func (c *Client) Compare(
	ctx context.Context, base, head []string, options compare.Options,
) (comparison compare.Comparison, err error) {
	err = c.do(ctx, call{method: http.MethodGet, path: api.Compare, repeatable: true, query: url.Values{
		"base": base, "head": head, "threshold": {strconv.FormatFloat(options.Threshold, 'g', -1, 64)},
	}}, &comparison)
	return comparison, err
}

// Verify has the service check all that it stores of a finished run against its
// digest. It returns nil when they match, an aurea.ErrDamaged when they do not,
// and an aurea.ErrConflict before the run has finished.
func (c *Client) Verify(ctx context.Context, id string) error {
	var verified api.VerifyBody
	err := c.do(ctx, call{method: http.MethodGet, path: api.RunPath(api.Verify, id), repeatable: true}, &verified)
	if err == nil && !verified.Intact {
		err = &serverError{aurea.ErrDamaged, verified.Detail}
	}
	return err
}
