package httpclient

import (
	"errors"
	"io"
)

// A responseReader reads one response. It keeps the first bytes of the body and
// limits its length.
type responseReader struct {
	in     *reader
	to     *Response
	keep   int     // bytes of the body
	most   int64   // bytes that the body may have; 0: any
	upload *upload // the rest of the request, if there is any
}

// read reads an answer to its end, of which the first bytes may have come
// already. It reports whether the connection may serve another request.
func (t responseReader) read(toHEAD bool) (again bool, err error) {
	var h head
	raw, err := t.in.readHead(&h, t.upload)
	if err != nil {
		return false, err
	}
	t.to.Status = h.status
	t.to.head = append(t.to.head, raw...)
	again = h.persistent()
	switch {
	case toHEAD || h.status == 204 || h.status == 304: // no body, whatever it says
	case h.chunked:
		err = t.readChunks()
	case h.length == lengthOverflow:
		err = failf(ClassProtocol, "Content-Length is larger than any body can be")
	case h.length >= 0:
		err = t.readLength(h.length)
	default:
		again, err = false, t.readAll()
	}
	// Something behind the answer was not asked for, and would be taken for the
	// answer to the next request.
	return again && err == nil && len(t.in.buffered()) == 0, bodyCut(err)
}

// bodyCut returns what an end of the connection within a body means.
func bodyCut(err error) error {
	if err == nil {
		return nil
	}
	var known *Error // on the heap, wherever it is declared
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &bodyError{err}
}

// A bodyError is an error of the connection while the body of an answer came.
type bodyError struct{ error }

func (e *bodyError) Unwrap() error { return e.error }

func (t responseReader) readLength(n int64) error {
	if err := t.fits(n); err != nil {
		return err
	}
	return t.take(n)
}

// readAll reads up to the end of the connection.
func (t responseReader) readAll() error {
	for {
		if err := t.use(len(t.in.buffered())); err != nil {
			return err
		}
		t.in.enlarge()
		if err := t.in.fill(); err == io.EOF { //nolint:errorlint // what fill returns is not wrapped
			return nil
		} else if err != nil {
			return err
		}
	}
}

// take reads n bytes of the body.
func (t responseReader) take(n int64) error {
	for n > 0 {
		if len(t.in.buffered()) == 0 {
			if n > smallBuffer {
				t.in.enlarge()
			}
			if err := t.in.fill(); err != nil {
				return err
			}
		}
		part := int(min(n, int64(len(t.in.buffered()))))
		if err := t.use(part); err != nil {
			return err
		}
		n -= int64(part)
	}
	return nil
}

// use takes n buffered bytes for the next of the body: it keeps what is to be
// kept and forgets the rest.
func (t responseReader) use(n int) error {
	if err := t.fits(int64(n)); err != nil {
		return err
	}
	kept := min(n, t.keep-len(t.to.Body))
	t.to.Body = append(t.to.Body, t.in.buffered()[:kept]...)
	t.to.Truncated = t.to.Truncated || kept < n
	if t.to.Seek != nil {
		t.to.seen = t.to.Seek.look(t.to.seen, t.in.buffered()[:n])
	}
	t.to.Length += int64(n)
	t.in.r += n
	return nil
}

// fits fails if the body has no room for n more bytes.
func (t responseReader) fits(n int64) error {
	if t.most > 0 && n > t.most-t.to.Length {
		return failf(ClassBody, "the body of the answer is longer than the limit of %d bytes", t.most)
	}
	return nil
}
