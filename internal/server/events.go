package server

import (
	"bytes"
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

// eventTimeout is how long a reader may leave an event unread. One that does not
// read at all is gone within 15 s of its coming.
const eventTimeout = 12 * time.Second

type eventsInput struct {
	ID   string `path:"id" doc:"of the run: its result's benchmark_id"`
	Last string `header:"Last-Event-ID" doc:"go on after this event"`
}

func (s *Server) registerEvents(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 404, 409, 500, 503)
	op.Responses = map[string]*huma.Response{
		"200": {
			Description: "Events until the run has finished: status (a run without its result), progress (a run's progress, once an interval), result (of a run that has one), and a comment every ten seconds when there is nothing to say. A slow reader is told the latest.",
			Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}},
		},
		"204": {Description: "The run has finished, and Last-Event-ID is its last event: there is nothing to come back for"},
	}
	huma.Register(router, op, func(ctx context.Context, input *eventsInput) (*huma.StreamResponse, error) {
		after, err := readEventID(input.Last)
		if err != nil {
			return nil, err
		}
		answer, err := s.events(ctx, input.ID, after)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &huma.StreamResponse{Body: answer}, nil
	})
}

// events is the answer to a reader of a run's events.
func (s *Server) events(ctx context.Context, id string, after int64) (answer func(huma.Context), err error) {
	leave, err := s.readers.enter()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			leave()
		}
	}()
	var finished bool
	var events []*sharedEvent
	err = s.reading.pass(ctx, func() error {
		run, err := s.options.Runs.Get(ctx, id)
		if finished = run.Status.Finished(); err == nil && finished {
			events, err = s.cache.all(run.Updates(after, nil))
		}
		return err
	})
	return func(ctx huma.Context) {
		defer leave()
		switch {
		case !finished:
			s.stream(ctx, id, s.watch(ctx.Context(), id, after))
		case after > 0 && len(events) == 0: // an EventSource stops at 204, and comes back for ever after 200
			ctx.SetStatus(http.StatusNoContent)
		default:
			s.stream(ctx, id, finishedEvents(events))
		}
	}, err
}

func readEventID(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 || id >= aurea.MaxUpdateID {
		p := api.NewProblem(http.StatusBadRequest, fmt.Sprintf("Last-Event-ID must be the id of an event of this run; got %q", text))
		p.Errors = []api.FieldProblem{{Location: "header.Last-Event-ID", Message: "must be the id of an event of this run"}}
		return 0, p
	}
	return id, nil
}

// watch yields the events of a live run, from after the given one on.
func (s *Server) watch(ctx context.Context, id string, after int64) iter.Seq2[*sharedEvent, error] {
	return func(yield func(*sharedEvent, error) bool) {
		watching, cancel := whileServing(ctx)
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

// finishedEvents yields events that are there already. Those that are not taken are
// released.
func finishedEvents(events []*sharedEvent) iter.Seq2[*sharedEvent, error] {
	return func(yield func(*sharedEvent, error) bool) {
		for i, event := range events {
			if !yield(event, nil) {
				release(events[i+1:])
				return
			}
		}
	}
}

// stream writes a run's events until there are no more, or the reader is gone. It
// releases each.
func (s *Server) stream(ctx huma.Context, id string, events iter.Seq2[*sharedEvent, error]) {
	ctx.SetHeader("Content-Type", "text/event-stream")
	ctx.SetHeader("Cache-Control", "no-store")
	ctx.SetHeader("X-Accel-Buffering", "no") // a proxy must not save events up
	ctx.SetHeader("Connection", "close")     // when there is no more, nothing is left of a reader that never read
	ctx.SetStatus(http.StatusOK)
	_, w := humago.Unwrap(ctx)
	if patient, ok := w.(*patientWriter); ok {
		patient.timeout = eventTimeout
	}
	keepLittle(ctx.Context())
	_, err := io.WriteString(w, ": the events of run "+id+"\n\n") // goes out with the first event
	filled := false
	for event, wrong := range events {
		if err == nil {
			err = wrong
		}
		if err == nil {
			err = send(w, event.bytes)
		}
		if event != nil {
			event.release()
		}
		if err == nil && !filled {
			filled, err = true, fill(w)
		}
		if err != nil {
			s.options.Log.Debug("the events were not read to their end", "run", id, "error", err)
			return
		}
	}
}

// A client's system takes what is sent to it whether the client reads or not, on
// Linux 160 KB where nobody has set anything else. At an event a second it would
// take minutes to see that nobody reads; so behind the first there is more to read.
const (
	filling  = 256 << 10
	fillPart = 16 << 10 // which a reader has its time for
)

var filler = append(bytes.Repeat([]byte{':'}, fillPart-1), '\n')

// fill writes comments that no reader looks at, for as long as it takes until a
// reader that does not read is known as one.
func fill(w http.ResponseWriter) error {
	for range filling / fillPart {
		if err := send(w, filler); err != nil {
			return err
		}
	}
	return nil
}

// send writes a part of the stream at once.
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
	_, _ = fmt.Fprintf(w, "id: %d\nevent: %s\ndata: ", u.ID, u.Kind) // its error comes again
	if err := plainJSON.Marshal(w, data); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
