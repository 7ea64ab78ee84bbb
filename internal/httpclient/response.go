package httpclient

import (
	"bytes"
	"time"
)

// A Response is what came back, and what it took. It is the caller's, who gives
// it to one Do after the other; its buffers are used again.
type Response struct {
	Status    int
	Body      []byte // its first bytes, as many as were to be kept; valid until the next Do
	Truncated bool   // whether the body was longer than that
	Length    int64  // bytes of the body, kept or not
	Sent      int64  // bytes written; of HTTP/2 an estimate of the header, and the whole body
	Received  int64  // bytes read, those of informational answers too; of HTTP/2 as of Sent
	Connected bool   // whether a connection was made for it
	Retries   int64  // how often the request was sent again; Sent and Received are of all attempts
	Phases    Phases

	// Seek is what is looked for in the whole body, kept or not; nil for nothing.
	// The caller sets it, and it stays for the next Do.
	Seek *Pattern

	head []byte // as received, from the status line to the empty one
	seen int    // bytes of Seek, at the end of what has come of the body
}

// Found reports whether the body had what Seek looks for.
func (a *Response) Found() bool { return a.Seek != nil && a.seen == len(a.Seek.text) }

// Phases are the parts of an exchange, each 0 where it did not happen.
type Phases struct {
	Wait      time.Duration // for a connection to be free
	DNS       time.Duration // for the addresses of the host
	Connect   time.Duration // for the connection, over all addresses tried; of HTTP/2 with the server's settings
	TLS       time.Duration // for the handshake
	FirstByte time.Duration // from the beginning of the request's writing to the first byte of the answer
	Body      time.Duration // from there to the end of the answer
}

// reset makes an answer of nothing, and keeps its buffers and what it seeks.
func (a *Response) reset() {
	*a = Response{Body: a.Body[:0], head: a.head[:0], Seek: a.Seek}
}

// retry makes the answer ready for another attempt. The bytes of those before
// stay counted, and so does the attempt if anything of it was sent.
func (a *Response) retry() {
	wait, sent, received, retries := a.Phases.Wait, a.Sent, a.Received, a.Retries
	if sent > 0 {
		retries++
	}
	a.reset()
	a.Phases.Wait, a.Sent, a.Received, a.Retries = wait, sent, received, retries
}

// Header returns the first value of a header of the answer, or "". It reads the
// head anew each time.
func (a *Response) Header(name string) string {
	_, lines, _ := bytes.Cut(a.head, []byte("\n")) // behind the status
	for {
		line, rest, found := bytes.Cut(lines, []byte("\n"))
		if !found {
			return ""
		}
		lines = rest
		if i := len(name); i < len(line) && line[i] == ':' && equalFold(line[:i], name) {
			return string(bytes.Trim(line[i+1:], " \t\r"))
		}
	}
}

// equalFold compares ASCII without regard to case.
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
