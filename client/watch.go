package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

const (
	// streamTimeout is how long an event stream may be silent. The service
	// sends a heartbeat every ten seconds; a stream without one is closed and
	// opened again.
	streamTimeout = 30 * time.Second
	// stopTimeout is how long Do waits for the end of a run that it has
	// cancelled.
	stopTimeout = 30 * time.Second
)

// Do submits a run and returns it when it has finished. The result includes the
// job records unless the spec's include_jobs is false. A watch function that is
// not nil is called with the run once an interval, on the caller's goroutine.
//
// When ctx is cancelled, Do cancels the run and returns it with its partial
// result and no error. It waits at most 30 seconds for that. Errors are those of
// Submit and of the connection. After one of the latter the returned run has an ID
// and nothing else: the run may go on at the service.
func (c *Client) Do(ctx context.Context, spec aurea.Spec, watch func(aurea.Run)) (aurea.Run, error) {
	return c.DoUpdates(ctx, spec, func(update aurea.Update) {
		if update.Kind == aurea.UpdateProgress && watch != nil {
			watch(update.Run)
		}
	})
}

// DoUpdates is Do with a watch function that is called with every update, as
// Watch yields them: also while the run waits in the queue, and with an
// aurea.Heartbeat, which has no run, after ten seconds without any other. It must
// not be nil.
func (c *Client) DoUpdates(ctx context.Context, spec aurea.Spec, watch func(aurea.Update)) (aurea.Run, error) {
	run, err := c.Submit(ctx, spec, "")
	if err != nil {
		return aurea.Run{}, err
	}
	id := run.ID // run changes while the goroutine below reads it
	watching, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() {
		time.AfterFunc(stopTimeout, func() { cancel(errors.New("the server did not stop the run")) })
		if _, err := c.Cancel(watching, id); err != nil && !errors.Is(err, aurea.ErrConflict) {
			cancel(fmt.Errorf("cancel run %s: %w", id, err))
		}
	})()
	for update, err := range c.Watch(watching, run.ID, 0) {
		if err != nil {
			return aurea.Run{ID: id}, err
		}
		if update.Kind != aurea.Heartbeat {
			run = update.Run
		}
		watch(update)
	}
	if run.Result != nil && spec.KeepsRecords() {
		run.Samples.Jobs = aurea.NewJobLog(aurea.MaxJobs)
		for job, err := range c.Jobs(watching, run.ID) {
			if err != nil {
				return aurea.Run{ID: id}, err
			}
			run.Samples.Jobs.Put(job.Index, job.Outcome, job.Intended, job.Start, job.End)
		}
	}
	return run, nil
}

// Watch yields the updates of a run until it has finished. It starts behind the
// update with id after; 0 starts at the beginning. When nothing happens for ten
// seconds it yields an update of kind aurea.Heartbeat.
//
// A broken connection is made again and resumes after the last update. After an
// error, which is the last value, the sequence ends.
func (c *Client) Watch(ctx context.Context, id string, after int64) iter.Seq2[aurea.Update, error] {
	return func(yield func(aurea.Update, error) bool) {
		w := watch{client: c, id: id, last: aurea.Update{ID: after}, yield: yield}
		for attempt := 0; ; attempt++ {
			before := w.last.ID
			err := w.connect(ctx)
			if w.done || err == nil && w.last.Run.Status.Finished() {
				return
			}
			if w.last.ID > before {
				attempt = 0
			}
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if err != nil && (ctx.Err() != nil || !temporary(err) || attempt >= maxAttempts) {
				yield(aurea.Update{}, err)
				return
			}
			select {
			case <-time.After(backoff(attempt, nil)):
			case <-ctx.Done():
			}
		}
	}
}

// A watch follows one run over a sequence of connections.
type watch struct {
	client *Client
	id     string
	last   aurea.Update // the last update yielded
	done   bool         // there is nothing more, or the caller stopped
	yield  func(aurea.Update, error) bool
}

// connect opens an event stream behind the last update and reads it to its end.
func (w *watch) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	what := call{method: http.MethodGet, path: api.RunPath(api.Events, w.id)}
	if w.last.ID > 0 {
		what.header = http.Header{"Last-Event-Id": {strconv.FormatInt(w.last.ID, 10)}}
	}
	response, err := w.client.send(ctx, what)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusNoContent { // there is nothing after the last update
		w.done = true
		return nil
	}
	timeout := time.AfterFunc(streamTimeout, cancel)
	defer timeout.Stop()
	reader := bufio.NewReaderSize(response.Body, 64<<10)
	for {
		e, err := api.ReadEvent(reader)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%w: %w", ErrUnreachable, err)
		}
		timeout.Reset(streamTimeout)
		if err := w.deliver(e); err != nil || w.done {
			return err
		}
	}
}

// deliver yields an event as an update.
func (w *watch) deliver(e api.Event) error {
	if e.Heartbeat {
		w.done = !w.yield(aurea.Update{}, nil)
		return nil
	}
	update := aurea.Update{ID: e.ID, Kind: aurea.UpdateKind(e.Name), Run: w.last.Run}
	update.Run.ID = w.id
	var into any
	switch update.Kind {
	case aurea.UpdateStatus:
		update.Run = aurea.Run{}
		into = &update.Run
	case aurea.UpdateProgress:
		into = &update.Run.Progress
		update.Run.Progress = nil // the caller holds the last one
	case aurea.UpdateResult:
		into = &update.Run.Result
	default:
		return nil // a comment, or an event of a newer service
	}
	if err := json.Unmarshal(e.Data, into); err != nil {
		return fmt.Errorf("run %s: cannot decode an event: %w", w.id, err)
	}
	w.last = update
	w.done = !w.yield(update, nil)
	return nil
}
