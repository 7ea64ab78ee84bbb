package server

import (
	"errors"
	"io"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
)

// A holding is what one request holds of the budget. It is the request's alone.
type holding struct {
	budget *budget.Budget
	what   string // it is for, in words
	bytes  int64
}

// take holds n bytes more, or returns an aurea.ErrUnavailable.
func (h *holding) take(n int64) error {
	if err := h.budget.Take(n, h.what); err != nil {
		return err
	}
	h.bytes += n
	return nil
}

// release gives back all of it.
func (h *holding) release() {
	h.budget.Give(h.bytes)
	h.bytes = 0
}

// encode holds a value as a line of JSON.
func (h *holding) encode(value any) ([]byte, error) {
	body, err := aurea.PlainJSON(value)
	if err != nil {
		return nil, err
	}
	body = append(body, '\n')
	return body, h.take(int64(cap(body)))
}

// firstRead is what a reader gets without asking: a connection holds as much.
const firstRead = 4 << 10

// read reads to the end, or to one byte more than most. Its buffer counts as it
// grows, so that a body which is announced and never sent takes nothing.
func (h *holding) read(from io.Reader, most int) ([]byte, error) {
	body := make([]byte, 0, firstRead)
	for {
		n, err := from.Read(body[len(body):min(cap(body), most+1)])
		body = body[:len(body)+n]
		switch {
		case errors.Is(err, io.EOF), len(body) > most:
			return body, nil
		case err != nil:
			return nil, err
		case len(body) < cap(body):
			continue
		}
		if err := h.take(int64(cap(body))); err != nil {
			return nil, err
		}
		body = append(make([]byte, 0, 2*cap(body)), body...)
	}
}
