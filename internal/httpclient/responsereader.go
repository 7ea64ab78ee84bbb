package httpclient

import (
	"errors"
	"io"
)

// A responseReader reads one response. It keeps the first bytes of the body and
// limits its length.
type responseReader struct {
	in       *reader
	response *Response
	keep     int     // bytes of the body
	maxBody  int64   // 0 means no limit
	upload   *upload // writes the rest of the request; may be nil
}

// read reads a response to its end; its first bytes may be buffered already. It
// reports whether the connection can serve another request.
func (t responseReader) read(toHEAD bool) (reusable bool, err error) {
	if err := t.readHead(); err != nil {
		return false, err
	}
	h := &t.response.known
	reusable = h.persistent()
	switch {
	case toHEAD || h.status == 204 || h.status == 304: // no body, whatever the fields say
	case h.chunked:
		err = t.readChunks()
	case h.length == lengthOverflow:
		err = failf(ClassProtocol, "Content-Length is larger than any body can be")
	case h.length >= 0:
		err = t.readLength(h.length)
	default:
		reusable, err = false, t.readAll()
	}
	// Unrequested data after the response would be read as the response to the
	// next request.
	return reusable && err == nil && len(t.in.buffered()) == 0, bodyReadError(err)
}

// readHead reads the head of the final response.
func (t responseReader) readHead() error {
	if t.response.recognize(t.in.buffered()) {
		t.in.r += t.response.knownSize
		t.upload.onStatus(t.response.Status)
		return nil
	}
	var h head
	raw, err := t.in.readHead(&h, t.upload)
	if err != nil {
		return err
	}
	t.response.learn(h, raw)
	return nil
}

// bodyReadError converts an error while reading a body. The end of the
// connection becomes io.ErrUnexpectedEOF.
func bodyReadError(err error) error {
	if err == nil {
		return nil
	}
	var known *Error // escapes to the heap wherever it is declared
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &bodyError{err}
}

// A bodyError is an error of the connection while a body was read.
type bodyError struct{ error }

func (e *bodyError) Unwrap() error { return e.error }

// readLength reads a body of n bytes.
func (t responseReader) readLength(n int64) error {
	if err := t.checkLimit(n); err != nil {
		return err
	}
	return t.readBody(n)
}

// readAll reads to the end of the connection.
func (t responseReader) readAll() error {
	for {
		if err := t.consume(len(t.in.buffered())); err != nil {
			return err
		}
		if err := t.in.fillFor(bigBuffer); err == io.EOF { //nolint:errorlint // what fill returns is not wrapped
			return nil
		} else if err != nil {
			return err
		}
	}
}

// readBody reads n bytes of the body.
func (t responseReader) readBody(n int64) error {
	for n > 0 {
		if len(t.in.buffered()) == 0 {
			if err := t.in.fillFor(n); err != nil {
				return err
			}
		}
		part := int(min(n, int64(len(t.in.buffered()))))
		if err := t.consume(part); err != nil {
			return err
		}
		n -= int64(part)
	}
	return nil
}

// consume takes n buffered bytes as body: it keeps those to be kept and drops
// the rest.
func (t responseReader) consume(n int) error {
	if err := t.checkLimit(int64(n)); err != nil {
		return err
	}
	kept := min(n, t.keep-len(t.response.Body))
	t.response.Body = append(t.response.Body, t.in.buffered()[:kept]...)
	t.response.Truncated = t.response.Truncated || kept < n
	if t.response.Seek != nil {
		t.response.matched = t.response.Seek.scan(t.response.matched, t.in.buffered()[:n])
	}
	t.response.Length += int64(n)
	t.in.r += n
	return nil
}

// checkLimit returns an error if n more bytes exceed the limit of the body.
func (t responseReader) checkLimit(n int64) error {
	if t.maxBody > 0 && n > t.maxBody-t.response.Length {
		return failf(ClassBody, "the body of the answer is longer than the limit of %d bytes", t.maxBody)
	}
	return nil
}
