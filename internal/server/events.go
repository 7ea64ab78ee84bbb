package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/aurea-orchestrator/aurea"
)

// eventTimeout is how long a reader may leave an event unread. One that does not
// read at all is gone within 15 s of its coming.
const eventTimeout = 12 * time.Second

type eventsInput struct {
	ID   string `path:"id" doc:"of the run: its result's benchmark_id"`
	Last string `header:"Last-Event-ID" doc:"go on after this event"`
}

func (s *Server) registerEvents(api huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 404, 500, 503)
	op.Responses = map[string]*huma.Response{"200": {
		Description: "Events until the run has finished: status (a run without its result), progress (a run's progress, once an interval), result (of a run that has one), and a comment every ten seconds when there is nothing to say. A slow reader is told the latest.",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	huma.Register(api, op, func(ctx context.Context, input *eventsInput) (*huma.StreamResponse, error) {
		after, err := readEventID(input.Last)
		if err != nil {
			return nil, err
		}
		run, err := s.options.Runs.Get(ctx, input.ID)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) { s.stream(ctx, run.ID, after) }}, nil
	})
}

func readEventID(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 || id >= aurea.MaxUpdateID {
		p := newProblem(http.StatusBadRequest, fmt.Sprintf("Last-Event-ID must be the id of an event of this run; got %q", text))
		p.Errors = []wrong{{"header.Last-Event-ID", "must be the id of an event of this run"}}
		return 0, p
	}
	return id, nil
}

// stream writes a run's events until it has finished, or the reader is gone.
func (s *Server) stream(ctx huma.Context, id string, after int64) {
	ctx.SetHeader("Content-Type", "text/event-stream")
	ctx.SetHeader("Cache-Control", "no-store")
	ctx.SetHeader("X-Accel-Buffering", "no") // a proxy must not save events up
	ctx.SetHeader("Connection", "close")     // when there is no more, nothing is left of a reader that never read
	ctx.SetStatus(http.StatusOK)
	_, w := humago.Unwrap(ctx)
	if patient, ok := w.(*patientWriter); ok {
		patient.timeout = eventTimeout
	}
	watching, cancel := whileServing(ctx.Context())
	defer cancel()
	keepLittle(ctx.Context())
	var event bytes.Buffer
	event.WriteString(": the events of run " + id + "\n\n")
	filled := false
	for update, err := range s.options.Runs.Watch(watching, id, after) {
		if err == nil {
			err = writeEvent(&event, update)
		}
		if err == nil {
			err = send(w, &event)
		}
		if err == nil && !filled {
			filled, err = true, fill(w)
		}
		if err != nil {
			s.options.Log.Debug("the events were not read to their end", "run", id, "error", err)
			return
		}
	}
	_ = send(w, &event) // a finished run that the reader knew all of
}

// A client's system takes what is sent to it whether the client reads or not, on
// Linux 160 KB where nobody has set anything else. At an event a second it would
// take minutes to see that nobody reads; so behind the first there is more to read.
const (
	filling  = 256 << 10
	fillPart = 16 << 10 // which a reader has its time for
)

// fill writes comments that no reader looks at, for as long as it takes until a
// reader that does not read is known as one.
func fill(w http.ResponseWriter) error {
	comment := append(bytes.Repeat([]byte{':'}, fillPart-1), '\n')
	for range filling / fillPart {
		if err := send(w, bytes.NewBuffer(comment)); err != nil {
			return err
		}
	}
	return nil
}

// send writes what is in the buffer, at once, and empties it.
func send(w http.ResponseWriter, event *bytes.Buffer) error {
	if _, err := event.WriteTo(w); err != nil {
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
