package server

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// eventTimeout is the write deadline of an event. A client that reads nothing
// is disconnected so long after the first event or heartbeat that the network's
// buffers do not take.
const eventTimeout = 12 * time.Second

type eventsInput struct {
	ID   string `path:"id" doc:"of the run: its result's benchmark_id"`
	Last string `header:"Last-Event-ID" doc:"go on after this event"`
}

func (s *Server) registerEvents(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 404, 409, 500, 503)
	op.Responses = map[string]*huma.Response{
		"200": {
			Description: "Events until the run has finished: status (a run without its result), " +
				"progress (a run's progress, once an interval), result (of a run that has one), " +
				"and a comment every ten seconds when there is nothing to say. A late reader gets the run from its start.",
			Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}},
		},
		"204": {Description: "The run has finished, and Last-Event-ID is its last event: there is nothing to come " +
			"back for"},
	}
	huma.Register(router, op, func(ctx context.Context, input *eventsInput) (*huma.StreamResponse, error) {
		after, err := readEventID(input.Last)
		if err != nil {
			return nil, err
		}
		write, err := s.events(ctx, input.ID, after)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &huma.StreamResponse{Body: write}, nil
	})
}

// events returns the function that writes a run's events behind the one with id
// after.
func (s *Server) events(ctx context.Context, id string, after int64) (write func(huma.Context), err error) {
	release, err := s.streams.acquire()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			release()
		}
	}()
	var finished bool
	var events []*sharedEvent
	err = s.reads.do(ctx, func() error {
		run, err := s.options.Runs.Get(ctx, id)
		if finished = run.Status.Finished(); err == nil && finished {
			events, err = s.cache.getAll(run.Updates(after, nil))
		}
		return err
	})
	return func(ctx huma.Context) {
		defer release()
		switch {
		case !finished:
			s.stream(ctx, id, s.watch(ctx.Context(), id, after))
		case after > 0 && len(events) == 0: // an EventSource reconnects after 200 and stops after 204
			ctx.SetStatus(http.StatusNoContent)
		default:
			s.stream(ctx, id, replay(events))
		}
	}, err
}

func readEventID(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 || id >= aurea.MaxUpdateID {
		const rule = "must be the id of an event of this run"
		p := api.NewProblem(http.StatusBadRequest, fmt.Sprintf("Last-Event-ID %s; got %q", rule, text))
		p.Errors = []api.FieldProblem{{Location: "header.Last-Event-ID", Message: rule}}
		return 0, p
	}
	return id, nil
}

// watch yields the events of a live run behind the one with id after.
func (s *Server) watch(ctx context.Context, id string, after int64) iter.Seq2[*sharedEvent, error] {
	return func(yield func(*sharedEvent, error) bool) {
		watching, cancel := untilShutdown(ctx)
		defer cancel()
		for update, err := range s.options.Runs.Watch(watching, id, after) {
			var event *sharedEvent
			if err == nil {
				event, err = s.cache.get(update)
			}
			if !yield(event, err) || err != nil {
				return
			}
		}
	}
}

// replay yields the events of a finished run and releases those that are not
// taken.
func replay(events []*sharedEvent) iter.Seq2[*sharedEvent, error] {
	return func(yield func(*sharedEvent, error) bool) {
		for i, event := range events {
			if !yield(event, nil) {
				releaseAll(events[i+1:])
				return
			}
		}
	}
}

// stream writes events until there are no more or a write fails, and releases
// each.
func (s *Server) stream(ctx huma.Context, id string, events iter.Seq2[*sharedEvent, error]) {
	ctx.SetHeader("Content-Type", "text/event-stream")
	ctx.SetHeader("Cache-Control", "no-store")
	ctx.SetHeader("X-Accel-Buffering", "no") // a proxy must not buffer events
	ctx.SetHeader("Connection", "close")     // frees the connection of a client that never reads
	ctx.SetStatus(http.StatusOK)
	_, w := humago.Unwrap(ctx)
	if timed, ok := w.(*timedWriter); ok {
		timed.timeout = eventTimeout
	}
	shrinkWriteBuffer(ctx.Context())
	_, err := io.WriteString(w, ": the events of run "+id+"\n\n") // goes out with the first event
	for event, readErr := range events {
		if err == nil {
			err = readErr
		}
		if err == nil {
			err = send(w, event.bytes)
		}
		if event != nil {
			event.release()
		}
		if err != nil {
			s.options.Log.Debug("the events were not read to their end", "run", id, "error", err)
			return
		}
	}
}

// send writes a part of the stream and flushes it.
func send(w http.ResponseWriter, part []byte) error {
	if _, err := w.Write(part); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}

// writeEvent writes an update as a server-sent event.
func writeEvent(w io.Writer, u aurea.Update) error {
	if u.Kind == aurea.Heartbeat {
		_, err := io.WriteString(w, ":\n\n")
		return err
	}
	var data any = u.Run
	switch u.Kind {
	case aurea.UpdateProgress:
		data = u.Run.Progress
	case aurea.UpdateResult:
		data = u.Run.Result
	}
	_, _ = fmt.Fprintf(w, "id: %d\nevent: %s\ndata: ", u.ID, u.Kind) // the next write returns its error
	if err := plainJSON.Marshal(w, data); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
