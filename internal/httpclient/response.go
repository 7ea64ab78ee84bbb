package httpclient

import (
	"bytes"
	"time"
)

// A Response is a received response with its sizes and phases. The caller owns
// it and may pass it to one Do after another, which reuses its buffers.
type Response struct {
	Status    int
	Body      []byte // the first bytes, up to the number to keep; valid until the next Do
	Truncated bool   // the body was longer than Body
	Length    int64  // of the whole body
	Decoded   int64  // bytes of the body once it was decoded, or needed no decoding; 0 without Options.Decompress
	Sent      int64  // bytes written; with HTTP/2 an estimate
	Received  int64  // bytes read, including 1xx responses; with HTTP/2 an estimate
	Connected bool   // a connection was opened for the request
	Resumed   bool   // that connection continued the TLS session of an earlier one
	Retries   int64  // how often the request was sent again; Sent and Received include all attempts
	Phases    Phases

	// Seek is searched in the whole body; nil searches nothing. The caller sets
	// it, and Do keeps it.
	Seek *Pattern

	head      []byte // as received, from the status line to the empty line
	known     head   // what the head of the latest HTTP/1.1 response said
	knownSize int    // its bytes, which head still has after a reset; 0 for none
	matched   int    // bytes of Seek matched at the end of the received part
}

// Found reports whether the body contains Seek.
func (a *Response) Found() bool { return a.Seek != nil && a.matched == len(a.Seek.text) }

// Phases are the durations of an exchange's parts; 0 if a part did not happen.
type Phases struct {
	Wait      time.Duration // for a free connection
	DNS       time.Duration // for the addresses of the host
	Connect   time.Duration // for the connection, over all addresses tried; with HTTP/2 including the server's settings
	TLS       time.Duration // for the handshake
	FirstByte time.Duration // from the start of writing the request to the first byte of the response
	Body      time.Duration // from there to the end of the response
	LastByte  time.Duration // with HTTP/2, from the start of writing to the last byte of the body; a trailer may follow
}

// reset clears the response. It keeps the buffers, Seek and what is known of
// the latest head.
func (a *Response) reset() {
	body, head, known, knownSize, seek := a.Body[:0], a.head[:0], a.known, a.knownSize, a.Seek
	*a = Response{} // in place: a literal with these would take its size of the stack
	a.Body, a.head, a.known, a.knownSize, a.Seek = body, head, known, knownSize, seek
}

// recognize reports whether input begins with the same head as the latest
// response, and takes it if so. Most responses of a service do, and equal heads
// say the same, so it need not be parsed.
func (a *Response) recognize(input []byte) bool {
	if latest := a.head[:a.knownSize]; len(latest) == 0 || !bytes.HasPrefix(input, latest) {
		return false
	}
	a.head, a.Status = a.head[:a.knownSize], a.known.status
	return true
}

// learn keeps the head of a response.
func (a *Response) learn(h head, raw []byte) {
	a.head = append(a.head[:0], raw...)
	a.known, a.knownSize, a.Status = h, len(raw), h.status
}

// forget makes the response recognize no head.
func (a *Response) forget() { a.knownSize = 0 }

// retry prepares the response for another attempt. It keeps the counted bytes,
// and counts the previous attempt if anything of it was sent.
func (a *Response) retry() {
	wait, sent, received, retries := a.Phases.Wait, a.Sent, a.Received, a.Retries
	if sent > 0 {
		retries++
	}
	a.reset()
	a.Phases.Wait, a.Sent, a.Received, a.Retries = wait, sent, received, retries
}

// Header returns the first value of a header field, or "". It parses the head
// on each call.
func (a *Response) Header(name string) (first string) {
	a.Headers(name, func(value []byte) bool {
		first = string(value)
		return false
	})
	return first
}

// Headers calls use with each value of a header field, in their order, until it
// returns false. A value is valid until the next Do. It parses the head on each
// call.
func (a *Response) Headers(name string, use func(value []byte) bool) {
	_, lines, _ := bytes.Cut(a.head, []byte("\n")) // after the status line
	for {
		line, rest, found := bytes.Cut(lines, []byte("\n"))
		if !found {
			return
		}
		lines = rest
		if i := len(name); i < len(line) && line[i] == ':' && equalFold(line[:i], name) {
			if !use(bytes.Trim(line[i+1:], " \t\r")) {
				return
			}
		}
	}
}

// equalFold compares ASCII text, ignoring case.
func equalFold(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i, x := range a {
		if lower(x) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
