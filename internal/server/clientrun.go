package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

const (
	// silence is after how long without a byte, heartbeats included, a stream of
	// events is given up and asked for again.
	silence = 30 * time.Second
	// stopTime is how long Do waits for the end of a run that it has cancelled.
	stopTime = 30 * time.Second
)

// Do submits a run, watches it, and returns it when it has finished, with the
// records of its jobs if its spec has them listed. When ctx is cancelled it
// cancels the run and returns its partial result.
func (c *Client) Do(ctx context.Context, spec aurea.Spec, watch func(aurea.Run)) (aurea.Run, error) {
	run, err := c.Submit(ctx, spec, "")
	if err != nil {
		return aurea.Run{}, err
	}
	id := run.ID // which the stop needs while run changes
	watching, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() {
		time.AfterFunc(stopTime, func() { cancel(errors.New("the server did not stop the run")) })
		if _, err := c.Cancel(watching, id); err != nil && !errors.Is(err, aurea.ErrConflict) {
			cancel(fmt.Errorf("cancel run %s: %w", id, err))
		}
	})()
	for update, err := range c.Watch(watching, run.ID, 0) {
		if err != nil {
			return aurea.Run{}, err
		}
		if update.Kind != aurea.Heartbeat {
			run = update.Run
		}
		if update.Kind == aurea.UpdateProgress && watch != nil {
			watch(run)
		}
	}
	if run.Result != nil && spec.WantsJobs() {
		run.Result.Jobs = new(aurea.JobLog)
		for job, err := range c.Jobs(watching, run.ID) {
			if err != nil {
				return aurea.Run{}, err
			}
			run.Result.Jobs.Put(job.Index, job.Outcome, job.Intended, job.Start, job.End)
		}
	}
	return run, nil
}

// Watch yields what becomes known of a run until it has finished. A connection
// that breaks is made again, and goes on where it was.
func (c *Client) Watch(ctx context.Context, id string, after int64) iter.Seq2[aurea.Update, error] {
	return func(yield func(aurea.Update, error) bool) {
		w := watch{client: c, id: id, last: aurea.Update{ID: after}, yield: yield}
		for attempt := 0; ; attempt++ {
			before := w.last.ID
			err := w.connect(ctx)
			if w.over || err == nil && w.last.Run.Status.Finished() {
				return
			}
			if w.last.ID > before {
				attempt = 0
			}
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if err != nil && (ctx.Err() != nil || !passing(err) || attempt >= attempts) {
				yield(aurea.Update{}, err)
				return
			}
			select {
			case <-time.After(pauseAfter(attempt, nil)):
			case <-ctx.Done():
			}
		}
	}
}

// A watch is a run being watched over one connection after the other.
type watch struct {
	client *Client
	id     string
	last   aurea.Update // what was yielded last
	over   bool         // whoever watches has enough
	yield  func(aurea.Update, error) bool
}

// connect reads one stream of events to its end.
func (w *watch) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	what := call{method: http.MethodGet, path: runPath(w.id) + "/events"}
	if w.last.ID > 0 {
		what.header = http.Header{"Last-Event-Id": {strconv.FormatInt(w.last.ID, 10)}}
	}
	response, err := w.client.send(ctx, what)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusNoContent { // after its last event
		w.over = true
		return nil
	}
	quiet := time.AfterFunc(silence, cancel)
	defer quiet.Stop()
	reader := bufio.NewReaderSize(response.Body, 64<<10)
	for {
		e, err := readEvent(reader)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%w: %w", errAway, err)
		}
		quiet.Reset(silence)
		if err := w.take(e); err != nil || w.over {
			return err
		}
	}
}

// take yields an event as an update.
func (w *watch) take(e event) error {
	if e.heartbeat {
		w.over = !w.yield(aurea.Update{}, nil)
		return nil
	}
	update := aurea.Update{ID: e.id, Kind: aurea.UpdateKind(e.name), Run: w.last.Run}
	update.Run.ID = w.id
	var into any
	switch update.Kind {
	case aurea.UpdateStatus:
		update.Run = aurea.Run{}
		into = &update.Run
	case aurea.UpdateProgress:
		into = &update.Run.Progress
		update.Run.Progress = nil // the last one was handed out
	case aurea.UpdateResult:
		into = &update.Run.Result
	default:
		return nil // a comment, or of a newer server
	}
	if err := json.Unmarshal(e.data, into); err != nil {
		return fmt.Errorf("run %s: an event is not what it should be: %w", w.id, err)
	}
	w.last = update
	w.over = !w.yield(update, nil)
	return nil
}

// An event is a server-sent one; a comment has no name, and an empty comment is a
// heartbeat.
type event struct {
	id        int64
	name      string
	data      []byte
	heartbeat bool
}

// maxEvent is the most bytes of one line of an event.
const maxEvent = 64 << 20

// readEvent reads the next event or comment. Its end is an empty line.
func readEvent(reader *bufio.Reader) (event, error) {
	var e event
	for {
		line, err := readLine(reader)
		if err != nil {
			return event{}, err
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "":
			if len(line) == 0 {
				return e, nil
			}
			e.heartbeat = len(value) == 0
		case "id":
			e.id, _ = strconv.ParseInt(string(value), 10, 64) // none of ours is no number
		case "event":
			e.name = string(value)
		case "data":
			e.data = append(e.data, value...)
		}
	}
}

// readLine reads a line, however long, without its end.
func readLine(reader *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := reader.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return bytes.TrimRight(line, "\r\n"), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > maxEvent:
			return nil, fmt.Errorf("a line of more than %d bytes", maxEvent)
		}
	}
}

// Jobs yields the records of a finished run's jobs.
func (c *Client) Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	return func(yield func(aurea.JobRecord, error) bool) {
		response, err := c.send(ctx, call{method: http.MethodGet, path: runPath(id) + "/jobs", again: true})
		if err != nil {
			yield(aurea.JobRecord{}, err)
			return
		}
		defer func() { _ = response.Body.Close() }()
		reader := bufio.NewReaderSize(response.Body, 64<<10)
		for {
			line, err := readLine(reader)
			if errors.Is(err, io.EOF) {
				return
			}
			var job aurea.JobRecord
			if err == nil {
				job, err = aurea.ParseJobJSON(line)
			}
			if !yield(job, err) || err != nil {
				return
			}
		}
	}
}

// Export returns a finished run's jobs in one of the forms that the server has,
// as they come. Whoever gets it closes it.
func (c *Client) Export(ctx context.Context, id, form string) (io.ReadCloser, error) {
	response, err := c.send(ctx, call{
		method: http.MethodGet, path: runPath(id) + "/jobs", again: true,
		query: url.Values{"format": {form}},
	})
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}
