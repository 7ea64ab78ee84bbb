package httpclient

import (
	"math"
	"net/http"
	"time"

	"golang.org/x/net/http2"
)

// maxContinuations is how many frames a head may have. Empty ones would cost
// time without end.
const maxContinuations = 1024

// An http2Head is the head that is being received. It is a hpack.Sink.
type http2Head struct {
	id     uint32 // of the stream; 0 between heads
	ends   bool   // whether the stream ends with it
	frames int
	block  []byte // of a head in several frames

	stream  *http2Stream // nil if it has ended
	trailer bool
	status  int
	regular bool // a field came that is no pseudo-header field
	size    int
	err     error // of the fields
}

// onHeaders begins a head.
func (c *http2Conn) onHeaders(f *frame, moment time.Duration) error {
	fragment := f.content
	if f.has(http2.FlagHeadersPadded) {
		if len(fragment) == 0 || int(fragment[0]) >= len(fragment) {
			return violation(http2.ErrCodeProtocol, "the server sends a frame with more padding than content")
		}
		fragment = fragment[1 : len(fragment)-int(fragment[0])]
	}
	if f.has(http2.FlagHeadersPriority) {
		if len(fragment) < 5 {
			return violation(http2.ErrCodeFrameSize, "the server sends a HEADERS frame without its priority")
		}
		fragment = fragment[5:]
	}
	s := c.streams.find(f.id)
	if s == nil {
		if err := c.checkClosed(f.id); err != nil {
			return err
		}
	} else {
		s.response.Received += int64(frameHeader + len(f.content))
	}
	c.head = http2Head{block: c.head.block[:0], stream: s, trailer: s != nil && s.headRead}
	ends := f.has(http2.FlagHeadersEndStream)
	if f.has(http2.FlagHeadersEndHeaders) {
		return c.readHead(fragment, ends, moment)
	}
	c.head.id, c.head.ends = f.id, ends
	c.head.block = append(c.head.block, fragment...)
	return nil
}

// onContinuation continues a head.
func (c *http2Conn) onContinuation(f *frame, moment time.Duration) error {
	if c.head.id == 0 {
		return violation(http2.ErrCodeProtocol, "the server continues a head that has not begun")
	}
	c.head.frames++
	if c.head.frames > maxContinuations || len(c.head.block)+len(f.content) > maxHead {
		return violation(http2.ErrCodeEnhanceYourCalm,
			"the head of the answer is longer than the limit of %d bytes or %d frames", maxHead, maxContinuations)
	}
	if s := c.streams.find(c.head.id); s != nil {
		s.response.Received += int64(frameHeader + len(f.content))
	} else {
		c.head.stream = nil // it has ended meanwhile
	}
	c.head.block = append(c.head.block, f.content...)
	if !f.has(http2.FlagHeadersEndHeaders) {
		return nil
	}
	c.head.id = 0
	err := c.readHead(c.head.block, c.head.ends, moment)
	if cap(c.head.block) > bigBuffer {
		c.head.block = nil
	}
	return err
}

// readHead reads a complete head.
func (c *http2Conn) readHead(block []byte, ends bool, moment time.Duration) error {
	h := &c.head
	if err := c.decoder.Decode(block, h); err != nil {
		return violation(http2.ErrCodeCompression, "the head of the answer is not valid: %v", err)
	}
	s := h.stream
	h.stream = nil
	if s == nil {
		return nil // what the head did to the decoder's table remains
	}
	if err := h.check(s, ends); err != nil {
		c.abandon(s, http2.ErrCodeProtocol, err)
		return nil
	}
	switch {
	case h.status >= 200:
		s.headRead, s.first = true, moment
		s.response.Status = h.status
		s.proceedAt = math.MaxInt64 // a body that still waits is not sent
	case !h.trailer:
		s.response.head = s.response.head[:0]
		s.informational++
		if h.status == http.StatusContinue {
			c.proceed(s)
		}
	}
	if ends {
		c.complete(s, moment)
	}
	return nil
}

// check returns why a head is malformed (RFC 9113, 8.1.1); nil if it is not.
func (h *http2Head) check(s *http2Stream, ends bool) error {
	switch {
	case h.err != nil:
		return h.err
	case h.trailer && !ends:
		return violation(http2.ErrCodeProtocol, "the answer continues after its trailer")
	case h.trailer:
		return nil
	case h.status == 0:
		return violation(http2.ErrCodeProtocol, "the answer has no status")
	case h.status == 101:
		return violation(http2.ErrCodeProtocol, "the server switches protocols, to which it was not asked")
	case h.status < 200 && ends:
		return violation(http2.ErrCodeProtocol, "the answer ends with the status %d, which is not final", h.status)
	case h.status < 200 && s.informational >= maxInformational:
		return violation(http2.ErrCodeProtocol, "the server sent %d informational answers and no other",
			maxInformational)
	}
	return nil
}

// Field takes a field of the head. A malformed one is remembered as err, since
// the rest must be decoded all the same.
func (h *http2Head) Field(name, value []byte) {
	h.size += len(name) + len(value) + 32
	if h.stream == nil || h.err != nil {
		return
	}
	if h.size > maxHead {
		h.err = violation(http2.ErrCodeProtocol, "the head of the answer is longer than the limit of %d bytes", maxHead)
		return
	}
	if len(name) > 0 && name[0] == ':' {
		h.takePseudo(name, value)
		return
	}
	h.regular = true
	switch {
	case !isLowerToken(name):
		h.err = violation(http2.ErrCodeProtocol, "a header of the answer has the name %.40q", name)
	case hasControl(value):
		h.err = violation(http2.ErrCodeProtocol, "a header of the answer has a control character: %.40q: %.80q",
			name, value)
	case h.trailer && !h.stream.request.http2.trailers:
	default:
		if !h.trailer && len(name) == len("content-length") && string(name) == "content-length" {
			h.takeLength(value)
		}
		head := h.stream.response.head
		head = append(append(head, name...), ": "...)
		h.stream.response.head = append(append(head, value...), "\r\n"...)
	}
}

// takePseudo takes a pseudo-header field; an answer has only :status, before
// the others (RFC 9113, 8.3).
func (h *http2Head) takePseudo(name, value []byte) {
	if string(name) != ":status" || h.regular || h.trailer || h.status != 0 {
		h.err = violation(http2.ErrCodeProtocol, "the answer has the field %.40q in a wrong place", name)
		return
	}
	if len(value) != 3 || value[0] < '1' || !isDigit(value[0]) || !isDigit(value[1]) || !isDigit(value[2]) {
		h.err = violation(http2.ErrCodeProtocol, "the answer's status is none: %.40q", value)
		return
	}
	h.status = int(value[0]-'0')*100 + int(value[1]-'0')*10 + int(value[2]-'0')
	a := h.stream.response
	a.head = append(append(append(a.head, ":status: "...), value...), "\r\n"...)
}

// takeLength takes the Content-Length, of which there must be one.
func (h *http2Head) takeLength(value []byte) {
	length := int64(0)
	for _, digit := range value {
		if !isDigit(digit) || length > (math.MaxInt64-9)/10 {
			h.err = violation(http2.ErrCodeProtocol, "Content-Length is no length: %.40q", value)
			return
		}
		length = length*10 + int64(digit-'0')
	}
	if len(value) == 0 || h.stream.declared >= 0 && h.stream.declared != length {
		h.err = violation(http2.ErrCodeProtocol, "the answer has more than one Content-Length, or an empty one: %.40q",
			value)
		return
	}
	h.stream.declared = length
}

// isLowerToken reports whether a name is one that HTTP/2 allows: a token in
// lower case (RFC 9113, 8.2.1).
func isLowerToken(name []byte) bool {
	for _, b := range name {
		if !tokenBytes[b] || 'A' <= b && b <= 'Z' {
			return false
		}
	}
	return len(name) > 0
}
