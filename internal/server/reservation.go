package server

import (
	"errors"
	"io"

	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/param"
)

// A reservation is the memory that one request has reserved from the budget. It
// must not be used concurrently.
type reservation struct {
	budget  *budget.Budget
	purpose string // for the error message
	bytes   int64
}

// reserve adds n bytes, or returns an aurea.ErrUnavailable and adds none.
func (r *reservation) reserve(n int64) error {
	if err := r.budget.Reserve(n, r.purpose); err != nil {
		return err
	}
	r.bytes += n
	return nil
}

// release returns all of it to the budget.
func (r *reservation) release() {
	r.budget.Release(r.bytes)
	r.bytes = 0
}

// encode returns a value as a line of JSON and reserves its size.
func (r *reservation) encode(value any) ([]byte, error) {
	body, err := param.PlainJSON(value)
	if err != nil {
		return nil, err
	}
	body = append(body, '\n')
	return body, r.reserve(int64(cap(body)))
}

// firstRead is the size of a read buffer before it counts against the budget; a
// connection takes as much anyway.
const firstRead = 4 << 10

// read reads to the end, or to one byte more than limit. It reserves the
// buffer's size as the buffer grows, so a body that is announced and never sent
// reserves nothing.
func (r *reservation) read(from io.Reader, limit int) ([]byte, error) {
	body := make([]byte, 0, firstRead)
	for {
		n, err := from.Read(body[len(body):min(cap(body), limit+1)])
		body = body[:len(body)+n]
		switch {
		case errors.Is(err, io.EOF), len(body) > limit:
			return body, nil
		case err != nil:
			return nil, err
		case len(body) < cap(body):
			continue
		}
		if err := r.reserve(int64(cap(body))); err != nil {
			return nil, err
		}
		body = append(make([]byte, 0, 2*cap(body)), body...)
	}
}
