package httpclient

import (
	"net"
	"syscall"
	"time"
)

// maxIdle is how long an idle connection is reused. After that a middlebox may
// have dropped its state and would swallow the request silently.
const maxIdle = 90 * time.Second

// A conn is an HTTP/1.1 connection. It serves one request at a time.
type conn struct {
	socket  guardedSocket
	raw     syscall.RawConn // of socket
	stream  net.Conn        // socket, or TLS on it
	secure  *secureStream   // nil without TLS
	resumed bool            // its TLS session is that of an earlier connection
	guard   ctxGuard
	in      reader

	used      bool // it has served a request
	broken    bool // a request on it failed
	first     [1]byte
	idleSince time.Duration
	quiet     int // how often it was found quiet before a request

	// State of the current exchange.
	wire       []byte
	sent       int
	bodyStart  int           // offset of a body that waits for a 100 response; 0 if it does not wait
	writeStart time.Duration // when writing started
	upload     *upload
	begun      bool          // an EventLoop has begun it
	firstByte  time.Duration // if begun: when the first bytes of the response came; 0 if they have not
	syscallExchange
}

// A socket is a *net.TCPConn or a *net.UnixConn.
type socket interface {
	net.Conn
	syscall.Conn
}

// newConn returns the conn of a socket.
func newConn(s socket) (*conn, error) {
	raw, err := s.SyscallConn()
	if err != nil {
		return nil, err
	}
	c := &conn{raw: raw, guard: ctxGuard{conn: s}}
	c.socket = guardedSocket{s, &c.guard}
	c.stream, c.in = &c.socket, newReader(&c.socket)
	return c, c.init(c)
}

// startTLS makes the conn read and write through TLS.
func (c *conn) startTLS(s *secureStream) { c.secure, c.stream, c.in.src = s, s.Conn, s }

// close closes the connection. A connection that failed is closed without TLS's
// close_notify, which could block.
func (c *conn) close() {
	c.guard.leave(false)
	c.in.release()
	if c.broken {
		_ = c.socket.Close()
		return
	}
	_ = c.stream.Close()
}

// exchange sends a request, at the given time, and reads the response. It
// reports whether the connection can serve another request. The error is
// errStale if the connection had been closed before anything was sent.
func (c *conn) exchange(
	r *Request, at time.Duration, keep int, maxBody int64, a *Response,
) (reusable bool, err error) {
	first, err := c.begin(r, at)
	if err == nil {
		a.Phases.FirstByte = first - c.writeStart
		reusable, err = responseReader{in: &c.in, response: a, keep: keep, maxBody: maxBody,
			upload: c.upload}.read(r.toHEAD)
		c.idleSince = now()
		a.Phases.Body = c.idleSince - first
	}
	c.endUpload()
	c.in.endResponse()
	sentAll := c.sent == len(c.wire)
	c.broken = !sentAll
	c.wire, c.used = nil, true
	a.Sent += int64(c.sent)
	a.Received += c.in.total
	return reusable && sentAll, err
}

// begin sends a request, at the given time, and reads the first bytes of the
// response. It returns when these came.
func (c *conn) begin(r *Request, at time.Duration) (first time.Duration, err error) {
	c.wire, c.bodyStart = r.wire, r.bodyStart
	if c.begun {
		return c.resume()
	}
	c.in.startResponse()
	c.sent = 0
	err = c.send(at, r.idempotent)
	return now(), err
}

// resume does what begin does, for a request that an EventLoop has begun to send.
func (c *conn) resume() (first time.Duration, err error) {
	c.begun = false
	switch {
	case c.firstByte > 0:
		return c.firstByte, nil
	case c.sent < len(c.wire):
		err = c.sendRest(0)
	default:
		if c.secure != nil {
			c.secure.below.writeLeft()
		}
		err = c.in.fill()
	}
	return now(), err
}

// A connection that was quiet before this many requests is trusted, and not
// probed before an idempotent request that follows within trustedFor. If it has
// ended nevertheless, the request is sent again. So a probe, which costs as much
// as reading the response, is spared where one request follows another.
const (
	trustedAfter = 64
	trustedFor   = time.Millisecond
)

// send writes the request, at the given time, and reads the first bytes of the
// response. An upload continues writing what the socket did not accept at once.
func (c *conn) send(at time.Duration, idempotent bool) error {
	if c.used {
		idle := at - c.idleSince
		if idle > maxIdle {
			return errStale
		}
		if !idempotent || c.quiet < trustedAfter || idle > trustedFor {
			if !c.isQuiet() {
				return errStale
			}
			c.quiet++
			at = now()
		}
	}
	c.writeStart = at
	return c.sendAndWait()
}

// sendRest writes the rest of the request and waits for the first bytes of the
// response. If more than maxInline bytes remain, an upload writes them.
func (c *conn) sendRest(maxInline int) error {
	expects := c.bodyStart > 0
	if expects {
		c.write(c.wire[c.sent:c.bodyStart])
	} else if len(c.wire)-c.sent <= maxInline {
		c.write(c.wire[c.sent:])
	}
	if rest := c.wire[c.sent:]; len(rest) > 0 {
		c.upload = startUpload(c.stream, rest, expects)
	}
	return c.in.fill()
}

// write writes to the stream. It ignores errors, because the reader gets them
// too.
func (c *conn) write(p []byte) {
	n, _ := c.stream.Write(p)
	c.sent += n
}

// endUpload stops the upload, if any, and counts its bytes.
func (c *conn) endUpload() {
	c.sent += c.upload.stop(&c.guard)
	c.upload = nil
}

// staleError reports that a reused connection had already been closed.
type staleError struct{}

func (staleError) Error() string { return "the connection had ended before" }

var errStale error = staleError{}
